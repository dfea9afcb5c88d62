#include "layers/saving/isolated_read.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <fstream>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "layers/saving/weight_files.h"

namespace keratin {
namespace {

// Processor time of the child: more than reading the largest file takes.
constexpr rlim_t kSeconds = 120;
// Heap of the child beyond the caller's, and for each byte of the archive: npz
// members are unpacked, read and converted there.
constexpr rlim_t kHeapBytes = rlim_t{1} << 30;
constexpr rlim_t kHeapPerByte = 5;

// The reply of a child: numbers and texts one after the other.
class Reply {
 public:
  Reply() = default;
  explicit Reply(std::string bytes) : bytes_(std::move(bytes)) {}
  void Add(int64_t number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof(number));
  }
  void Add(absl::string_view text) {
    Add(static_cast<int64_t>(text.size()));
    bytes_.append(text.data(), text.size());
  }
  int64_t Number() {
    int64_t number = 0;
    if (!Has(sizeof(number))) return 0;
    std::memcpy(&number, bytes_.data() + at_, sizeof(number));
    at_ += sizeof(number);
    return number;
  }
  std::string Text() {
    const int64_t size = Number();
    if (size < 0 || !Has(static_cast<size_t>(size))) return "";
    at_ += static_cast<size_t>(size);
    return bytes_.substr(at_ - static_cast<size_t>(size),
                         static_cast<size_t>(size));
  }
  // Whether everything asked for was there.
  bool ok() const { return ok_; }
  const std::string& bytes() const { return bytes_; }

 private:
  bool Has(size_t count) {
    ok_ = ok_ && count <= bytes_.size() - at_;
    return ok_;
  }

  std::string bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

// Shared memory of a file that both processes map.
class Mapping {
 public:
  static std::shared_ptr<Mapping> Of(int file, int64_t bytes, int protection,
                                     int flags) {
    if (bytes == 0) return std::make_shared<Mapping>(nullptr, 0);
    void* memory =
        mmap(nullptr, static_cast<size_t>(bytes), protection, flags, file, 0);
    if (memory == MAP_FAILED) return nullptr;
    return std::make_shared<Mapping>(memory, static_cast<size_t>(bytes));
  }
  Mapping(void* memory, size_t bytes) : memory_(memory), bytes_(bytes) {}
  ~Mapping() {
    if (memory_ != nullptr) munmap(memory_, bytes_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  std::byte* at(int64_t offset) const {
    return static_cast<std::byte*>(memory_) + offset;
  }

 private:
  void* memory_;
  size_t bytes_;
};

// Where each array stands in the shared memory, and the end.
absl::StatusOr<std::vector<int64_t>> Offsets(
    absl::Span<const StoredArray> stored) {
  std::vector<int64_t> offsets = {0};
  for (const StoredArray& one : stored) {
    auto elements = CheckedElements(one.dtype, one.sizes);
    if (!elements.ok()) return elements.status();
    constexpr auto kAlignment = static_cast<int64_t>(Array::kAlignment);
    const int64_t end = offsets.back() + *elements * DTypeSize(one.dtype);
    offsets.push_back((end + kAlignment - 1) / kAlignment * kAlignment);
  }
  return offsets;
}

// The sixth number of /proc/self/statm, in pages.
rlim_t HeapInUse() {
  std::ifstream file("/proc/self/statm");
  rlim_t pages = 0;
  for (int k = 0; k < 6; ++k) file >> pages;
  return file ? pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) : 0;
}

void Limit(int what, rlim_t most) {
  rlimit limit;
  if (getrlimit(what, &limit) != 0) return;
  limit.rlim_cur = std::min(limit.rlim_cur, most);
  setrlimit(what, &limit);
}

// What the libraries print as they die is no one's concern.
void Confine(const std::string& path) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU})
    std::signal(signal, SIG_DFL);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null >= 0) {
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
  }
  Limit(RLIMIT_CORE, 0);
  Limit(RLIMIT_CPU, kSeconds);
  struct stat info;
  const rlim_t archive = stat(path.c_str(), &info) == 0 && info.st_size > 0
                             ? static_cast<rlim_t>(info.st_size)
                             : 0;
  if (const rlim_t in_use = HeapInUse(); in_use > 0)
    Limit(RLIMIT_DATA, in_use + kHeapBytes + kHeapPerByte * archive);
}

std::string ReadInChild(const std::string& path, const LoadOptions& options,
                        ArchiveParts parts, int memory) {
  std::vector<StoredArray> stored;
  const ArrayAllocator allocate = [&](absl::Span<const StoredArray> list)
      -> absl::StatusOr<std::vector<Array>> {
    auto offsets = Offsets(list);
    if (!offsets.ok()) return offsets.status();
    std::shared_ptr<Mapping> shared;
    if (ftruncate(memory, offsets->back()) == 0) {
      shared = Mapping::Of(memory, offsets->back(), PROT_READ | PROT_WRITE,
                           MAP_SHARED);
    }
    if (shared == nullptr) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "there is no memory for ", offsets->back(), " bytes of weights"));
    }
    std::vector<Array> arrays;
    for (size_t k = 0; k < list.size(); ++k) {
      // An owner of its own: an Array whose owner is shared is not written to.
      arrays.push_back(Array::AliasMutable(
          list[k].dtype, list[k].sizes, shared->at((*offsets)[k]),
          std::make_shared<std::shared_ptr<Mapping>>(shared)));
    }
    stored.assign(list.begin(), list.end());
    return arrays;
  };
  Reply reply;
  auto content = ReadArchiveHere(path, options, parts, allocate);
  reply.Add(static_cast<int64_t>(content.status().code()));
  reply.Add(absl::string_view(content.status().message()));
  if (!content.ok()) return reply.bytes();
  reply.Add(content->config);
  reply.Add(int64_t{content->has_weights});
  reply.Add(static_cast<int64_t>(stored.size()));
  for (const StoredArray& one : stored) {
    reply.Add(one.path);
    reply.Add(DTypeName(one.dtype));
    reply.Add(static_cast<int64_t>(one.sizes.size()));
    for (int64_t size : one.sizes) reply.Add(size);
  }
  return reply.bytes();
}

[[noreturn]] void RunChild(const std::string& path, const LoadOptions& options,
                           ArchiveParts parts, int memory, int pipe) {
  Confine(path);
  std::string reply;
  try {
    reply = ReadInChild(path, options, parts, memory);
  } catch (const std::exception&) {
    reply.clear();  // out of memory, which no reply means
  }
  absl::string_view rest = reply;
  while (!rest.empty()) {
    const ssize_t n = write(pipe, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    rest.remove_prefix(static_cast<size_t>(n));
  }
  _exit(reply.empty() || !rest.empty() ? 1 : 0);
}

std::string Drain(int pipe) {
  std::string text;
  std::vector<char> buffer(size_t{1} << 16);
  while (true) {
    const ssize_t n = read(pipe, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(buffer.data(), static_cast<size_t>(n));
  }
}

absl::Status Ending(int status) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
    return absl::DataLossError(absl::StrCat(
        "was given up after ", kSeconds,
        " seconds of reading: the file is damaged, or made to hang readers"));
  }
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
    return absl::ResourceExhaustedError(
        "could not be read: the system ended the reader, for want of memory");
  }
  if (WIFSIGNALED(status)) {
    return absl::DataLossError(
        absl::StrCat("is damaged: a library that reads it broke down (",
                     strsignal(WTERMSIG(status)),
                     "), in a process of its own; save the "
                     "model again"));
  }
  return absl::ResourceExhaustedError(
      "could not be read: there was no memory for it");
}

// What the child says is checked like a file: it may have been broken.
absl::StatusOr<ArchiveContent> Unpack(Reply reply, int memory) {
  const absl::Status broken =
      absl::DataLossError("is damaged: its reader broke down");
  const auto code = static_cast<absl::StatusCode>(reply.Number());
  const std::string message = reply.Text();
  if (!reply.ok()) return broken;
  if (code != absl::StatusCode::kOk) return absl::Status(code, message);
  ArchiveContent content;
  content.config = reply.Text();
  content.has_weights = reply.Number() != 0;
  const int64_t count = reply.Number();
  std::vector<StoredArray> stored;
  for (int64_t k = 0; k < count && reply.ok(); ++k) {
    StoredArray one;
    one.path = reply.Text();
    auto dtype = ParseDType(reply.Text());
    if (!dtype.ok()) return broken;
    one.dtype = *dtype;
    const int64_t rank = reply.Number();
    for (int64_t axis = 0; axis < rank && reply.ok(); ++axis)
      one.sizes.push_back(reply.Number());
    stored.push_back(std::move(one));
  }
  struct stat info;
  auto offsets = Offsets(stored);
  if (!reply.ok() || !offsets.ok() || fstat(memory, &info) != 0 ||
      info.st_size < offsets->back()) {
    return broken;
  }
  auto shared = Mapping::Of(memory, offsets->back(), PROT_READ, MAP_SHARED);
  if (shared == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "has ", offsets->back(), " bytes of weights, more than can be mapped"));
  }
  for (size_t k = 0; k < stored.size(); ++k) {
    content.weights.emplace(stored[k].path,
                            Array::Alias(stored[k].dtype, stored[k].sizes,
                                         shared->at((*offsets)[k]), shared));
  }
  return content;
}

class File {
 public:
  explicit File(int file) : file_(file) {}
  ~File() { Close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return file_; }
  void Close() {
    if (file_ >= 0) close(file_);
    file_ = -1;
  }

 private:
  int file_;
};

// The same file under a number that is not that of a standard stream, which the
// child redirects and the caller may have closed.
File Above(int file) {
  const int above = file < 0 ? -1 : fcntl(file, F_DUPFD_CLOEXEC, 3);
  if (file >= 0) close(file);
  return File(above);
}

}  // namespace

absl::StatusOr<ArchiveContent> ReadArchiveIsolated(const std::string& path,
                                                   const LoadOptions& options,
                                                   ArchiveParts parts) {
  const auto failed = [](int error) {
    return absl::ResourceExhaustedError(
        absl::StrCat("could not be read: no process could be started (",
                     std::strerror(error), ")"));
  };
  const File memory = Above(memfd_create("keratin-weights", MFD_CLOEXEC));
  int ends[2];
  if (memory.get() < 0 || pipe2(ends, O_CLOEXEC) != 0) return failed(errno);
  const File from_child(ends[0]);
  File to_parent = Above(ends[1]);
  if (to_parent.get() < 0) return failed(errno);
  pid_t child;
  {
    const std::lock_guard<std::mutex> lock(Hdf5Mutex());
    child = fork();
  }
  if (child < 0) return failed(errno);
  if (child == 0) RunChild(path, options, parts, memory.get(), to_parent.get());
  to_parent.Close();
  std::string reply = Drain(from_child.get());
  int status = 0;
  // Where the caller ignores SIGCHLD, the reply alone says how it went.
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return Ending(status);
  return Unpack(Reply(std::move(reply)), memory.get());
}

}  // namespace keratin

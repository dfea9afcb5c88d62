#include "layers/saving/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"

namespace keratin {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int file) : file_(file) {}
  ~Descriptor() { close(file_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  bool ReadAt(int64_t offset, void* buffer, int64_t count) const {
    char* to = static_cast<char*>(buffer);
    while (count > 0) {
      const ssize_t got = pread(file_, to, static_cast<size_t>(count), offset);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      to += got;
      offset += got;
      count -= got;
    }
    return true;
  }

 private:
  int file_;
};

}  // namespace

ByteSource FromDescriptor(int file, const std::string& name, int64_t size) {
  auto descriptor = std::make_shared<const Descriptor>(file);
  return {name, size,
          [descriptor](int64_t offset, void* buffer, int64_t count) {
            return descriptor->ReadAt(offset, buffer, count);
          }};
}

absl::StatusOr<ByteSource> OpenFile(const std::string& path,
                                    const std::string& name) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    return absl::NotFoundError(
        absl::StrCat(name, " cannot be read: ", std::strerror(errno)));
  }
  struct stat info;
  const bool is_file = fstat(file, &info) == 0 && S_ISREG(info.st_mode);
  ByteSource source = FromDescriptor(file, name, is_file ? info.st_size : 0);
  if (!is_file)
    return absl::InvalidArgumentError(absl::StrCat(name, " is not a file"));
  return source;
}

absl::StatusOr<std::string> ReadAll(const ByteSource& source) {
  std::string content(static_cast<size_t>(source.size), '\0');
  if (!source.read(0, content.data(), source.size)) {
    return absl::DataLossError(
        absl::StrCat(source.name, " cannot be read to its end"));
  }
  return content;
}

}  // namespace keratin

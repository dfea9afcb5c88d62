#include "layers/saving/members.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace keratin {
namespace {

constexpr int64_t kPiece = int64_t{1} << 20;

class Folder : public Members {
 public:
  explicit Folder(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<std::optional<ByteSource>> Find(
      const std::string& name, int64_t max_bytes,
      const LoadOptions& options) override {
    const std::string path = absl::StrCat(path_, "/", name);
    if (access(path.c_str(), F_OK) != 0) return std::optional<ByteSource>();
    auto source = OpenFile(path, name);
    if (!source.ok()) return source.status();
    const auto size = static_cast<uint64_t>(source->size);
    absl::Status status = CheckClaim(name, size, size, max_bytes, options);
    if (!status.ok()) return status;
    return std::optional<ByteSource>(*std::move(source));
  }

 private:
  std::string path_;
};

struct CloseMember {
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};
using Member = std::unique_ptr<zip_file_t, CloseMember>;

class Zip : public Members {
 public:
  explicit Zip(zip_t* zip) : zip_(zip, zip_discard) {}

  absl::StatusOr<std::optional<ByteSource>> Find(
      const std::string& name, int64_t max_bytes,
      const LoadOptions& options) override {
    zip_stat_t info;
    zip_stat_init(&info);
    if (zip_stat(zip_.get(), name.c_str(), 0, &info) != 0)
      return std::optional<ByteSource>();
    constexpr zip_uint64_t kNeeded = ZIP_STAT_INDEX | ZIP_STAT_SIZE |
                                     ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if ((info.valid & kNeeded) != kNeeded)
      return absl::DataLossError(absl::StrCat(name, " is damaged"));
    absl::Status claim =
        CheckClaim(name, info.size, info.comp_size, max_bytes, options);
    if (!claim.ok()) return claim;
    Member member(zip_fopen_index(zip_.get(), info.index, 0));
    if (member == nullptr) {
      return absl::DataLossError(absl::StrCat(
          name, " cannot be unpacked: ", zip_strerror(zip_.get())));
    }
    const auto size = static_cast<int64_t>(info.size);
    // What is not packed is read where it stands.
    if (info.comp_method == ZIP_CM_STORE) {
      absl::Status whole = Unpack(member.get(), name, size, -1);
      if (!whole.ok()) return whole;
      return std::optional<ByteSource>(Stored(std::move(member), name, size));
    }
    const int file = memfd_create("keratin-unpacked", MFD_CLOEXEC);
    if (file < 0) {
      return absl::ResourceExhaustedError(
          absl::StrCat(name, " cannot be unpacked: ", std::strerror(errno)));
    }
    ByteSource unpacked = FromDescriptor(file, name, size);
    absl::Status whole = Unpack(member.get(), name, size, file);
    if (!whole.ok()) return whole;
    return std::optional<ByteSource>(std::move(unpacked));
  }

 private:
  static ByteSource Stored(Member member, const std::string& name,
                           int64_t size) {
    std::shared_ptr<zip_file_t> shared = std::move(member);
    return {name, size, [shared](int64_t offset, void* buffer, int64_t count) {
              if (count == 0) return true;  // libzip breaks down
              if (zip_fseek(shared.get(), offset, SEEK_SET) != 0) return false;
              char* to = static_cast<char*>(buffer);
              while (count > 0) {
                const zip_int64_t got = zip_fread(
                    shared.get(), to, static_cast<zip_uint64_t>(count));
                if (got <= 0) return false;
                to += got;
                count -= got;
              }
              return true;
            }};
  }

  // Reads all of a member, which compares its checksum, and writes it to a file
  // if there is one.
  static absl::Status Unpack(zip_file_t* member, const std::string& name,
                             int64_t size, int file) {
    std::vector<char> buffer(kPiece);
    int64_t done = 0;
    while (true) {
      const zip_int64_t got = zip_fread(member, buffer.data(), kPiece);
      if (got < 0) {
        return absl::DataLossError(absl::StrCat(
            name,
            " is damaged: ", zip_error_strerror(zip_file_get_error(member))));
      }
      if (got == 0) break;
      done += got;
      if (done > size) break;
      if (file >= 0 && write(file, buffer.data(), static_cast<size_t>(got)) !=
                           static_cast<ssize_t>(got)) {
        return absl::ResourceExhaustedError(
            absl::StrCat("there is no memory to unpack ", name));
      }
    }
    if (done == size) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat(name, " does not have the ", size, " bytes it claims"));
  }

  std::unique_ptr<zip_t, void (*)(zip_t*)> zip_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Members>> Members::Open(
    const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    return absl::NotFoundError(
        absl::StrCat("cannot be read: ", std::strerror(errno)));
  }
  if (S_ISDIR(info.st_mode))
    return std::unique_ptr<Members>(std::make_unique<Folder>(path));
  if (!S_ISREG(info.st_mode))
    return absl::InvalidArgumentError("is neither a file nor a folder");
  int error = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &error);
  if (zip == nullptr) {
    zip_error_t details;
    zip_error_init_with_code(&details, error);
    const std::string why = zip_error_strerror(&details);
    zip_error_fini(&details);
    return absl::InvalidArgumentError(absl::StrCat(
        "is not a .keras file, which is a zip archive or its unzipped folder: ",
        why));
  }
  return std::unique_ptr<Members>(std::make_unique<Zip>(zip));
}

}  // namespace keratin

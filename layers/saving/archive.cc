#include "layers/saving/archive.h"

#include <sys/stat.h>
#include <zip.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"

namespace keratin {
namespace {

absl::Status TooLarge(const std::string& path, const std::string& member,
                      uint64_t size, int64_t limit) {
  return absl::ResourceExhaustedError(
      absl::StrCat("'", path, "': ", member, " claims ", size,
                   " bytes, more than the limit of ", limit,
                   "; raise the limit if the file is to be trusted"));
}

absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     const std::string& shown, int64_t limit) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0)
    return absl::NotFoundError(
        absl::StrCat("'", shown, "' cannot be read: ", std::strerror(errno)));
  if (info.st_size > limit) return TooLarge(shown, path, info.st_size, limit);
  std::ifstream file(path, std::ios::binary);
  std::string content(static_cast<size_t>(info.st_size), '\0');
  if (!file.read(content.data(), info.st_size))
    return absl::DataLossError(
        absl::StrCat("'", path, "' cannot be read to its end"));
  return content;
}

// A member of the zip; an empty optional text if there is none of that name.
absl::StatusOr<std::string> ReadMember(zip_t* zip, const std::string& path,
                                       const char* member, int64_t limit,
                                       bool& found) {
  zip_stat_t info;
  zip_stat_init(&info);
  found = zip_stat(zip, member, 0, &info) == 0;
  if (!found) return std::string();
  if ((info.valid & ZIP_STAT_SIZE) == 0 ||
      info.size > static_cast<uint64_t>(limit))
    return TooLarge(path, member, info.size, limit);
  std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(
      zip_fopen_index(zip, info.index, 0), zip_fclose);
  if (file == nullptr)
    return absl::DataLossError(absl::StrCat(
        "'", path, "': ", member, " cannot be unpacked: ", zip_strerror(zip)));
  std::string content;
  char buffer[1 << 16];
  while (true) {
    const zip_int64_t got = zip_fread(file.get(), buffer, sizeof(buffer));
    if (got < 0)
      return absl::DataLossError(
          absl::StrCat("'", path, "': ", member,
                       " is damaged: ", zip_file_strerror(file.get())));
    if (got == 0) break;
    content.append(buffer, static_cast<size_t>(got));
    if (content.size() > info.size)
      return TooLarge(path, member, content.size(),
                      static_cast<int64_t>(info.size));
  }
  if (content.size() != info.size)
    return absl::DataLossError(
        absl::StrCat("'", path, "': ", member, " ends early"));
  return content;
}

}  // namespace

absl::StatusOr<ArchiveContent> ReadArchive(const std::string& path,
                                           const LoadOptions& options) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0)
    return absl::NotFoundError(
        absl::StrCat("'", path, "' cannot be read: ", std::strerror(errno)));
  ArchiveContent content;
  if (S_ISDIR(info.st_mode)) {
    auto config = ReadFile(path + "/config.json", path + "/config.json",
                           options.max_config_bytes);
    if (!config.ok()) return config.status();
    content.config = *std::move(config);
    for (const char* name : {"model.weights.h5", "model.weights.npz"}) {
      const std::string member = absl::StrCat(path, "/", name);
      if (stat(member.c_str(), &info) != 0) continue;
      auto weights = ReadFile(member, member, options.max_weights_bytes);
      if (!weights.ok()) return weights.status();
      content.weights = *std::move(weights);
      content.weights_are_npz = std::strstr(name, ".npz") != nullptr;
      break;
    }
    return content;
  }
  int error = 0;
  std::unique_ptr<zip_t, void (*)(zip_t*)> zip(
      zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &error), zip_discard);
  if (zip == nullptr) {
    zip_error_t details;
    zip_error_init_with_code(&details, error);
    std::string why = zip_error_strerror(&details);
    zip_error_fini(&details);
    return absl::InvalidArgumentError(absl::StrCat(
        "'", path,
        "' is not a .keras file (a zip archive or its unzipped folder): ",
        why));
  }
  bool found = false;
  auto config = ReadMember(zip.get(), path, "config.json",
                           options.max_config_bytes, found);
  if (!config.ok()) return config.status();
  if (!found)
    return absl::InvalidArgumentError(absl::StrCat(
        "'", path,
        "' holds no config.json, so it is not a .keras file of Keras 3"));
  content.config = *std::move(config);
  for (const char* name : {"model.weights.h5", "model.weights.npz"}) {
    auto weights =
        ReadMember(zip.get(), path, name, options.max_weights_bytes, found);
    if (!weights.ok()) return weights.status();
    if (!found) continue;
    content.weights = *std::move(weights);
    content.weights_are_npz = std::strstr(name, ".npz") != nullptr;
    break;
  }
  return content;
}

}  // namespace keratin

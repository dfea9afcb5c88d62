#include "layers/saving/archive_write.h"

#include <unistd.h>
#include <zip.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>

#include "absl/strings/str_cat.h"

namespace keratin {
namespace {

absl::Status Failed(const std::string& path, const std::string& why) {
  return absl::UnavailableError(
      absl::StrCat("'", path, "' cannot be written: ", why));
}

// Writes beside `path` and then takes its place.
absl::Status Replace(
    const std::string& path,
    const std::function<absl::Status(const std::string&)>& write) {
  const std::string beside = absl::StrCat(path, ".", getpid(), ".partial");
  absl::Status status = write(beside);
  if (status.ok() && std::rename(beside.c_str(), path.c_str()) != 0)
    status = Failed(path, std::strerror(errno));
  if (!status.ok()) std::remove(beside.c_str());
  return status;
}

}  // namespace

absl::Status WriteZip(
    const std::string& path,
    const std::vector<std::pair<std::string, std::string>>& members) {
  return Replace(path, [&](const std::string& beside) -> absl::Status {
    int error = 0;
    zip_t* zip = zip_open(beside.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
    if (zip == nullptr) {
      zip_error_t details;
      zip_error_init_with_code(&details, error);
      const std::string why = zip_error_strerror(&details);
      zip_error_fini(&details);
      return Failed(path, why);
    }
    for (const auto& [name, content] : members) {
      zip_source_t* source =
          zip_source_buffer(zip, content.data(), content.size(), 0);
      const zip_int64_t index =
          source == nullptr
              ? -1
              : zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8);
      if (index < 0 ||
          zip_set_file_compression(zip, static_cast<zip_uint64_t>(index),
                                   ZIP_CM_STORE, 0) != 0) {
        const std::string why = zip_strerror(zip);
        if (index < 0 && source != nullptr) zip_source_free(source);
        zip_discard(zip);
        return Failed(path, why);
      }
    }
    if (zip_close(zip) != 0) {
      const std::string why = zip_strerror(zip);
      zip_discard(zip);
      return Failed(path, why);
    }
    return absl::OkStatus();
  });
}

absl::Status WriteFile(const std::string& path, const std::string& content) {
  return Replace(path, [&](const std::string& beside) -> absl::Status {
    std::ofstream file(beside, std::ios::binary);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    if (file.good()) return absl::OkStatus();
    return Failed(path, std::strerror(errno));
  });
}

}  // namespace keratin

#include "layers/saving/archive_write.h"

#include <zip.h>

#include "runtime/pending_file.h"

namespace keratin {
absl::Status WriteZip(
    const std::string& path,
    const std::vector<std::pair<std::string, std::string>>& members) {
  PendingFile file(path);
  if (!file.status().ok()) return file.status();
  int error = 0;
  zip_t* zip =
      zip_open(file.beside().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  if (zip == nullptr) {
    zip_error_t details;
    zip_error_init_with_code(&details, error);
    const std::string why = zip_error_strerror(&details);
    zip_error_fini(&details);
    return CannotWrite(path, why);
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
      return CannotWrite(path, why);
    }
  }
  if (zip_close(zip) != 0) {
    const std::string why = zip_strerror(zip);
    zip_discard(zip);
    return CannotWrite(path, why);
  }
  return file.Commit();
}

}  // namespace keratin

// Members: what a `.keras` file holds, by name, be it a zip or a folder. What a
// member claims is compared with the limits before memory is taken for it.
//
//   auto members = Members::Open("m.keras");
//   auto config = (*members)->Find("config.json", limit, options);
//   if (config.ok() && *config) text = ReadAll(**config);
#ifndef KERATIN_LAYERS_SAVING_MEMBERS_H_
#define KERATIN_LAYERS_SAVING_MEMBERS_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "layers/saving/archive.h"
#include "layers/saving/byte_source.h"

namespace keratin {

class Members {
 public:
  virtual ~Members() = default;
  // Nothing if there is no member of that name. Its checksum has been compared;
  // it may be read as long as this lives.
  virtual absl::StatusOr<std::optional<ByteSource>> Find(
      const std::string& name, int64_t max_bytes,
      const LoadOptions& options) = 0;

  static absl::StatusOr<std::unique_ptr<Members>> Open(const std::string& path);
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_MEMBERS_H_

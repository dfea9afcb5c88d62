#include "layers/saving/archive.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/saving/byte_source.h"
#include "layers/saving/isolated_read.h"
#include "layers/saving/members.h"
#include "layers/saving/weight_files.h"

namespace keratin {
namespace {

constexpr uint64_t kNeverABomb = uint64_t{64} << 20;

absl::StatusOr<std::vector<Array>> AllocateEach(
    absl::Span<const StoredArray> stored) {
  std::vector<Array> arrays;
  for (const StoredArray& one : stored) {
    auto array = Array::Allocate(one.dtype, one.sizes);
    if (!array.ok()) return array.status();
    arrays.push_back(*std::move(array));
  }
  return arrays;
}

}  // namespace

absl::Status CheckClaim(const std::string& what, uint64_t claimed,
                        uint64_t held, int64_t max_bytes,
                        const LoadOptions& options) {
  if (claimed > static_cast<uint64_t>(max_bytes)) {
    return absl::ResourceExhaustedError(absl::StrCat(
        what, " claims ", claimed, " bytes, more than the limit of ", max_bytes,
        "; raise the limit (--max-megabytes) if the file is to be trusted"));
  }
  if (claimed > kNeverABomb && options.max_expansion > 0 &&
      claimed / options.max_expansion > held) {
    return absl::ResourceExhaustedError(absl::StrCat(
        what, " claims ", claimed, " bytes in ", held, ", more than ",
        options.max_expansion,
        " times as much; set the limit (--max-megabytes) if the file is to be "
        "trusted"));
  }
  return absl::OkStatus();
}

absl::StatusOr<ArchiveContent> ReadArchiveHere(const std::string& path,
                                               const LoadOptions& options,
                                               ArchiveParts parts,
                                               const ArrayAllocator& allocate) {
  auto members = Members::Open(path);
  if (!members.ok()) return members.status();
  auto config =
      (*members)->Find("config.json", options.max_config_bytes, options);
  if (!config.ok()) return config.status();
  if (!config->has_value()) {
    return absl::InvalidArgumentError(
        "holds no config.json, so it is not a .keras file of Keras 3");
  }
  ArchiveContent content;
  auto text = ReadAll(**config);
  if (!text.ok()) return text.status();
  content.config = *std::move(text);
  if (parts == ArchiveParts::kConfig) return content;
  using Reader = decltype(ReadWeightsH5)*;
  for (auto [name, read] :
       {std::pair<const char*, Reader>{"model.weights.h5", ReadWeightsH5},
        std::pair<const char*, Reader>{"model.weights.npz", ReadWeightsNpz}}) {
    auto source = (*members)->Find(name, options.max_weights_bytes, options);
    if (!source.ok()) return source.status();
    if (!source->has_value()) continue;
    auto weights = read(**source, options, allocate);
    if (!weights.ok()) return weights.status();
    content.has_weights = true;
    content.weights = *std::move(weights);
    break;
  }
  return content;
}

absl::StatusOr<ArchiveContent> ReadArchive(const std::string& path,
                                           const LoadOptions& options,
                                           ArchiveParts parts) {
  auto content = options.isolate
                     ? ReadArchiveIsolated(path, options, parts)
                     : ReadArchiveHere(path, options, parts, AllocateEach);
  if (content.ok()) return content;
  return absl::Status(
      content.status().code(),
      absl::StrCat("'", path, "' ", content.status().message()));
}

absl::StatusOr<WeightStore> ReadWeightsFile(const std::string& path,
                                            const LoadOptions& options) {
  auto source = OpenFile(path, "the weights file");
  if (!source.ok()) return source.status();
  absl::Status claim =
      CheckClaim("the weights file", source->size, source->size,
                 options.max_weights_bytes, options);
  if (!claim.ok()) return claim;
  return ReadWeightsH5(*source, options, AllocateEach);
}

}  // namespace keratin

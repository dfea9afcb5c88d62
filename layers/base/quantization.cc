#include "layers/base/quantization.h"

#include "absl/strings/str_cat.h"
#include "layers/base/layer.h"
#include "layers/base/pattern.h"

namespace keratin {

absl::StatusOr<std::shared_ptr<const QuantizationConfigObject>>
ResolveQuantization(const QuantizationConfig& config) {
  auto object = config.Get();
  if (!object.ok()) return object.status();
  if (*object == nullptr) {
    return absl::InvalidArgumentError(
        "it is to be quantized by no configuration; name a mode: int8, int4 or "
        "float8");
  }
  if ((*object)->is_calibrated()) {
    return absl::UnimplementedError(absl::StrCat(
        "the mode '", (*object)->mode(),
        "' fits weights to data, which is not done here; quantize the model in "
        "Keras, save it there, and load that file"));
  }
  return object;
}

absl::StatusOr<bool> LayerFilter::Takes(const Layer& layer) const {
  if (function_ != nullptr) return function_(layer);
  for (const std::string& expression : expressions_) {
    const absl::StatusOr<Pattern> pattern = Pattern::Parse(expression);
    if (!pattern.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("'filters': ", pattern.status().message()));
    }
    if (pattern->Matches(layer.name(), Pattern::Where::kAnywhere)) return true;
  }
  return expressions_.empty() && !is_list_;
}

}  // namespace keratin

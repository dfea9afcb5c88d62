#include "layers/normalization/rms_normalization.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "layers/ops/normalization.h"

namespace keratin {

void RMSNormalizationOptions::Describe(Fields& f) {
  f("axis", axis)("epsilon", epsilon);
}

absl::Status RMSNormalization::Build(const Shape& input) {
  std::sort(options_.axis.begin(), options_.axis.end());
  Shape shape;
  for (int64_t axis : options_.axis) {
    const int64_t place = axis < 0 ? axis + input.rank() : axis;
    if (place < 0 || place >= input.rank() ||
        !input[static_cast<int>(place)].IsConstant()) {
      return absl::InvalidArgumentError(
          absl::StrCat("needs a known size of axis ", axis,
                       " of its input, whose shape is ", input.ToString()));
    }
    shape.push_back(input[static_cast<int>(place)]);
  }
  scale_ = AddWeight({.name = "scale", .shape = shape, .initializer = "ones"});
  return absl::OkStatus();
}

Tensor RMSNormalization::Call(const Tensor& x) {
  return ops::RmsNormalization(
      x, scale_->value(),
      std::vector<int>(options_.axis.begin(), options_.axis.end()),
      options_.epsilon);
}

KERATIN_REGISTER_LAYER("keras", RMSNormalization);

}  // namespace keratin

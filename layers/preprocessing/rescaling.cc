#include "layers/preprocessing/rescaling.h"

#include "absl/strings/str_cat.h"
#include "layers/base/numbers.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"

namespace keratin {

void RescalingOptions::Describe(Fields& f) {
  f.Required("scale")("scale", scale)("offset", offset);
}

absl::Status Rescaling::Configured() {
  auto scale = ArrayOf(options_.scale, compute_dtype());
  if (!scale.ok())
    return absl::InvalidArgumentError(
        absl::StrCat("'scale' ", scale.status().message()));
  auto offset = ArrayOf(options_.offset, compute_dtype());
  if (!offset.ok())
    return absl::InvalidArgumentError(
        absl::StrCat("'offset' ", offset.status().message()));
  scale_ = *std::move(scale);
  offset_ = *std::move(offset);
  return absl::OkStatus();
}

Tensor Rescaling::Call(const Tensor& x) {
  Trace& trace = *Trace::Current();
  return ops::Cast(x, compute_dtype()) * trace.Dense(scale_) +
         trace.Dense(offset_);
}

KERATIN_REGISTER_LAYER("keras", Rescaling);

}  // namespace keratin

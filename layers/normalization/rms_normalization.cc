#include "layers/normalization/rms_normalization.h"

#include <algorithm>
#include <vector>

#include "layers/normalization/base_normalization.h"
#include "layers/ops/normalization.h"

namespace keratin {
namespace {

class RMSNormalizationLayer : public LayerWith<RMSNormalizationOptions> {
  CallSignature signature() const override { return {.arguments = {"x"}}; }
  absl::Status Build(const Shape& input) override {
    options_.axis.MakeList();
    // As Keras, which sorts them as they are given.
    std::vector<int64_t> sorted = options_.axis.axes();
    std::sort(sorted.begin(), sorted.end());
    axes_.assign(sorted.begin(), sorted.end());
    absl::StatusOr<Shape> shape = SizesOfKnownAxes(sorted, input);
    if (!shape.ok()) return shape.status();
    scale_ =
        AddWeight({.name = "scale", .shape = *shape, .initializer = "ones"});
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    return ops::RmsNormalization(x, scale_->value(), axes_, options_.epsilon);
  }

  std::vector<int> axes_;
  Weight scale_;
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", RMSNormalization, RMSNormalizationLayer);

}  // namespace keratin

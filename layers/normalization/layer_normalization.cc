#include "layers/normalization/layer_normalization.h"

#include <optional>
#include <vector>

#include "layers/normalization/base_normalization.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/normalization.h"

namespace keratin {
namespace {

class LayerNormalizationLayer
    : public NormalizationOf<LayerNormalizationOptions> {
  absl::Status Build(const Shape& input) override {
    absl::StatusOr<Shape> shape = SizesOfKnownAxes(options_.axis.axes(), input);
    if (!shape.ok()) return shape.status();
    options_.axis.MakeList();
    AddGammaAndBeta(*shape, options_.scale || options_.rms_scaling,
                    options_.center && !options_.rms_scaling);
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    std::optional<ops::Operand> gamma, beta;
    if (gamma_) gamma = gamma_->value();
    if (beta_) beta = beta_->value();
    const std::vector<int64_t>& axes = options_.axis.axes();
    return ops::Cast(
        ops::LayerNormalization(x, gamma, beta,
                                std::vector<int>(axes.begin(), axes.end()),
                                options_.epsilon, options_.rms_scaling),
        compute_dtype());
  }
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", LayerNormalization, LayerNormalizationLayer);

}  // namespace keratin

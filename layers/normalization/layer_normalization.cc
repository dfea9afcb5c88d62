#include "layers/normalization/layer_normalization.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/normalization.h"

namespace keratin {

void LayerNormalizationOptions::Describe(Fields& f) {
  f("axis", axis)("epsilon", epsilon)("center", center)("scale", scale)(
      "rms_scaling", rms_scaling)("beta_initializer", beta_initializer)(
      "gamma_initializer", gamma_initializer)(
      "beta_regularizer", beta_regularizer)("gamma_regularizer",
                                            gamma_regularizer)(
      "beta_constraint", beta_constraint)("gamma_constraint", gamma_constraint);
}

absl::Status LayerNormalization::Build(const Shape& input) {
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
  if (options_.scale || options_.rms_scaling) {
    gamma_ = AddWeight({.name = "gamma",
                        .shape = shape,
                        .autocast = false,
                        .initializer = options_.gamma_initializer,
                        .regularizer = options_.gamma_regularizer,
                        .constraint = options_.gamma_constraint});
  }
  if (options_.center && !options_.rms_scaling) {
    beta_ = AddWeight({.name = "beta",
                       .shape = shape,
                       .autocast = false,
                       .initializer = options_.beta_initializer,
                       .regularizer = options_.beta_regularizer,
                       .constraint = options_.beta_constraint});
  }
  return absl::OkStatus();
}

Tensor LayerNormalization::Call(const Tensor& x) {
  std::optional<ops::Operand> gamma, beta;
  if (gamma_ != nullptr) gamma = gamma_->value();
  if (beta_ != nullptr) beta = beta_->value();
  Tensor y = ops::LayerNormalization(
      x, gamma, beta,
      std::vector<int>(options_.axis.begin(), options_.axis.end()),
      options_.epsilon, options_.rms_scaling);
  return ops::Cast(y, compute_dtype());
}

KERATIN_REGISTER_LAYER("keras", LayerNormalization);

}  // namespace keratin

#include "layers/normalization/group_normalization.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {

void GroupNormalizationOptions::Describe(Fields& f) {
  f("groups", groups)("axis", axis)("epsilon", epsilon)("center", center)(
      "scale", scale)("beta_initializer", beta_initializer)("gamma_initializer",
                                                            gamma_initializer)(
      "beta_regularizer", beta_regularizer)("gamma_regularizer",
                                            gamma_regularizer)(
      "beta_constraint", beta_constraint)("gamma_constraint", gamma_constraint);
}

absl::Status GroupNormalization::Build(const Shape& input) {
  const int64_t axis =
      options_.axis < 0 ? options_.axis + input.rank() : options_.axis;
  if (axis < 1 || axis >= input.rank() || !input[axis].IsConstant()) {
    return absl::InvalidArgumentError(
        absl::StrCat("needs a known size of axis ", options_.axis,
                     " of its input, whose shape is ", input.ToString()));
  }
  const int64_t channels = *input[axis].AsConstant();
  if (options_.groups == -1) options_.groups = channels;
  if (options_.groups < 1 || channels % options_.groups != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("'groups' = ", options_.groups, " does not divide the ",
                     channels, " channels of the input"));
  }
  if (options_.scale) {
    gamma_ = AddWeight({.name = "gamma",
                        .shape = {channels},
                        .autocast = false,
                        .initializer = options_.gamma_initializer,
                        .regularizer = options_.gamma_regularizer,
                        .constraint = options_.gamma_constraint});
  }
  if (options_.center) {
    beta_ = AddWeight({.name = "beta",
                       .shape = {channels},
                       .autocast = false,
                       .initializer = options_.beta_initializer,
                       .regularizer = options_.beta_regularizer,
                       .constraint = options_.beta_constraint});
  }
  return absl::OkStatus();
}

Tensor GroupNormalization::Call(const Tensor& input) {
  const int axis = static_cast<int>(
      options_.axis < 0 ? options_.axis + input.rank() : options_.axis);
  const int64_t channels = *input.dim(axis).AsConstant();
  // The axis becomes two: groups, channels of a group.
  Shape grouped, parameter;
  std::vector<int> reduced;
  for (int k = 0; k < input.rank(); ++k) {
    if (k == axis) {
      grouped.push_back(options_.groups);
      parameter.push_back(options_.groups);
    }
    const Dim size = k == axis ? Dim(channels / options_.groups) : input.dim(k);
    if (k > 0) reduced.push_back(static_cast<int>(grouped.size()));
    grouped.push_back(size);
    parameter.push_back(k == axis ? size : Dim(1));
  }
  const Tensor x =
      ops::Reshape(ops::Cast(input, ops::WideFloat(input.dtype())), grouped);
  const ops::Moments moments = ops::MomentsOf(x, reduced, /*keepdims=*/true);
  const auto beside = [&](const Variable* variable) {
    return ops::Cast(ops::Reshape(variable->value(), parameter), x.dtype());
  };
  Tensor inverse = ops::Rsqrt(moments.variance + options_.epsilon);
  if (gamma_ != nullptr) inverse = inverse * beside(gamma_);
  Tensor shift = -moments.mean * inverse;
  if (beta_ != nullptr) shift = shift + beside(beta_);
  const Tensor y = ops::Cast(x * inverse + shift, input.dtype());
  return ops::Cast(ops::Reshape(y, input.shape()), compute_dtype());
}

KERATIN_REGISTER_LAYER("keras", GroupNormalization);

}  // namespace keratin

#include "layers/normalization/batch_normalization.h"

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "layers/ops/activations.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/normalization.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

// Mean and variance over the positions that the mask lets through.
ops::Moments MaskedMoments(const Tensor& x, const Tensor& mask,
                           const std::vector<int>& axes) {
  Tensor seen = ops::BroadcastTo(
      ops::ExpandDims(ops::Cast(mask, DType::kBool), -1), x.shape());
  Tensor count = ops::Sum(ops::Cast(seen, x.dtype()), axes, true);
  Tensor mean =
      ops::Sum(ops::Where(seen, x, 0.0), axes, true) / (count + ops::kEpsilon);
  Tensor squares = ops::Square(ops::Where(seen, x - mean, 0.0));
  Tensor variance = ops::Sum(squares, axes, true) / (count + ops::kEpsilon);
  return {ops::Squeeze(mean, axes), ops::Squeeze(variance, axes)};
}

std::optional<double> Limit(const Value& clipping, const char* key) {
  const Value* limit = clipping.is_dict() ? clipping.Find(key) : nullptr;
  if (limit == nullptr || !limit->is_number()) return std::nullopt;
  return limit->as_double();
}

void MoveAverage(const Variable& average, const Tensor& now, double momentum) {
  Tensor before = ops::Cast(average, now.dtype());
  average.Assign(
      ops::Cast(before * momentum + now * (1.0 - momentum), average.dtype()));
}

}  // namespace

void BatchNormalizationOptions::Describe(Fields& f) {
  f("axis", axis)("momentum", momentum)("epsilon", epsilon)("center", center)(
      "scale", scale)("beta_initializer", beta_initializer)(
      "gamma_initializer", gamma_initializer)("moving_mean_initializer",
                                              moving_mean_initializer)(
      "moving_variance_initializer", moving_variance_initializer)(
      "beta_regularizer", beta_regularizer)("gamma_regularizer",
                                            gamma_regularizer)(
      "beta_constraint", beta_constraint)("gamma_constraint", gamma_constraint)(
      "synchronized", synchronized)("renorm", renorm)(
      "renorm_clipping", renorm_clipping)("renorm_momentum", renorm_momentum);
}

absl::Status BatchNormalization::Configured() {
  if (options_.synchronized) {
    return absl::UnimplementedError(
        "'synchronized' = True is not supported, as in Keras on JAX");
  }
  const auto rmin = Limit(options_.renorm_clipping, "rmin"),
             rmax = Limit(options_.renorm_clipping, "rmax"),
             dmax = Limit(options_.renorm_clipping, "dmax");
  if ((rmin && rmax && *rmax < *rmin) || dmax.value_or(0) < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'renorm_clipping' must have rmin <= rmax and dmax >= 0, not ",
        options_.renorm_clipping.ToString()));
  }
  return absl::OkStatus();
}

absl::Status BatchNormalization::Build(const Shape& input) {
  const int64_t axis =
      options_.axis < 0 ? options_.axis + input.rank() : options_.axis;
  if (axis < 0 || axis >= input.rank() || !input[axis].IsConstant()) {
    return absl::InvalidArgumentError(
        absl::StrCat("needs a known size of axis ", options_.axis,
                     " of its input, whose shape is ", input.ToString()));
  }
  const Shape shape{input[axis]};
  if (options_.scale) {
    gamma_ = AddWeight({.name = "gamma",
                        .shape = shape,
                        .autocast = false,
                        .initializer = options_.gamma_initializer,
                        .regularizer = options_.gamma_regularizer,
                        .constraint = options_.gamma_constraint});
  }
  if (options_.center) {
    beta_ = AddWeight({.name = "beta",
                       .shape = shape,
                       .autocast = false,
                       .initializer = options_.beta_initializer,
                       .regularizer = options_.beta_regularizer,
                       .constraint = options_.beta_constraint});
  }
  const auto add = [&](const char* name, const Value& initializer) {
    return AddWeight({.name = name,
                      .shape = shape,
                      .trainable = false,
                      .autocast = false,
                      .initializer = initializer});
  };
  moving_mean_ = add("moving_mean", options_.moving_mean_initializer);
  moving_variance_ =
      add("moving_variance", options_.moving_variance_initializer);
  if (!options_.renorm) return absl::OkStatus();
  moving_stddev_ = add("moving_stddev", options_.moving_variance_initializer);
  renorm_mean_ = add("renorm_mean", options_.moving_mean_initializer);
  renorm_stddev_ = add("renorm_stddev", options_.moving_variance_initializer);
  return absl::OkStatus();
}

void BatchNormalization::Renormalize(const Tensor& mean, const Tensor& variance,
                                     Tensor& gamma, Tensor& beta) {
  const DType dtype = mean.dtype();
  const Tensor stddev = ops::Sqrt(variance + options_.epsilon);
  const Tensor known_stddev = ops::Maximum(ops::Cast(*renorm_stddev_, dtype),
                                           std::sqrt(options_.epsilon));
  Tensor r = stddev / known_stddev;
  Tensor d = (mean - ops::Cast(*renorm_mean_, dtype)) / known_stddev;
  if (auto least = Limit(options_.renorm_clipping, "rmin"))
    r = ops::Maximum(r, *least);
  if (auto most = Limit(options_.renorm_clipping, "rmax"))
    r = ops::Minimum(r, *most);
  if (auto most = Limit(options_.renorm_clipping, "dmax"))
    d = ops::Clip(d, -*most, *most);
  // (x r + d) gamma + beta = x (r gamma) + (d gamma + beta)
  const Tensor shift = gamma.ok() ? d * gamma : d;
  gamma = gamma.ok() ? r * gamma : r;
  beta = beta.ok() ? shift + beta : shift;

  MoveAverage(*renorm_mean_, mean, options_.renorm_momentum);
  MoveAverage(*renorm_stddev_, stddev, options_.renorm_momentum);
  MoveAverage(*moving_mean_, mean, options_.momentum);
  MoveAverage(*moving_stddev_, stddev, options_.momentum);
  const Tensor moved = ops::Cast(*moving_stddev_, dtype);
  moving_variance_->Assign(
      ops::Cast(ops::Relu(ops::Square(moved) - options_.epsilon),
                moving_variance_->dtype()));
}

Value BatchNormalization::CallWith(const CallContext& context,
                                   const Arguments& arguments) {
  const Value* given = arguments.Find(0, "inputs");
  if (given == nullptr || !given->is_tensor())
    return Value(Fail("takes one tensor"));
  const DType compute = compute_dtype();
  // Statistics of 16-bit floats would overflow.
  const Tensor x =
      ops::Cast(given->as_tensor(), ops::WideFloat(given->as_tensor().dtype()));
  const int axis = static_cast<int>(options_.axis < 0 ? options_.axis + x.rank()
                                                      : options_.axis);
  const auto wide = [&](const Variable* variable) {
    return variable == nullptr ? Tensor() : ops::Cast(*variable, x.dtype());
  };
  Tensor gamma = wide(gamma_), beta = wide(beta_);
  Tensor mean = wide(moving_mean_), variance = wide(moving_variance_);
  if (context.training && trainable()) {
    std::vector<int> axes;
    for (int k = 0; k < x.rank(); ++k) {
      if (k != axis) axes.push_back(k);
    }
    if (context.mask.ok() && context.mask.rank() != x.rank() - 1) {
      return Value(Fail(absl::StrCat(
          "takes a mask of one axis less than its input, not of shape ",
          context.mask.shape().ToString(), " beside ", x.shape().ToString())));
    }
    const ops::Moments now = context.mask.ok()
                                 ? MaskedMoments(x, context.mask, axes)
                                 : ops::MomentsOf(x, axes);
    mean = now.mean;
    variance = now.variance;
    if (options_.renorm) {
      Renormalize(mean, variance, gamma, beta);
    } else {
      MoveAverage(*moving_mean_, mean, options_.momentum);
      MoveAverage(*moving_variance_, variance, options_.momentum);
    }
  }
  std::optional<ops::Operand> offset, scale;
  if (beta.ok()) offset = beta;
  if (gamma.ok()) scale = gamma;
  return Value(
      ops::Cast(ops::BatchNormalization(x, mean, variance, axis, offset, scale,
                                        options_.epsilon),
                compute));
}

KERATIN_REGISTER_LAYER("keras", BatchNormalization);

}  // namespace keratin

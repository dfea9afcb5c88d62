#include "layers/normalization/batch_normalization.h"

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "layers/normalization/base_normalization.h"
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

void MoveAverage(const Variable& average, const Tensor& now, double momentum) {
  Tensor before = ops::Cast(average, now.dtype());
  average.Assign(
      ops::Cast(before * momentum + now * (1.0 - momentum), average.dtype()));
}

class BatchNormalizationLayer
    : public NormalizationOf<BatchNormalizationOptions> {
  absl::Status Configured() override {
    if (options_.synchronized) {
      return absl::UnimplementedError(
          "'synchronized' = True is not supported, as in Keras on JAX");
    }
    const RenormClipping clip =
        options_.renorm_clipping.value_or(RenormClipping());
    if ((clip.rmin && clip.rmax && *clip.rmax < *clip.rmin) ||
        clip.dmax.value_or(0) < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'renorm_clipping' must have rmin <= rmax and dmax >= 0, not ",
          Written(clip).ToString()));
    }
    return absl::OkStatus();
  }
  absl::Status Build(const Shape& input) override {
    absl::StatusOr<Shape> shape = SizesOfKnownAxes({options_.axis}, input);
    if (!shape.ok()) return shape.status();
    AddGammaAndBeta(*shape, options_.scale, options_.center);
    const auto add = [&](const char* name, const Initializer& initializer) {
      return AddWeight({.name = name,
                        .shape = *shape,
                        .trainable = false,
                        .autocast = false,
                        .initializer = initializer});
    };
    const Initializer &mean = options_.moving_mean_initializer,
                      &variance = options_.moving_variance_initializer;
    moving_mean_ = add("moving_mean", mean);
    moving_variance_ = add("moving_variance", variance);
    if (!options_.renorm) return absl::OkStatus();
    moving_stddev_ = add("moving_stddev", variance);
    renorm_mean_ = add("renorm_mean", mean);
    renorm_stddev_ = add("renorm_stddev", variance);
    return absl::OkStatus();
  }
  CallSignature signature() const override {
    return {.arguments = {"inputs", "mask"}};
  }
  Tensor CallIn(const CallContext& context, const Tensor& given) override {
    // Statistics of 16-bit floats would overflow.
    const Tensor x = ops::Cast(given, ops::WideFloat(given.dtype()));
    const int axis = static_cast<int>(
        options_.axis < 0 ? options_.axis + x.rank() : options_.axis);
    const auto wide = [&](const Weight& weight) {
      return weight ? ops::Cast(*weight, x.dtype()) : Tensor();
    };
    Tensor gamma = wide(gamma_), beta = wide(beta_);
    Tensor mean = wide(moving_mean_), variance = wide(moving_variance_);
    if (context.training && trainable()) {
      std::vector<int> axes;
      for (int k = 0; k < x.rank(); ++k) {
        if (k != axis) axes.push_back(k);
      }
      if (context.mask.ok() && context.mask.rank() != x.rank() - 1) {
        return Fail(absl::StrCat(
            "takes a mask of one axis less than its input, not of shape ",
            context.mask.shape().ToString(), " beside ", x.shape().ToString()));
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
    return ops::Cast(ops::BatchNormalization(x, mean, variance, axis, offset,
                                             scale, options_.epsilon),
                     compute_dtype());
  }
  // Corrects gamma and beta so that training gives what the averages give, and
  // moves the averages. gamma and beta may be absent (not ok()).
  void Renormalize(const Tensor& mean, const Tensor& variance, Tensor& gamma,
                   Tensor& beta) {
    const DType dtype = mean.dtype();
    const Tensor stddev = ops::Sqrt(variance + options_.epsilon);
    const Tensor known_stddev = ops::Maximum(ops::Cast(*renorm_stddev_, dtype),
                                             std::sqrt(options_.epsilon));
    Tensor r = stddev / known_stddev;
    Tensor d = (mean - ops::Cast(*renorm_mean_, dtype)) / known_stddev;
    const RenormClipping clip =
        options_.renorm_clipping.value_or(RenormClipping());
    if (clip.rmin) r = ops::Maximum(r, *clip.rmin);
    if (clip.rmax) r = ops::Minimum(r, *clip.rmax);
    if (clip.dmax) d = ops::Clip(d, -*clip.dmax, *clip.dmax);
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

  Weight moving_mean_, moving_variance_;
  // Of renorm.
  Weight moving_stddev_, renorm_mean_, renorm_stddev_;
};

}  // namespace

absl::Status Read(const Value& value, RenormClipping& field) {
  if (!value.is_dict()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "must have 'rmin', 'rmax' or 'dmax', not be ", value.ToString()));
  }
  Fields fields(value);
  fields("rmin", field.rmin)("rmax", field.rmax)("dmax", field.dmax);
  if (std::vector<std::string> unread = fields.UnreadKeys(); !unread.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "may have 'rmin', 'rmax' and 'dmax', not '", unread[0], "'"));
  }
  return fields.status();
}

Value Written(const RenormClipping& field) {
  Value::Entries limits;
  for (const auto& [name, limit] : {std::pair("rmin", field.rmin),
                                    {"rmax", field.rmax},
                                    {"dmax", field.dmax}}) {
    if (limit.has_value()) limits.emplace_back(name, *limit);
  }
  return Value::Dict(std::move(limits));
}

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

KERATIN_DEFINE_LAYER("keras", BatchNormalization, BatchNormalizationLayer);

}  // namespace keratin

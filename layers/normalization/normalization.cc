// Normalization by statistics of a batch, of features, or known beforehand.
// Keras: BatchNormalization, LayerNormalization, Normalization, Rescaling.
#include "layers/ops/normalization.h"

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/base/layer.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

// y = gamma * (x - mean) / sqrt(variance + epsilon) + beta: statistics of the
// batch while training (and moving averages of them kept), else the averages.
class BatchNormalization : public Layer {
 public:
  bool supports_masking() const override { return true; }

 private:
  void Describe(Fields& f) override {
    f("axis", axis_)("momentum", momentum_)("epsilon", epsilon_)(
        "center", center_)("scale", scale_)("beta_initializer", beta_[0])(
        "gamma_initializer", gamma_[0])("moving_mean_initializer", moving_[0])(
        "moving_variance_initializer", moving_[1])(
        "beta_regularizer", beta_[1])("gamma_regularizer", gamma_[1])(
        "beta_constraint", beta_[2])("gamma_constraint", gamma_[2])(
        "synchronized", synchronized_)("renorm", renorm_);
    f.Only("renorm_clipping", Value()).Only("renorm_momentum", Value(0.99));
  }
  absl::Status Configured() override {
    if (renorm_)
      return absl::UnimplementedError("'renorm' = True is not supported");
    return absl::OkStatus();
  }
  absl::Status Build(const Shape& input) override {
    const int64_t axis = axis_ < 0 ? axis_ + input.rank() : axis_;
    if (axis < 0 || axis >= input.rank() || !input[axis].IsConstant()) {
      return absl::InvalidArgumentError(
          absl::StrCat("needs a known size of axis ", axis_,
                       " of its input, whose shape is ", input.ToString()));
    }
    const Shape shape{input[axis]};
    auto add = [&](const char* name, const Value* fields, bool trainable) {
      return AddWeight({.name = name,
                        .shape = shape,
                        .trainable = trainable,
                        .autocast = trainable,
                        .initializer = fields[0],
                        .regularizer = trainable ? fields[1] : Value(),
                        .constraint = trainable ? fields[2] : Value()});
    };
    if (scale_) gamma_variable_ = add("gamma", gamma_, true);
    if (center_) beta_variable_ = add("beta", beta_, true);
    mean_ = add("moving_mean", &moving_[0], false);
    variance_ = add("moving_variance", &moving_[1], false);
    return absl::OkStatus();
  }
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override {
    if (arguments.positional.empty() || !arguments.positional[0].is_tensor())
      return Value(Fail("takes one tensor"));
    Tensor x = arguments.positional[0].as_tensor();
    const DType compute = x.dtype();
    const bool narrow =
        compute == DType::kFloat16 || compute == DType::kBFloat16;
    if (narrow) x = trace::Convert(x, DType::kFloat32);
    const int axis = static_cast<int>(axis_ < 0 ? axis_ + x.rank() : axis_);
    Tensor moving_mean = *mean_, moving_variance = *variance_;
    Tensor mean = moving_mean, variance = moving_variance;
    if (context.training && trainable()) {
      std::vector<int> axes;
      for (int k = 0; k < x.rank(); ++k) {
        if (k != axis) axes.push_back(k);
      }
      if (context.mask.ok()) {
        MaskedMoments(x, context.mask, axes, mean, variance);
      } else {
        ops::Moments moments = ops::MomentsOf(x, axes);
        mean = moments.mean;
        variance = moments.variance;
      }
      auto average = [&](const Tensor& moving, const Tensor& now) {
        return moving * momentum_ +
               ops::Cast(now, moving.dtype()) * (1.0 - momentum_);
      };
      mean_->Assign(average(moving_mean, mean));
      variance_->Assign(average(moving_variance, variance));
    }
    auto as = [&](const Variable* variable) {
      return ops::Cast(variable->value(), x.dtype());
    };
    std::optional<ops::Operand> offset, scale;
    if (beta_variable_ != nullptr) offset = as(beta_variable_);
    if (gamma_variable_ != nullptr) scale = as(gamma_variable_);
    Tensor y = ops::BatchNormalization(x, ops::Cast(mean, x.dtype()),
                                       ops::Cast(variance, x.dtype()), axis,
                                       offset, scale, epsilon_);
    return Value(narrow ? trace::Convert(y, compute) : y);
  }
  // Mean and variance over the positions that the mask lets through.
  static void MaskedMoments(const Tensor& x, const Tensor& mask,
                            const std::vector<int>& axes, Tensor& mean,
                            Tensor& variance) {
    Tensor weights = ops::ExpandDims(ops::Cast(mask, x.dtype()), -1);
    Tensor spread = ops::BroadcastTo(weights, x.shape());
    Tensor total = ops::Sum(spread, axes, true);
    Tensor full_mean = ops::Sum(weights * x, axes, true) / (total + 1e-7);
    mean = ops::Squeeze(full_mean, axes);
    Tensor difference = x - full_mean;
    variance = ops::Sum(weights * ops::Square(difference), axes) /
               (ops::Squeeze(total, axes) + 1e-7);
  }

  int64_t axis_ = -1;
  double momentum_ = 0.99, epsilon_ = 1e-3;
  bool center_ = true, scale_ = true, synchronized_ = false, renorm_ = false;
  Value beta_[3], gamma_[3], moving_[2];
  Variable *gamma_variable_ = nullptr, *beta_variable_ = nullptr,
           *mean_ = nullptr, *variance_ = nullptr;
};
KERATIN_REGISTER_LAYER("keras", BatchNormalization);

class LayerNormalization : public Layer {
 public:
  bool supports_masking() const override { return true; }

 private:
  void Describe(Fields& f) override {
    f("axis", axis_)("epsilon", epsilon_)("center", center_)("scale", scale_)(
        "rms_scaling", rms_scaling_)("beta_initializer", beta_[0])(
        "gamma_initializer", gamma_[0])("beta_regularizer", beta_[1])(
        "gamma_regularizer", gamma_[1])("beta_constraint", beta_[2])(
        "gamma_constraint", gamma_[2]);
  }
  absl::Status Build(const Shape& input) override {
    Shape shape;
    for (int64_t axis : axis_) {
      const int64_t place = axis < 0 ? axis + input.rank() : axis;
      if (place < 0 || place >= input.rank())
        return absl::InvalidArgumentError(
            absl::StrCat("the input has no axis ", axis));
      shape.push_back(input[place]);
    }
    auto add = [&](const char* name, const Value* fields) {
      return AddWeight({.name = name,
                        .shape = shape,
                        .autocast = false,
                        .initializer = fields[0],
                        .regularizer = fields[1],
                        .constraint = fields[2]});
    };
    if (scale_ || rms_scaling_) gamma_variable_ = add("gamma", gamma_);
    if (center_ && !rms_scaling_) beta_variable_ = add("beta", beta_);
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    std::optional<ops::Operand> gamma, beta;
    if (gamma_variable_ != nullptr) gamma = gamma_variable_->value();
    if (beta_variable_ != nullptr) beta = beta_variable_->value();
    Tensor y = ops::LayerNormalization(
        x, gamma, beta, std::vector<int>(axis_.begin(), axis_.end()), epsilon_,
        rms_scaling_);
    return ops::Cast(y, compute_dtype());
  }
  std::vector<int64_t> axis_ = {-1};
  double epsilon_ = 1e-3;
  bool center_ = true, scale_ = true, rms_scaling_ = false;
  Value beta_[3], gamma_[3];
  Variable *gamma_variable_ = nullptr, *beta_variable_ = nullptr;
};
KERATIN_REGISTER_LAYER("keras", LayerNormalization);

// y = x * scale + offset.
class Rescaling : public Layer {
 public:
  bool supports_masking() const override { return true; }

 private:
  void Describe(Fields& f) override { f("scale", scale_)("offset", offset_); }
  Tensor Numbers(const Value& value) {
    if (value.is_number())
      return trace::Constant(value.as_double(), compute_dtype());
    if (!value.is_sequence() || value.items().empty())
      return Fail(absl::StrCat(
          "'scale' and 'offset' must be numbers or lists of numbers, not ",
          value.ToString()));
    std::vector<ops::Operand> numbers;
    for (const Value& item : value.items()) {
      if (!item.is_number())
        return Fail(absl::StrCat(
            "'scale' and 'offset' must be numbers or lists of numbers, not ",
            value.ToString()));
      numbers.push_back(ops::Full({}, item.as_double(), compute_dtype()));
    }
    return ops::Stack(numbers, 0);
  }
  Tensor Call(const Tensor& given) override {
    Tensor x = ops::Cast(given, compute_dtype());
    return x * Numbers(scale_) + Numbers(offset_);
  }
  Value scale_ = 1.0, offset_ = 0.0;
};
KERATIN_REGISTER_LAYER("keras", Rescaling);

}  // namespace
}  // namespace keratin

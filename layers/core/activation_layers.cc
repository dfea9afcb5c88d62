// Layers that apply a function to every element, or along an axis:
// keras.layers.Activation and the activation layers, Identity, Masking.
#include "ir/trace/ops.h"
#include "layers/base/layer.h"
#include "layers/core/activation_field.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/normalization.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

class Masked : public Layer {
 public:
  bool supports_masking() const override { return true; }
};

class Activation : public Masked {
  void Describe(Fields& f) override { f("activation", activation_); }
  Tensor Call(const Tensor& x) override { return activation_(x); }
  ActivationField activation_;
};
KERATIN_REGISTER_LAYER("keras", Activation);

class Identity : public Masked {
  Value CallWith(const CallContext&, const Arguments& arguments) override {
    return arguments.positional.empty() ? Value() : arguments.positional[0];
  }
};
KERATIN_REGISTER_LAYER("keras", Identity);

class ReLU : public Masked {
  void Describe(Fields& f) override {
    f("max_value", max_value_)("negative_slope", negative_slope_)("threshold",
                                                                  threshold_);
  }
  Tensor Call(const Tensor& x) override {
    return ops::Relu(x, negative_slope_, max_value_, threshold_);
  }
  std::optional<double> max_value_;
  double negative_slope_ = 0, threshold_ = 0;
};
KERATIN_REGISTER_LAYER("keras", ReLU);

class LeakyReLU : public Masked {
  void Describe(Fields& f) override { f("negative_slope", negative_slope_); }
  Tensor Call(const Tensor& x) override {
    return ops::LeakyRelu(x, negative_slope_);
  }
  double negative_slope_ = 0.3;
};
KERATIN_REGISTER_LAYER("keras", LeakyReLU);

class ELU : public Masked {
  void Describe(Fields& f) override { f("alpha", alpha_); }
  Tensor Call(const Tensor& x) override { return ops::Elu(x, alpha_); }
  double alpha_ = 1;
};
KERATIN_REGISTER_LAYER("keras", ELU);

// y = max(x, 0) + alpha * min(x, 0), alpha learned.
class PReLU : public Masked {
  void Describe(Fields& f) override {
    f("alpha_initializer", initializer_)("alpha_regularizer", regularizer_)(
        "alpha_constraint", constraint_)("shared_axes", shared_axes_);
  }
  absl::Status Build(const Shape& input) override {
    Shape shape(std::vector<Dim>(input.begin() + 1, input.end()));
    if (shared_axes_.has_value()) {
      for (int64_t axis : *shared_axes_) {
        if (axis < 1 || axis > shape.rank()) {
          return absl::InvalidArgumentError(
              "'shared_axes' of PReLU must be axes of its input after the "
              "first");
        }
        shape[axis - 1] = 1;
      }
    }
    alpha_ = AddWeight({.name = "alpha",
                        .shape = shape,
                        .initializer = initializer_,
                        .regularizer = regularizer_,
                        .constraint = constraint_});
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    return ops::Relu(x) + (-alpha_->value()) * ops::Relu(-x);
  }
  Value initializer_, regularizer_, constraint_;
  std::optional<std::vector<int64_t>> shared_axes_;
  Variable* alpha_ = nullptr;
};
KERATIN_REGISTER_LAYER("keras", PReLU);

// Softmax over one axis or several; where the mask does not hold, 0.
class Softmax : public Masked {
  void Describe(Fields& f) override { f("axis", axis_); }
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override {
    if (arguments.positional.empty() || !arguments.positional[0].is_tensor()) {
      return Value(Fail("Softmax takes one tensor"));
    }
    Tensor x = arguments.positional[0].as_tensor();
    Tensor mask = context.mask;
    if (const Value* given = arguments.Find(1, "mask");
        given != nullptr && given->is_tensor())
      mask = given->as_tensor();
    if (mask.ok()) {
      if (mask.dtype() != DType::kBool) mask = ops::Greater(mask, 0.5);
      x = ops::Where(mask, x, x.dtype() == DType::kFloat16 ? -3e4 : -1e9);
    }
    Tensor y = ops::Softmax(x, std::vector<int>(axis_.begin(), axis_.end()));
    return Value(mask.ok() ? ops::Where(mask, y, 0.0) : y);
  }
  std::vector<int64_t> axis_ = {-1};
};
KERATIN_REGISTER_LAYER("keras", Softmax);

// Steps whose features all equal mask_value are masked and set to 0.
class Masking : public Layer {
 public:
  bool supports_masking() const override { return true; }
  Tensor ComputeMask(const Value& inputs, const CallContext&) override {
    return inputs.is_tensor() ? Holds(inputs.as_tensor(), false) : Tensor();
  }

 private:
  void Describe(Fields& f) override { f("mask_value", mask_value_); }
  Tensor Holds(const Tensor& x, bool keepdims) const {
    return ops::Any(ops::NotEqual(x, mask_value_), -1, keepdims);
  }
  Tensor Call(const Tensor& x) override {
    return x * ops::Cast(Holds(x, true), x.dtype());
  }
  double mask_value_ = 0;
};
KERATIN_REGISTER_LAYER("keras", Masking);

}  // namespace
}  // namespace keratin

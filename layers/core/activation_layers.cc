#include "layers/core/activation_layers.h"

#include "absl/strings/str_cat.h"
#include "layers/ops/activations.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/normalization.h"
#include "layers/ops/reduction.h"

namespace keratin {
namespace {

template <typename Options>
class Masked : public LayerWith<Options> {
 public:
  bool supports_masking() const override { return true; }

 protected:
  bool keeps_build_shapes() const override { return false; }
};

class ActivationLayer : public Masked<ActivationOptions> {
  Tensor Call(const Tensor& x) override { return options_.activation(x); }
};

class IdentityLayer : public Masked<IdentityOptions> {
  Value CallWith(const CallContext&, const Arguments& arguments) override {
    return arguments.positional.empty() ? Value() : arguments.positional[0];
  }
};

class ReLULayer : public Masked<ReLUOptions> {
  absl::Status Configured() override {
    if (options_.max_value.value_or(0) >= 0 && options_.negative_slope >= 0 &&
        options_.threshold >= 0)
      return absl::OkStatus();
    return absl::InvalidArgumentError(
        "'max_value', 'negative_slope' and 'threshold' of ReLU cannot be "
        "negative");
  }
  Tensor Call(const Tensor& x) override {
    return ops::Relu(x, options_.negative_slope, options_.max_value,
                     options_.threshold);
  }
};

class LeakyReLULayer : public Masked<LeakyReLUOptions> {
  Tensor Call(const Tensor& x) override {
    return ops::LeakyRelu(x, options_.negative_slope);
  }
};

class ELULayer : public Masked<ELUOptions> {
  Tensor Call(const Tensor& x) override { return ops::Elu(x, options_.alpha); }
};

class PReLULayer : public Masked<PReLUOptions> {
  bool keeps_build_shapes() const override { return true; }
  absl::Status Build(const Shape& input) override {
    Shape shape(std::vector<Dim>(input.begin() + 1, input.end()));
    for (int64_t axis : options_.shared_axes.values()) {
      if (axis < 1 || axis > shape.rank()) {
        return absl::InvalidArgumentError(
            "'shared_axes' of PReLU must be axes of its input after the first");
      }
      shape[axis - 1] = 1;
    }
    alpha_ = AddWeight({.name = "alpha",
                        .shape = shape,
                        .initializer = options_.alpha_initializer,
                        .regularizer = options_.alpha_regularizer,
                        .constraint = options_.alpha_constraint});
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    return ops::Relu(x) + (-alpha_->value()) * ops::Relu(-x);
  }
  Weight alpha_;
};

class SoftmaxLayer : public Masked<SoftmaxOptions> {
  CallSignature signature() const override {
    return {.arguments = {"inputs", "mask"}};
  }
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override {
    if (arguments.positional.empty() || !arguments.positional[0].is_tensor()) {
      return Value(Fail("Softmax takes one tensor"));
    }
    Tensor x = arguments.positional[0].as_tensor();
    Tensor mask = context.mask;
    if (mask.ok()) {
      if (mask.dtype() != DType::kBool) mask = ops::Greater(mask, 0.5);
      x = ops::Where(mask, x, x.dtype() == DType::kFloat16 ? -3e4 : -1e9);
    }
    const std::vector<int64_t>& axes = options_.axis.axes();
    Tensor y = ops::Softmax(x, std::vector<int>(axes.begin(), axes.end()));
    return Value(mask.ok() ? ops::Where(mask, y, 0.0) : y);
  }
};

class MaskingLayer : public Masked<MaskingOptions> {
 public:
  Value ComputeMask(const Value& inputs, const CallContext&) override {
    return inputs.is_tensor() ? Value(Holds(inputs.as_tensor(), false))
                              : Value();
  }

 private:
  Tensor Holds(const Tensor& x, bool keepdims) const {
    return ops::Any(ops::NotEqual(x, options_.mask_value), -1, keepdims);
  }
  Tensor Call(const Tensor& x) override {
    return x * ops::Cast(Holds(x, true), x.dtype());
  }
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", Activation, ActivationLayer);
KERATIN_DEFINE_LAYER("keras", Identity, IdentityLayer);
KERATIN_DEFINE_LAYER("keras", Masking, MaskingLayer);
KERATIN_DEFINE_LAYER("keras", ReLU, ReLULayer);
KERATIN_DEFINE_LAYER("keras", LeakyReLU, LeakyReLULayer);
KERATIN_DEFINE_LAYER("keras", ELU, ELULayer);
KERATIN_DEFINE_LAYER("keras", PReLU, PReLULayer);
KERATIN_DEFINE_LAYER("keras", Softmax, SoftmaxLayer);

}  // namespace keratin

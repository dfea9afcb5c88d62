// Dense: y = activation(x · kernel + bias), over the last axis of x.
// [..., in] → [..., units]. Keras: keras.layers.Dense.
#include "layers/base/layer.h"
#include "layers/core/activation_field.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/linear.h"

namespace keratin {
namespace {

class Dense : public Layer {
 public:
  bool supports_masking() const override { return true; }

 protected:
  void Describe(Fields& f) override {
    f.Required("units")("units", units_)("activation", activation_)(
        "use_bias", use_bias_)("kernel_initializer", kernel_initializer_)(
        "bias_initializer", bias_initializer_)(
        "kernel_regularizer", kernel_regularizer_)("bias_regularizer",
                                                   bias_regularizer_)(
        "kernel_constraint", kernel_constraint_)("bias_constraint",
                                                 bias_constraint_);
  }
  absl::Status Build(const Shape& input) override {
    if (input.empty() || !input.back().IsConstant()) {
      return absl::InvalidArgumentError(
          "the last axis of the input of Dense must have a known size");
    }
    kernel_ = AddWeight({.name = "kernel",
                         .shape = {input.back(), units_},
                         .initializer = kernel_initializer_,
                         .regularizer = kernel_regularizer_,
                         .constraint = kernel_constraint_});
    if (use_bias_) {
      bias_ = AddWeight({.name = "bias",
                         .shape = {units_},
                         .initializer = bias_initializer_,
                         .regularizer = bias_regularizer_,
                         .constraint = bias_constraint_});
    }
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    Tensor y = ops::MatMul(x, *kernel_);
    if (use_bias_) y = y + *bias_;
    return activation_(y);
  }

 private:
  int64_t units_ = 0;
  ActivationField activation_;
  bool use_bias_ = true;
  Value kernel_initializer_, bias_initializer_, kernel_regularizer_,
      bias_regularizer_, kernel_constraint_, bias_constraint_;
  Variable* kernel_ = nullptr;
  Variable* bias_ = nullptr;
};
KERATIN_REGISTER_LAYER("keras", Dense);

}  // namespace
}  // namespace keratin

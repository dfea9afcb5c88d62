#include "layers/core/dense.h"

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/linear.h"

namespace keratin {
namespace {

class DenseLayer : public LayerWith<DenseOptions> {
 public:
  bool supports_masking() const override { return true; }

 protected:
  absl::Status Configured() override {
    if (options_.units <= 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'units' must be a positive integer, not ", options_.units));
    }
    set_input_spec({{.min_ndim = 2}});
    return absl::OkStatus();
  }
  absl::Status Build(const Shape& input) override {
    if (input.empty() || !input.back().IsConstant()) {
      return absl::InvalidArgumentError(
          "the last axis of the input of Dense must have a known size");
    }
    kernel_ = AddWeight({.name = "kernel",
                         .shape = {input.back(), options_.units},
                         .initializer = options_.kernel_initializer,
                         .regularizer = options_.kernel_regularizer,
                         .constraint = options_.kernel_constraint});
    if (options_.use_bias) {
      bias_ = AddWeight({.name = "bias",
                         .shape = {options_.units},
                         .initializer = options_.bias_initializer,
                         .regularizer = options_.bias_regularizer,
                         .constraint = options_.bias_constraint});
    }
    set_input_spec({{.min_ndim = 2, .axes = {{-1, input.back().offset()}}}});
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    Tensor y = ops::MatMul(x, kernel_);
    if (options_.use_bias) y = y + bias_;
    return options_.activation(y);
  }

 private:
  Weight kernel_, bias_;
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", Dense, DenseLayer);

}  // namespace keratin

#include "layers/core/dense.h"

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"

namespace keratin {

void DenseOptions::Describe(Fields& f) {
  f.Required("units")("units", units)("activation", activation)(
      "use_bias", use_bias)("kernel_initializer", kernel_initializer)(
      "bias_initializer", bias_initializer)("kernel_regularizer",
                                            kernel_regularizer)(
      "bias_regularizer", bias_regularizer)("kernel_constraint",
                                            kernel_constraint)(
      "bias_constraint", bias_constraint)("quantization_config",
                                          quantization_config);
  DescribeLora(f, lora_rank, lora_alpha);
}

std::vector<std::string> DenseLayer::quantization_modes() const {
  return {"int8", "int4", "float8", "gptq", "awq"};
}

absl::Status DenseLayer::Configured() {
  if (options_.units <= 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'units' must be a positive integer, not ", options_.units));
  }
  set_input_spec({{.min_ndim = 2}});
  return absl::OkStatus();
}

absl::Status DenseLayer::Build(const Shape& input) {
  if (input.empty() || !input.back().IsConstant()) {
    return absl::InvalidArgumentError(
        "the last axis of the input of Dense must have a known size");
  }
  const Shape shape = {input.back(), options_.units};
  absl::Status status =
      BuildWeight({.spec = {.name = "kernel",
                            .shape = shape,
                            .initializer = options_.kernel_initializer,
                            .regularizer = options_.kernel_regularizer,
                            .constraint = options_.kernel_constraint},
                   .product = MatrixProduct(),
                   .matrix = shape,
                   .fitted_matrix = shape,
                   .fitted_zero = "kernel_zero"});
  if (!status.ok()) return status;
  if (options_.use_bias) {
    bias_ = AddWeight({.name = "bias",
                       .shape = {options_.units},
                       .initializer = options_.bias_initializer,
                       .regularizer = options_.bias_regularizer,
                       .constraint = options_.bias_constraint});
  }
  set_input_spec({{.min_ndim = 2, .axes = {{-1, input.back().offset()}}}});
  return Adapt();
}

Tensor DenseLayer::Call(const Tensor& x) {
  Tensor y = weight_.Multiply(x, compute_dtype());
  if (bias_) y = y + weight_.Bias(bias_, compute_dtype());
  return options_.activation(y);
}

KERATIN_DEFINE_LAYER("keras", Dense, DenseLayer);

}  // namespace keratin

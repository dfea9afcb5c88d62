#include "layers/core/einsum_dense.h"

#include <algorithm>
#include <utility>

#include "layers/core/einsum_equation.h"
#include "layers/ops/arithmetic.h"

namespace keratin {
namespace {

// As which matrix, rows by columns, GPTQ and AWQ see a kernel: the largest of
// three axes is that of the features, which comes first or last. Empty: as
// none. Keras: EinsumDense._gptq_build.
Shape FittedMatrix(const Shape& kernel) {
  const auto sizes = kernel.AsSizes();
  if (!sizes.has_value() || sizes->size() < 2 || sizes->size() > 3) return {};
  if (sizes->size() == 2) return kernel;
  const bool features_first =
      std::max_element(sizes->begin(), sizes->end()) == sizes->begin();
  return features_first ? Shape{kernel[0], kernel[1] * kernel[2]}
                        : Shape{kernel[0] * kernel[1], kernel[2]};
}

}  // namespace

void EinsumDenseOptions::Describe(Fields& f) {
  f.Required("equation")
      .Required("output_shape")("equation", equation)(
          "output_shape", output_shape)("activation", activation)(
          "bias_axes", bias_axes)("kernel_initializer", kernel_initializer)(
          "bias_initializer", bias_initializer)("kernel_regularizer",
                                                kernel_regularizer)(
          "bias_regularizer", bias_regularizer)("kernel_constraint",
                                                kernel_constraint)(
          "bias_constraint", bias_constraint)("quantization_config",
                                              quantization_config);
  DescribeLora(f, lora_rank, lora_alpha);
  if (f.reading() || gptq_unpacked_column_size.has_value())
    f("gptq_unpacked_column_size", gptq_unpacked_column_size);
  f.Written("activity_regularizer", Value());
}

std::vector<std::string> EinsumDenseLayer::quantization_modes() const {
  return {"int8", "int4", "float8", "gptq", "awq"};
}

absl::Status EinsumDenseLayer::Build(const Shape& input) {
  auto equation = EinsumEquation::Parse(options_.equation);
  if (!equation.ok()) return equation.status();
  absl::Status status = equation->Resolve(input, options_.output_shape);
  if (!status.ok()) return status;
  auto kernel = equation->KernelShape(input);
  if (!kernel.ok()) return kernel.status();
  WeightUse use{.spec = {.name = "kernel",
                         .shape = *kernel,
                         .initializer = options_.kernel_initializer,
                         .regularizer = options_.kernel_regularizer,
                         .constraint = options_.kernel_constraint},
                .product = equation->Product(),
                .multiplies_floats = true,
                .fitted_matrix = FittedMatrix(*kernel),
                .fitted_zero = "zero_point"};
  Dim rows = 1, columns = 1;
  for (int axis = 0; axis < kernel->rank(); ++axis) {
    const std::vector<int>& summed = use.product.kernel_axes;
    const bool is_row =
        std::find(summed.begin(), summed.end(), axis) != summed.end();
    (is_row ? rows : columns) = (is_row ? rows : columns) * (*kernel)[axis];
  }
  use.matrix = {rows, columns};
  if (quantization_mode() == "gptq" && !use.fitted_matrix.empty()) {
    options_.gptq_unpacked_column_size = use.fitted_matrix.back().AsConstant();
  }
  status = BuildWeight(std::move(use));
  if (!status.ok()) return status;
  if (options_.bias_axes.has_value()) {
    auto bias = equation->BiasShape(*options_.bias_axes);
    if (!bias.ok()) return bias.status();
    bias_ = AddWeight({.name = "bias",
                       .shape = *bias,
                       .initializer = options_.bias_initializer,
                       .regularizer = options_.bias_regularizer,
                       .constraint = options_.bias_constraint});
  }
  return Adapt();
}

Tensor EinsumDenseLayer::Call(const Tensor& x) {
  Tensor y = weight_.Multiply(x, compute_dtype());
  if (bias_) y = y + weight_.Bias(bias_, compute_dtype());
  return options_.activation(y);
}

KERATIN_DEFINE_LAYER("keras", EinsumDense, EinsumDenseLayer);

}  // namespace keratin

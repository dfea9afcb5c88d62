// EinsumDense: y = activation(einsum(equation, x, kernel) + bias).
// Keras: keras.layers.EinsumDense.
//
// The equation is one of [X],[Y]->[Z], ...[X],[Y]->...[Z] and
// [X]...,[Y]->[Z]...; axis 0 of the input is the batch.
//
//   EinsumDense({.equation = "abc,cde->abde",
//                .output_shape = {std::nullopt, 4, 8},
//                .bias_axes = "de"})  // [batch, a, c] → [batch, a, 4, 8]
#ifndef KERATIN_LAYERS_CORE_EINSUM_DENSE_H_
#define KERATIN_LAYERS_CORE_EINSUM_DENSE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <typeinfo>
#include <vector>

#include "layers/base/layer_ptr.h"
#include "layers/core/activation_field.h"
#include "layers/quantizers/adaptable_layer.h"

namespace keratin {

struct EinsumDenseOptions {
  std::string equation = {};  // required
  // Of the result, without the batch; none: as in the input. Required.
  std::vector<std::optional<int64_t>> output_shape = {};
  ActivationField activation = {};
  // The letters of the result that the bias has; none: no bias.
  std::optional<std::string> bias_axes = {};
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {}, bias_regularizer = {};
  Constraint kernel_constraint = {}, bias_constraint = {};
  std::optional<int64_t> lora_rank = {};
  Value lora_alpha = {};  // a number; none: the rank
  // What Keras writes of kernels in the mode gptq: the columns of the matrix.
  std::optional<int64_t> gptq_unpacked_column_size = {};
  QuantizationConfig quantization_config = {};

  void Describe(Fields& f);
};
KERATIN_DECLARE_LAYER(EinsumDense);

// For classes of one's own to derive from.
class EinsumDenseLayer : public AdaptableLayer<EinsumDenseOptions> {
 protected:
  std::vector<std::string> quantization_modes() const override;
  const std::type_info& quantized_class() const override {
    return typeid(EinsumDenseLayer);
  }
  absl::Status Build(const Shape& input) override;
  Tensor Call(const Tensor& x) override;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_CORE_EINSUM_DENSE_H_

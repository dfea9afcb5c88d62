// EinsumDense: y = activation(einsum(equation, x, kernel) + bias).
// Keras: keras.layers.EinsumDense.
//
// The equation is one of [X],[Y]->[Z], ...[X],[Y]->...[Z] and
// [X]...,[Y]->[Z]...; axis 0 of the input is the batch.
//
//   {.equation = "abc,cde->abde", .output_shape = {kNone, 4, 8},
//    .bias_axes = "de"}              // [batch, a, c] → [batch, a, 4, 8]
#ifndef KERATIN_LAYERS_CORE_EINSUM_DENSE_H_
#define KERATIN_LAYERS_CORE_EINSUM_DENSE_H_

#include <optional>
#include <string>
#include <vector>

#include "layers/base/layer.h"
#include "layers/core/activation_field.h"

namespace keratin {

struct EinsumDenseOptions {
  std::string equation;
  // Of the result, without the batch; None: as in the input.
  std::vector<std::optional<int64_t>> output_shape;
  ActivationField activation;
  // The letters of the result that the bias has; none: no bias.
  std::optional<std::string> bias_axes;
  Value kernel_initializer = "glorot_uniform", bias_initializer = "zeros";
  Value kernel_regularizer, bias_regularizer;
  Value activity_regularizer;
  Value kernel_constraint, bias_constraint;

  void Describe(Fields& fields);
};

class EinsumDense : public Layer {
 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Build(const Shape& input) override;
  Tensor Call(const Tensor& x) override;

 private:
  EinsumDenseOptions options_;
  Variable* kernel_ = nullptr;
  Variable* bias_ = nullptr;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_CORE_EINSUM_DENSE_H_

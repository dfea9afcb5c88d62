// Activation functions: keras.activations and their twins in keras.ops.
//
// Invariant: each keeps shape and float type; formulas are those of jax.nn,
// term by term, so that 16-bit floats round alike.
//
// Example:
//   Tensor y = Gelu(x, /*approximate=*/true);
//   const Activation* tanh = FindActivation("tanh");
#ifndef KERATIN_LAYERS_OPS_ACTIVATIONS_H_
#define KERATIN_LAYERS_OPS_ACTIVATIONS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.activations.relu with its arguments; keras.ops.relu by default.
Tensor Relu(const Operand& x, double negative_slope = 0,
            std::optional<double> max_value = std::nullopt,
            double threshold = 0);
Tensor Relu6(const Operand& x);
Tensor LeakyRelu(const Operand& x, double negative_slope = 0.2);
Tensor Sigmoid(const Operand& x);
Tensor LogSigmoid(const Operand& x);
Tensor HardSigmoid(const Operand& x);
Tensor SparseSigmoid(const Operand& x);
Tensor Silu(const Operand& x);
Tensor HardSilu(const Operand& x);
Tensor Softplus(const Operand& x);
Tensor SparsePlus(const Operand& x);
Tensor Squareplus(const Operand& x, double b = 4);
Tensor Softsign(const Operand& x);
Tensor Elu(const Operand& x, double alpha = 1);
Tensor Selu(const Operand& x);
Tensor Celu(const Operand& x, double alpha = 1);
// keras.activations.gelu is exact by default, keras.ops.gelu approximate.
Tensor Gelu(const Operand& x, bool approximate = false);
Tensor Mish(const Operand& x);
Tensor HardTanh(const Operand& x);
Tensor TanhShrink(const Operand& x);
Tensor SoftShrink(const Operand& x, double threshold = 0.5);
Tensor HardShrink(const Operand& x, double threshold = 0.5);
Tensor Threshold(const Operand& x, double threshold, double default_value);
Tensor Glu(const Operand& x, int axis = -1);
Tensor Sparsemax(const Operand& x, int axis = -1);

// One activation by its name in keras.activations.
struct Activation {
  const char* name;
  Tensor (*function)(const Operand& x);
};
// With default arguments; "swish", "hard_swish" too. Null for an unknown name.
const Activation* FindActivation(absl::string_view name);
// All of them, sorted by name.
absl::Span<const Activation> AllActivations();

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_ACTIVATIONS_H_

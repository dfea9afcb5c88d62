#include "layers/ops/activations.h"

#include <algorithm>
#include <iterator>

#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/normalization.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"
#include "layers/ops/sorting.h"

namespace keratin::ops {
namespace {

Tensor AsFloat(const Operand& x) {
  if (!x.ok()) return Tensor();
  return x.As(IsFloating(x.type().dtype) ? x.type().dtype : DType::kFloat32);
}

}  // namespace

Tensor Relu(const Operand& x, double negative_slope,
            std::optional<double> max_value, double threshold) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  if (negative_slope != 0 && !max_value.has_value() && threshold == 0)
    return LeakyRelu(tensor, negative_slope);
  Tensor negative_part;
  if (negative_slope != 0) {
    negative_part = Maximum(
        threshold != 0 ? Negative(tensor) + threshold : Negative(tensor), 0);
  }
  Tensor y;
  if (threshold != 0) {
    y = Where(Greater(tensor, trace::Constant(threshold, tensor.dtype())),
              tensor, 0);
  } else {
    y = Maximum(tensor, 0);
  }
  if (max_value.has_value()) {
    y = Clip(y, trace::Constant(0, y.dtype()),
             trace::Constant(*max_value, y.dtype()));
  }
  return negative_slope != 0 ? y - negative_slope * negative_part : y;
}

Tensor Relu6(const Operand& x) { return Minimum(Maximum(x, 0), 6.0); }

Tensor LeakyRelu(const Operand& x, double negative_slope) {
  return Where(GreaterEqual(x, 0), x, Multiply(negative_slope, x));
}

Tensor Sigmoid(const Operand& x) {
  Tensor tensor = AsFloat(x);
  return tensor.ok() ? trace::Logistic(tensor) : Tensor();
}

Tensor LogSigmoid(const Operand& x) { return Negative(Softplus(Negative(x))); }

Tensor HardSigmoid(const Operand& x) { return Relu6(Add(x, 3.0)) / 6.0; }

Tensor SparseSigmoid(const Operand& x) {
  return 0.5 * Clip(Add(x, 1.0), 0.0, 2.0);
}

Tensor Silu(const Operand& x) {
  Tensor tensor = AsFloat(x);
  return tensor.ok() ? trace::Silu(tensor) : Tensor();
}

Tensor HardSilu(const Operand& x) { return Multiply(x, HardSigmoid(x)); }

Tensor Softplus(const Operand& x) { return LogAddExp(x, 0); }

Tensor SparsePlus(const Operand& x) {
  return Where(LessEqual(x, -1.0), 0.0,
               Where(GreaterEqual(x, 1.0), x, Square(Add(x, 1.0)) / 4));
}

Tensor Squareplus(const Operand& x, double b) {
  return Add(x, Sqrt(Square(x) + b)) / 2;
}

Tensor Softsign(const Operand& x) { return Divide(x, Abs(x) + 1); }

Tensor Elu(const Operand& x, double alpha) {
  Tensor positive = Greater(x, 0);
  return Where(positive, x, alpha * Expm1(Where(positive, 0.0, x)));
}

Tensor Selu(const Operand& x) {
  return 1.0507009873554805 * Elu(x, 1.6732632423543772);
}

Tensor Celu(const Operand& x, double alpha) {
  return Maximum(x, 0.0) + alpha * Expm1(Minimum(x, 0.0) / alpha);
}

Tensor Gelu(const Operand& x, bool approximate) {
  Tensor tensor = AsFloat(x);
  if (!tensor.ok()) return Tensor();
  return approximate ? trace::GeluTanh(tensor) : trace::Gelu(tensor);
}

Tensor Mish(const Operand& x) { return Multiply(x, trace::Tanh(Softplus(x))); }

Tensor HardTanh(const Operand& x) {
  return Where(Greater(x, 1), 1, Where(Less(x, -1), -1, x));
}

Tensor TanhShrink(const Operand& x) {
  Tensor tensor = AsFloat(x);
  return tensor.ok() ? Subtract(x, trace::Tanh(tensor)) : Tensor();
}

Tensor SoftShrink(const Operand& x, double threshold) {
  return Where(Greater(x, threshold), Subtract(x, threshold),
               Where(Less(x, -threshold), Add(x, threshold), 0.0));
}

Tensor HardShrink(const Operand& x, double threshold) {
  return Where(Greater(Abs(x), threshold), x, 0.0);
}

Tensor Threshold(const Operand& x, double threshold, double default_value) {
  return Where(Greater(x, threshold), x, default_value);
}

Tensor Glu(const Operand& x, int axis) {
  std::vector<Tensor> halves = Split(x, 2, axis);
  return Multiply(halves[0], Sigmoid(halves[1]));
}

Tensor Sparsemax(const Operand& x, int axis) {
  if (!x.ok()) return Tensor();
  int along = CanonicalAxis("sparsemax", axis, x.shape().rank());
  if (along < 0) return Tensor();
  Tensor sorted = -1.0 * Sort(Multiply(x, -1.0), along);
  Tensor sums = CumSum(sorted, along);
  Shape shape(std::vector<Dim>(x.shape().rank(), Dim(1)));
  shape[along] = x.shape()[along];
  Tensor count = Reshape(ArangeSize(x.shape()[along]) + 1, shape);
  Tensor support = Greater(sorted - (sums - 1) / count, 0);
  Tensor k = Sum(support, along, /*keepdims=*/true);
  Tensor tau =
      (Sum(Where(support, sums, 0.0), along, /*keepdims=*/true) - 1) / k;
  return Maximum(Subtract(x, tau), 0.0);
}

namespace {

// Sorted by name.
constexpr Activation kActivations[] = {
    {"celu", [](const Operand& x) { return Celu(x); }},
    {"elu", [](const Operand& x) { return Elu(x); }},
    {"exponential", [](const Operand& x) { return Exp(x); }},
    {"gelu", [](const Operand& x) { return Gelu(x); }},
    {"glu", [](const Operand& x) { return Glu(x); }},
    {"hard_shrink", [](const Operand& x) { return HardShrink(x); }},
    {"hard_sigmoid", [](const Operand& x) { return HardSigmoid(x); }},
    {"hard_silu", [](const Operand& x) { return HardSilu(x); }},
    {"hard_swish", [](const Operand& x) { return HardSilu(x); }},
    {"hard_tanh", [](const Operand& x) { return HardTanh(x); }},
    {"leaky_relu", [](const Operand& x) { return LeakyRelu(x); }},
    {"linear", [](const Operand& x) { return x.AsTensor(); }},
    {"log_sigmoid", [](const Operand& x) { return LogSigmoid(x); }},
    {"log_softmax", [](const Operand& x) { return LogSoftmax(x); }},
    {"mish", [](const Operand& x) { return Mish(x); }},
    {"relu", [](const Operand& x) { return Relu(x); }},
    {"relu6", [](const Operand& x) { return Relu6(x); }},
    {"selu", [](const Operand& x) { return Selu(x); }},
    {"sigmoid", [](const Operand& x) { return Sigmoid(x); }},
    {"silu", [](const Operand& x) { return Silu(x); }},
    {"soft_shrink", [](const Operand& x) { return SoftShrink(x); }},
    {"softmax", [](const Operand& x) { return Softmax(x); }},
    {"softplus", [](const Operand& x) { return Softplus(x); }},
    {"softsign", [](const Operand& x) { return Softsign(x); }},
    {"sparse_plus", [](const Operand& x) { return SparsePlus(x); }},
    {"sparse_sigmoid", [](const Operand& x) { return SparseSigmoid(x); }},
    {"sparsemax", [](const Operand& x) { return Sparsemax(x); }},
    {"squareplus", [](const Operand& x) { return Squareplus(x); }},
    {"swish", [](const Operand& x) { return Silu(x); }},
    {"tanh", [](const Operand& x) { return Tanh(x); }},
    {"tanh_shrink", [](const Operand& x) { return TanhShrink(x); }},
};

}  // namespace

const Activation* FindActivation(absl::string_view name) {
  const Activation* found =
      std::find_if(std::begin(kActivations), std::end(kActivations),
                   [&](const Activation& one) { return name == one.name; });
  return found == std::end(kActivations) ? nullptr : found;
}

absl::Span<const Activation> AllActivations() { return kActivations; }

}  // namespace keratin::ops

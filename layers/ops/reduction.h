// Reductions of keras.ops over axes, and running sums.
//
// Invariant: 16-bit floats accumulate in 32 bits and are rounded once; sums and
// products of bools and narrow integers are int32 or uint32. Axes reduced are
// dropped, or kept with size 1 if `keepdims`.
//
// Example:
//   Tensor y = Mean(x, {1, 2}, /*keepdims=*/true);
#ifndef KERATIN_LAYERS_OPS_REDUCTION_H_
#define KERATIN_LAYERS_OPS_REDUCTION_H_

#include <optional>

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.sum, prod, mean, var, std; `dtype` of prod as numpy's.
Tensor Sum(const Operand& x, const Axes& axis = {}, bool keepdims = false);
Tensor Prod(const Operand& x, const Axes& axis = {}, bool keepdims = false,
            std::optional<DType> dtype = std::nullopt);
Tensor Mean(const Operand& x, const Axes& axis = {}, bool keepdims = false);
Tensor Var(const Operand& x, const Axes& axis = {}, bool keepdims = false);
Tensor Std(const Operand& x, const Axes& axis = {}, bool keepdims = false);
// keras.ops.average.
Tensor Average(const Operand& x, const Axes& axis = {},
               const std::optional<Operand>& weights = std::nullopt);

// keras.ops.max, min (amax, amin), ptp; NaN if any is NaN.
Tensor Max(const Operand& x, const Axes& axis = {}, bool keepdims = false,
           const std::optional<Operand>& initial = std::nullopt);
Tensor Min(const Operand& x, const Axes& axis = {}, bool keepdims = false,
           const std::optional<Operand>& initial = std::nullopt);

// keras.ops.any, all: whether elements are not zero. count_nonzero: int32.
Tensor Any(const Operand& x, const Axes& axis = {}, bool keepdims = false);
Tensor All(const Operand& x, const Axes& axis = {}, bool keepdims = false);
Tensor CountNonzero(const Operand& x, const Axes& axis = {});

// keras.ops.logsumexp.
Tensor LogSumExp(const Operand& x, const Axes& axis = {},
                 bool keepdims = false);

// keras.ops.argmax, argmin: int32, the first of equal ones; without an axis of
// the flattened tensor. -0.0 is less than 0.0.
Tensor ArgMax(const Operand& x, std::optional<int> axis = std::nullopt,
              bool keepdims = false);
Tensor ArgMin(const Operand& x, std::optional<int> axis = std::nullopt,
              bool keepdims = false);

// keras.ops.cumsum, cumprod; without an axis of the flattened tensor.
Tensor CumSum(const Operand& x, std::optional<int> axis = std::nullopt,
              std::optional<DType> dtype = std::nullopt);
Tensor CumProd(const Operand& x, std::optional<int> axis = std::nullopt,
               std::optional<DType> dtype = std::nullopt);

// keras.ops.moments (nn.moments): mean and variance over axes, computed in
// float32 and clipped to float16's range for 16-bit floats.
struct Moments {
  Tensor mean;
  Tensor variance;
};
Moments MomentsOf(const Tensor& x, const Axes& axes, bool keepdims = false);

// The number of elements that a reduction over these axes combines.
Dim CountOf(const Shape& shape, absl::Span<const int64_t> axes);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_REDUCTION_H_

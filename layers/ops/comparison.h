// Comparison, logic and choice of keras.ops.
//
// Invariant: comparisons compare in the operands' common type and give bool;
// logical operations take anything but zero as true.
//
// Example:
//   Tensor y = Where(LogicalAnd(Greater(x, 0), Less(x, 1)), x, 0.0);
#ifndef KERATIN_LAYERS_OPS_COMPARISON_H_
#define KERATIN_LAYERS_OPS_COMPARISON_H_

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.equal, not_equal, less, less_equal, greater, greater_equal.
Tensor Equal(const Operand& x1, const Operand& x2);
Tensor NotEqual(const Operand& x1, const Operand& x2);
Tensor Less(const Operand& x1, const Operand& x2);
Tensor LessEqual(const Operand& x1, const Operand& x2);
Tensor Greater(const Operand& x1, const Operand& x2);
Tensor GreaterEqual(const Operand& x1, const Operand& x2);

// keras.ops.logical_and, logical_or, logical_xor, logical_not.
Tensor LogicalAnd(const Operand& x1, const Operand& x2);
Tensor LogicalOr(const Operand& x1, const Operand& x2);
Tensor LogicalXor(const Operand& x1, const Operand& x2);
Tensor LogicalNot(const Operand& x);

// keras.ops.where with three arguments: x1 where the condition is not zero.
Tensor Where(const Operand& condition, const Operand& x1, const Operand& x2);

// keras.ops.isnan, isinf, isfinite, isposinf, isneginf; false for integers.
Tensor IsNan(const Operand& x);
Tensor IsInf(const Operand& x);
Tensor IsFinite(const Operand& x);
Tensor IsPosInf(const Operand& x);
Tensor IsNegInf(const Operand& x);
// keras.ops.isclose: |x1 - x2| <= atol + rtol |x2|.
Tensor IsClose(const Operand& x1, const Operand& x2, double rtol = 1e-5,
               double atol = 1e-8, bool equal_nan = false);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_COMPARISON_H_

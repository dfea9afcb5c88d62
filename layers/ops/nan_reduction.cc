#include "layers/ops/nan_reduction.h"

#include <cmath>

#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"

namespace keratin::ops {
namespace {

bool HasNan(const Operand& x) { return IsFloating(x.type().dtype); }

// NaN replaced by a number.
Tensor Filled(const Operand& x, double value) {
  if (!x.ok()) return Tensor();
  return HasNan(x) ? Where(IsNan(x), value, x) : x.AsTensor();
}

// NaN where all that was combined is NaN.
Tensor NanOfNothing(const Operand& x, const Axes& axis, bool keepdims,
                    const Tensor& result) {
  return HasNan(x) ? Where(All(IsNan(x), axis, keepdims), NAN, result) : result;
}

Tensor PositionOf(const Operand& x, std::optional<int> axis, bool keepdims,
                  const Tensor& position) {
  if (!x.ok() || !HasNan(x)) return position;
  const Axes axes = axis.has_value() ? Axes(*axis) : Axes();
  return Where(All(IsNan(x), axes, keepdims), -1, position);
}

}  // namespace

Tensor NanSum(const Operand& x, const Axes& axis, bool keepdims) {
  return Sum(Filled(x, 0), axis, keepdims);
}

Tensor NanProd(const Operand& x, const Axes& axis, bool keepdims) {
  return Prod(Filled(x, 1), axis, keepdims);
}

Tensor NanMean(const Operand& x, const Axes& axis, bool keepdims) {
  if (!x.ok()) return Tensor();
  if (!HasNan(x)) return Mean(x, axis, keepdims);
  const Tensor counted = Cast(LogicalNot(IsNan(x)), x.type().dtype);
  return Divide(NanSum(x, axis, keepdims), Sum(counted, axis, keepdims));
}

Tensor NanVar(const Operand& x, const Axes& axis, bool keepdims) {
  if (!x.ok()) return Tensor();
  if (!HasNan(x)) return Var(x, axis, keepdims);
  const Tensor wide = Cast(x, WideFloat(x.type().dtype));
  const Tensor apart = wide - NanMean(wide, axis, /*keepdims=*/true);
  return Cast(NanMean(Square(apart), axis, keepdims), x.type().dtype);
}

Tensor NanStd(const Operand& x, const Axes& axis, bool keepdims) {
  return Sqrt(NanVar(x, axis, keepdims));
}

Tensor NanMax(const Operand& x, const Axes& axis, bool keepdims) {
  return NanOfNothing(x, axis, keepdims,
                      Max(Filled(x, -INFINITY), axis, keepdims));
}

Tensor NanMin(const Operand& x, const Axes& axis, bool keepdims) {
  return NanOfNothing(x, axis, keepdims,
                      Min(Filled(x, INFINITY), axis, keepdims));
}

Tensor NanArgMax(const Operand& x, std::optional<int> axis, bool keepdims) {
  return PositionOf(x, axis, keepdims,
                    ArgMax(Filled(x, -INFINITY), axis, keepdims));
}

Tensor NanArgMin(const Operand& x, std::optional<int> axis, bool keepdims) {
  return PositionOf(x, axis, keepdims,
                    ArgMin(Filled(x, INFINITY), axis, keepdims));
}

Tensor NanCumSum(const Operand& x, std::optional<int> axis,
                 std::optional<DType> dtype) {
  return CumSum(Filled(x, 0), axis, dtype);
}

Tensor NanCumProd(const Operand& x, std::optional<int> axis,
                  std::optional<DType> dtype) {
  return CumProd(Filled(x, 1), axis, dtype);
}

}  // namespace keratin::ops

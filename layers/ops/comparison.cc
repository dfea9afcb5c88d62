#include "layers/ops/comparison.h"

#include <cmath>
#include <string>
#include <vector>

#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"

namespace keratin::ops {
namespace {

Tensor Compare(const char* op, const char* direction, const Operand& x1,
               const Operand& x2) {
  std::vector<Tensor> x = Promote(op, {x1, x2});
  if (!x[0].ok() || !x[1].ok()) return Tensor();
  return trace::Compare(x[0], x[1], direction);
}

// Whether it is not zero.
Tensor Truth(const Operand& x) {
  if (!x.ok() || IsBool(x.type().dtype))
    return x.is_number() ? x.AsTensor() : x.tensor();
  return NotEqual(x, 0);
}

Tensor Logical(const char* op, const Operand& x1, const Operand& x2,
               Tensor (*body)(Tensor, Tensor)) {
  std::vector<Tensor> x = Promote(op, {Truth(x1), Truth(x2)});
  if (!x[0].ok() || !x[1].ok()) return Tensor();
  return body(x[0], x[1]);
}

Tensor False(const Tensor& like) {
  return BroadcastTo(trace::Constant(0, DType::kBool), like.shape());
}

}  // namespace

Tensor Equal(const Operand& x1, const Operand& x2) {
  return Compare("equal", "EQ", x1, x2);
}
Tensor NotEqual(const Operand& x1, const Operand& x2) {
  return Compare("not_equal", "NE", x1, x2);
}
Tensor Less(const Operand& x1, const Operand& x2) {
  return Compare("less", "LT", x1, x2);
}
Tensor LessEqual(const Operand& x1, const Operand& x2) {
  return Compare("less_equal", "LE", x1, x2);
}
Tensor Greater(const Operand& x1, const Operand& x2) {
  return Compare("greater", "GT", x1, x2);
}
Tensor GreaterEqual(const Operand& x1, const Operand& x2) {
  return Compare("greater_equal", "GE", x1, x2);
}

Tensor LogicalAnd(const Operand& x1, const Operand& x2) {
  return Logical("logical_and", x1, x2,
                 [](Tensor a, Tensor b) { return trace::And(a, b); });
}
Tensor LogicalOr(const Operand& x1, const Operand& x2) {
  return Logical("logical_or", x1, x2,
                 [](Tensor a, Tensor b) { return trace::Or(a, b); });
}
Tensor LogicalXor(const Operand& x1, const Operand& x2) {
  return Logical("logical_xor", x1, x2,
                 [](Tensor a, Tensor b) { return trace::Xor(a, b); });
}
Tensor LogicalNot(const Operand& x) {
  return x.ok() ? trace::Not(Truth(x)) : Tensor();
}

Tensor Where(const Operand& condition, const Operand& x1, const Operand& x2) {
  if (!condition.ok()) return Tensor();
  std::vector<Tensor> x =
      Promote("where", {x1, x2}, Raise::kNone, /*broadcast=*/false);
  if (!x[0].ok() || !x[1].ok()) return Tensor();
  Shape shape =
      BroadcastShapes("where", {condition.shape(), x1.shape(), x2.shape()});
  if (!shape.ok()) return Tensor();
  return trace::Select(BroadcastTo(Truth(condition), shape),
                       BroadcastTo(x[0], shape), BroadcastTo(x[1], shape));
}

Tensor IsNan(const Operand& x) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  return IsFloating(tensor.dtype()) ? trace::Compare(tensor, tensor, "NE")
                                    : False(tensor);
}

Tensor IsInf(const Operand& x) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  return IsFloating(tensor.dtype()) ? Equal(trace::Abs(tensor), INFINITY)
                                    : False(tensor);
}

Tensor IsFinite(const Operand& x) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  return IsFloating(tensor.dtype()) ? trace::IsFinite(tensor)
                                    : LogicalNot(False(tensor));
}

Tensor IsPosInf(const Operand& x) {
  return x.ok() && !IsFloating(x.type().dtype) ? False(x.AsTensor())
                                               : Equal(x, INFINITY);
}

Tensor IsNegInf(const Operand& x) {
  return x.ok() && !IsFloating(x.type().dtype) ? False(x.AsTensor())
                                               : Equal(x, -INFINITY);
}

Tensor IsClose(const Operand& x1, const Operand& x2, double rtol, double atol,
               bool equal_nan) {
  std::vector<Tensor> x = Promote("isclose", {x1, x2}, Raise::kFloat);
  if (!x[0].ok() || !x[1].ok()) return Tensor();
  Tensor near = LessEqual(trace::Abs(trace::Subtract(x[0], x[1])),
                          atol + rtol * trace::Abs(x[1]));
  Tensor close = LogicalOr(Equal(x[0], x[1]), LogicalAnd(IsFinite(x[1]), near));
  return equal_nan ? LogicalOr(close, LogicalAnd(IsNan(x[0]), IsNan(x[1])))
                   : close;
}

}  // namespace keratin::ops

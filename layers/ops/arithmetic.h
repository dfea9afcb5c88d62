// Arithmetic of keras.ops on two tensors, or a tensor and a number.
//
// Invariant: operands are promoted (promotion.h) and broadcast; unknown sizes
// broadcast only where they are literally 1.
//
// Example:
//   Tensor y = (x - Mean(x)) * 2 / Maximum(x, 1e-3);
#ifndef KERATIN_LAYERS_OPS_ARITHMETIC_H_
#define KERATIN_LAYERS_OPS_ARITHMETIC_H_

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.add; of bools: or. Likewise multiply: and.
Tensor Add(const Operand& x1, const Operand& x2);
Tensor Subtract(const Operand& x1, const Operand& x2);
Tensor Multiply(const Operand& x1, const Operand& x2);
// keras.ops.divide and true_divide: of a float type at least.
Tensor Divide(const Operand& x1, const Operand& x2);
// keras.ops.divide_no_nan: 0 where x2 is 0.
Tensor DivideNoNan(const Operand& x1, const Operand& x2);
// keras.ops.floor_divide: rounded down, as Python's //.
Tensor FloorDivide(const Operand& x1, const Operand& x2);
// keras.ops.mod: the sign of x2, as Python's %.
Tensor Mod(const Operand& x1, const Operand& x2);
// keras.ops.fmod: the sign of x1, as C's.
Tensor Fmod(const Operand& x1, const Operand& x2);
// keras.ops.power; a whole exponent between integers is repeated
// multiplication.
Tensor Power(const Operand& x1, const Operand& x2);
// keras.ops.maximum, minimum: NaN if either is NaN; fmax, fmin: the other one.
Tensor Maximum(const Operand& x1, const Operand& x2);
Tensor Minimum(const Operand& x1, const Operand& x2);
Tensor Fmax(const Operand& x1, const Operand& x2);
Tensor Fmin(const Operand& x1, const Operand& x2);
// keras.ops.arctan2, hypot, logaddexp, logaddexp2, heaviside.
Tensor Arctan2(const Operand& x1, const Operand& x2);
Tensor Hypot(const Operand& x1, const Operand& x2);
Tensor LogAddExp(const Operand& x1, const Operand& x2);
Tensor LogAddExp2(const Operand& x1, const Operand& x2);
Tensor Heaviside(const Operand& x1, const Operand& x2);
// keras.ops.ldexp: x1 times 2 to the integer x2; keras.ops.nextafter: the
// number beside x1 in the direction of x2.
Tensor Ldexp(const Operand& x1, const Operand& x2);
Tensor NextAfter(const Operand& x1, const Operand& x2);
// keras.ops.negative.
Tensor Negative(const Operand& x);
// keras.ops.clip.
Tensor Clip(const Operand& x, const Operand& x_min, const Operand& x_max);

// keras.ops.bitwise_and, or, xor, left_shift, right_shift (arithmetic for
// signed integers).
Tensor BitwiseAnd(const Operand& x, const Operand& y);
Tensor BitwiseOr(const Operand& x, const Operand& y);
Tensor BitwiseXor(const Operand& x, const Operand& y);
Tensor LeftShift(const Operand& x, const Operand& y);
Tensor RightShift(const Operand& x, const Operand& y);

}  // namespace keratin::ops

namespace keratin {

// Found through Tensor. The other operand may be a number or what converts to a
// tensor.
inline Tensor operator+(const Tensor& a, const ops::Operand& b) {
  return ops::Add(a, b);
}
inline Tensor operator-(const Tensor& a, const ops::Operand& b) {
  return ops::Subtract(a, b);
}
inline Tensor operator*(const Tensor& a, const ops::Operand& b) {
  return ops::Multiply(a, b);
}
inline Tensor operator/(const Tensor& a, const ops::Operand& b) {
  return ops::Divide(a, b);
}
template <typename T>
  requires std::is_arithmetic_v<T>
Tensor operator+(T a, const Tensor& b) {
  return ops::Add(a, b);
}
template <typename T>
  requires std::is_arithmetic_v<T>
Tensor operator-(T a, const Tensor& b) {
  return ops::Subtract(a, b);
}
template <typename T>
  requires std::is_arithmetic_v<T>
Tensor operator*(T a, const Tensor& b) {
  return ops::Multiply(a, b);
}
template <typename T>
  requires std::is_arithmetic_v<T>
Tensor operator/(T a, const Tensor& b) {
  return ops::Divide(a, b);
}
inline Tensor operator-(const Tensor& x) { return ops::Negative(x); }

}  // namespace keratin

#endif  // KERATIN_LAYERS_OPS_ARITHMETIC_H_

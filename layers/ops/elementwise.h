// Functions of one number of keras.ops, applied to every element.
//
// Invariant: functions of real numbers compute integers and bools in float32,
// and 16-bit floats in float32, rounded once.
//
// Example:
//   Tensor y = Exp(Negative(Square(x)));
#ifndef KERATIN_LAYERS_OPS_ELEMENTWISE_H_
#define KERATIN_LAYERS_OPS_ELEMENTWISE_H_

#include <optional>

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.<the name in lower case>.
Tensor Exp(const Operand& x);
Tensor Exp2(const Operand& x);
Tensor Expm1(const Operand& x);
Tensor Log(const Operand& x);
Tensor Log2(const Operand& x);
Tensor Log10(const Operand& x);
Tensor Log1p(const Operand& x);
Tensor Sqrt(const Operand& x);
Tensor Rsqrt(const Operand& x);
Tensor Cbrt(const Operand& x);
Tensor Sin(const Operand& x);
Tensor Cos(const Operand& x);
Tensor Tan(const Operand& x);
Tensor Arcsin(const Operand& x);
Tensor Arccos(const Operand& x);
Tensor Arctan(const Operand& x);
Tensor Sinh(const Operand& x);
Tensor Cosh(const Operand& x);
Tensor Tanh(const Operand& x);
Tensor Arcsinh(const Operand& x);
Tensor Arccosh(const Operand& x);
Tensor Arctanh(const Operand& x);
Tensor Sinc(const Operand& x);
Tensor Erf(const Operand& x);
Tensor Erfc(const Operand& x);
Tensor Erfinv(const Operand& x);
Tensor I0(const Operand& x);
Tensor Reciprocal(const Operand& x);
Tensor Deg2Rad(const Operand& x);
Tensor Rad2Deg(const Operand& x);

// These two give a float of integers too; trunc, round and the rest keep the
// type.
Tensor Floor(const Operand& x);
Tensor Ceil(const Operand& x);
Tensor Trunc(const Operand& x);
// keras.ops.round: halves to even, after multiplication by 10^decimals.
Tensor Round(const Operand& x, int decimals = 0);

// keras.ops.abs, absolute, sign, square, bitwise_not, signbit.
Tensor Abs(const Operand& x);
Tensor Sign(const Operand& x);
Tensor Square(const Operand& x);
Tensor BitwiseNot(const Operand& x);
Tensor SignBit(const Operand& x);
// keras.ops.nan_to_num: infinities become the greatest and least numbers of the
// type unless given.
Tensor NanToNum(const Operand& x, double nan = 0,
                std::optional<double> posinf = std::nullopt,
                std::optional<double> neginf = std::nullopt);

// keras.ops.cast and convert_to_tensor with a dtype: floats to integers
// truncate, anything but zero is true. int64 is int32, uint64 uint32.
Tensor Cast(const Operand& x, DType dtype);
// As Cast, but values beyond an integer type's range become its ends and those
// beyond a float type's its largest (keras.ops.saturate_cast).
Tensor SaturateCast(const Operand& x, DType dtype);

// keras.ops.real, conj, conjugate: what they are of a real tensor, itself;
// keras.ops.imag: zeros; keras.ops.angle: 0, or pi of what is negative;
// keras.ops.isreal: true.
Tensor Real(const Operand& x);
Tensor Imag(const Operand& x);
Tensor Angle(const Operand& x);
Tensor IsReal(const Operand& x);
// keras.ops.view of an element type of the same width: the same bits.
Tensor View(const Operand& x, DType dtype);

// The greatest finite number of a float type (the least is its negative), its
// smallest normal one, and the ends of an integer type.
double GreatestOf(DType dtype);
double LeastOf(DType dtype);
double TinyOf(DType dtype);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_ELEMENTWISE_H_

#include "layers/ops/arithmetic.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"

namespace keratin::ops {
namespace {

// `body` of the operands, promoted and broadcast.
template <typename Body>
Tensor Binary(const char* op, const Operand& x1, const Operand& x2, Raise raise,
              Body body) {
  std::vector<Tensor> x = Promote(op, {x1, x2}, raise);
  if (!x[0].ok() || !x[1].ok()) return Tensor();
  return body(x[0], x[1]);
}

Tensor OnIntegers(const char* op, const Operand& x1, const Operand& x2,
                  Tensor (*body)(Tensor, Tensor)) {
  return Binary(
      op, x1, x2, Raise::kNone, [&](const Tensor& a, const Tensor& b) {
        if (IsFloating(a.dtype())) {
          return Fail(op,
                      absl::StrCat("operands must be integers or bool, not ",
                                   DTypeName(a.dtype())));
        }
        return body(a, b);
      });
}

// x to a whole power by repeated squaring, as jax.lax.integer_pow.
Tensor IntegerPower(const Tensor& x, int64_t exponent) {
  if (exponent == 0)
    return BroadcastTo(trace::Constant(1, x.dtype()), x.shape());
  Tensor result;
  Tensor square = x;
  for (int64_t rest = std::abs(exponent); rest > 0; rest >>= 1) {
    if (rest & 1)
      result = result.ok() ? trace::Multiply(result, square) : square;
    if (rest > 1) square = trace::Multiply(square, square);
  }
  return exponent < 0 ? Divide(1, result) : result;
}

// Between integers, as jax.numpy does: exponents modulo 64.
Tensor PowerOfIntegers(Tensor x, Tensor exponent) {
  Tensor result = BroadcastTo(trace::Constant(1, x.dtype()), x.shape());
  for (int bit = 0; bit < 6; ++bit) {
    result = Where(NotEqual(BitwiseAnd(exponent, 1), 0), Multiply(result, x),
                   result);
    x = trace::Multiply(x, x);
    exponent = RightShift(exponent, 1);
  }
  return result;
}

}  // namespace

Tensor Add(const Operand& x1, const Operand& x2) {
  return Binary(
      "add", x1, x2, Raise::kNone,
      [](const Tensor& a, const Tensor& b) { return trace::Add(a, b); });
}

Tensor Subtract(const Operand& x1, const Operand& x2) {
  return Binary(
      "subtract", x1, x2, Raise::kNone,
      [](const Tensor& a, const Tensor& b) { return trace::Subtract(a, b); });
}

Tensor Multiply(const Operand& x1, const Operand& x2) {
  return Binary(
      "multiply", x1, x2, Raise::kNone,
      [](const Tensor& a, const Tensor& b) { return trace::Multiply(a, b); });
}

Tensor Divide(const Operand& x1, const Operand& x2) {
  return Binary(
      "divide", x1, x2, Raise::kFloat,
      [](const Tensor& a, const Tensor& b) { return trace::Divide(a, b); });
}

Tensor DivideNoNan(const Operand& x1, const Operand& x2) {
  Tensor zero = Equal(x2, 0);
  return Where(zero, 0, Divide(x1, Where(zero, 1, x2)));
}

Tensor FloorDivide(const Operand& x1, const Operand& x2) {
  return Binary(
      "floor_divide", x1, x2, Raise::kInteger,
      [](const Tensor& a, const Tensor& b) {
        if (IsUnsignedInteger(a.dtype())) return trace::Divide(a, b);
        Tensor rest = trace::Remainder(a, b);
        if (IsInteger(a.dtype())) {
          Tensor below =
              LogicalAnd(NotEqual(rest, 0), NotEqual(Sign(a), Sign(b)));
          Tensor quotient = trace::Divide(a, b);
          return Where(below, quotient - 1, quotient);
        }
        Tensor below =
            LogicalAnd(NotEqual(rest, 0), NotEqual(Less(rest, 0), Less(b, 0)));
        Tensor whole = Where(Equal(b, 0), a, trace::Subtract(a, rest));
        Tensor quotient = trace::Divide(whole, b);
        return trace::RoundNearestEven(Where(below, quotient - 1, quotient));
      });
}

Tensor Mod(const Operand& x1, const Operand& x2) {
  return Binary("mod", x1, x2, Raise::kInteger, [](const Tensor& a, Tensor b) {
    if (IsInteger(b.dtype())) b = Where(Equal(b, 0), 1, b);
    Tensor rest = trace::Remainder(a, b);
    Tensor below =
        LogicalAnd(NotEqual(rest, 0), NotEqual(Less(rest, 0), Less(b, 0)));
    return Where(below, trace::Add(rest, b), rest);
  });
}

Tensor Fmod(const Operand& x1, const Operand& x2) {
  return Binary("fmod", x1, x2, Raise::kInteger, [](const Tensor& a, Tensor b) {
    if (IsInteger(b.dtype())) b = Where(Equal(b, 0), 1, b);
    return trace::Remainder(a, b);
  });
}

Tensor Power(const Operand& x1, const Operand& x2) {
  constexpr double kMostFactors = 1024;
  bool whole = x2.is_number() && IsInteger(x2.type().dtype);
  if (whole && !x1.is_number() && x1.ok() &&
      std::abs(x2.number()) <= kMostFactors) {
    bool integer_base = !IsFloating(x1.type().dtype);
    if (integer_base && x2.number() < 0)
      return Fail("power", "integers cannot be raised to a negative power");
    return IntegerPower(
        x1.As(IsBool(x1.type().dtype) ? DType::kInt32 : x1.type().dtype),
        static_cast<int64_t>(x2.number()));
  }
  return Binary("power", x1, x2, Raise::kInteger,
                [](const Tensor& a, const Tensor& b) {
                  return IsInteger(a.dtype()) ? PowerOfIntegers(a, b)
                                              : trace::Power(a, b);
                });
}

Tensor Maximum(const Operand& x1, const Operand& x2) {
  return Binary(
      "maximum", x1, x2, Raise::kNone,
      [](const Tensor& a, const Tensor& b) { return trace::Maximum(a, b); });
}

Tensor Minimum(const Operand& x1, const Operand& x2) {
  return Binary(
      "minimum", x1, x2, Raise::kNone,
      [](const Tensor& a, const Tensor& b) { return trace::Minimum(a, b); });
}

Tensor Fmax(const Operand& x1, const Operand& x2) {
  return Binary("fmax", x1, x2, Raise::kNone,
                [](const Tensor& a, const Tensor& b) {
                  return Where(LogicalOr(Greater(a, b), IsNan(b)), a, b);
                });
}

Tensor Fmin(const Operand& x1, const Operand& x2) {
  return Binary("fmin", x1, x2, Raise::kNone,
                [](const Tensor& a, const Tensor& b) {
                  return Where(LogicalOr(Less(a, b), IsNan(b)), a, b);
                });
}

Tensor Arctan2(const Operand& x1, const Operand& x2) {
  return Binary(
      "arctan2", x1, x2, Raise::kFloat,
      [](const Tensor& a, const Tensor& b) { return trace::Atan2(a, b); });
}

Tensor Hypot(const Operand& x1, const Operand& x2) {
  return Binary("hypot", x1, x2, Raise::kFloat,
                [](const Tensor& x, const Tensor& y) {
                  Tensor a = trace::Abs(x);
                  Tensor b = trace::Abs(y);
                  Tensor infinite = LogicalOr(IsPosInf(a), IsPosInf(b));
                  Tensor most = trace::Maximum(a, b);
                  Tensor least = trace::Minimum(a, b);
                  Tensor zero = Equal(most, 0);
                  Tensor ratio = least / Where(zero, 1, most);
                  Tensor result =
                      Where(zero, most, most * trace::Sqrt(1 + ratio * ratio));
                  return Where(infinite, INFINITY, result);
                });
}

Tensor LogAddExp(const Operand& x1, const Operand& x2) {
  return Binary(
      "logaddexp", x1, x2, Raise::kFloat, [](const Tensor& a, const Tensor& b) {
        Tensor most = trace::Maximum(a, b);
        Tensor apart = trace::Subtract(a, b);
        Tensor result = trace::Add(
            most, trace::LogPlusOne(
                      trace::Exponential(trace::Negate(trace::Abs(apart)))));
        return Where(IsNan(apart), trace::Add(a, b), result);
      });
}

Tensor LogAddExp2(const Operand& x1, const Operand& x2) {
  return Binary(
      "logaddexp2", x1, x2, Raise::kFloat,
      [](const Tensor& a, const Tensor& b) {
        Tensor most = trace::Maximum(a, b);
        Tensor apart = trace::Subtract(a, b);
        Tensor result =
            most + trace::LogPlusOne(Exp2(trace::Negate(trace::Abs(apart)))) *
                       (1 / std::log(2.0));
        return Where(IsNan(apart), trace::Add(a, b), result);
      });
}

Tensor Heaviside(const Operand& x1, const Operand& x2) {
  return Binary("heaviside", x1, x2, Raise::kFloat,
                [](const Tensor& a, const Tensor& b) {
                  return Where(Less(a, 0), 0,
                               Where(Greater(a, 0), 1, Where(IsNan(a), a, b)));
                });
}

Tensor Ldexp(const Operand& x1, const Operand& x2) {
  if (!x1.ok() || !x2.ok()) return Tensor();
  if (!IsInteger(x2.type().dtype))
    return Fail("ldexp", "the exponent must be of an integer type");
  const DType dtype =
      IsFloating(x1.type().dtype) ? x1.type().dtype : DType::kFloat32;
  // Two factors, since one of them alone may be beyond the type.
  const Tensor exponent = Clip(Cast(x2, DType::kInt32), -400, 400);
  const Tensor half = FloorDivide(exponent, 2);
  const Tensor wide = Cast(x1, WideFloat(dtype));
  const auto power = [&](const Tensor& e) {
    return Exp2(Cast(e, wide.dtype()));
  };
  return Cast(wide * power(half) * power(exponent - half), dtype);
}

Tensor NextAfter(const Operand& x1, const Operand& x2) {
  std::vector<Tensor> x = Promote("nextafter", {x1, x2}, Raise::kFloat);
  if (!x[0].ok() || !x[1].ok()) return Tensor();
  const DType bits = x[0].dtype() == DType::kFloat64   ? DType::kInt64
                     : x[0].dtype() == DType::kFloat32 ? DType::kInt32
                                                       : DType::kInt16;
  // Away from 0 is one more, whatever the sign.
  const Tensor away = trace::Compare(Less(x[0], x[1]), Less(x[0], 0), "NE");
  const Tensor old = trace::BitcastConvert(x[0], bits);
  const Tensor one = trace::Full(old.shape(), 1, bits);
  const Tensor moved = trace::BitcastConvert(
      trace::Select(away, trace::Add(old, one), trace::Subtract(old, one)),
      x[0].dtype());
  const Tensor least = trace::BitcastConvert(one, x[0].dtype());
  const Tensor from_zero =
      trace::Select(Greater(x[1], 0), least, trace::Negate(least));
  const Tensor result = Where(Equal(x[0], 0), from_zero, moved);
  const Tensor same = Where(IsNan(x[0]), x[0], x[1]);
  return Where(
      LogicalOr(Equal(x[0], x[1]), LogicalOr(IsNan(x[0]), IsNan(x[1]))), same,
      result);
}

Tensor Negative(const Operand& x) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  if (IsBool(tensor.dtype()))
    return Fail("negative", "a bool has no negative; use logical_not");
  return trace::Negate(tensor);
}

Tensor Clip(const Operand& x, const Operand& x_min, const Operand& x_max) {
  if (!x.ok()) return Tensor();
  Tensor tensor = IsBool(x.type().dtype) ? x.As(DType::kInt32) : x.AsTensor();
  return Minimum(x_max, Maximum(x_min, tensor));
}

Tensor BitwiseAnd(const Operand& x, const Operand& y) {
  return OnIntegers("bitwise_and", x, y,
                    [](Tensor a, Tensor b) { return trace::And(a, b); });
}
Tensor BitwiseOr(const Operand& x, const Operand& y) {
  return OnIntegers("bitwise_or", x, y,
                    [](Tensor a, Tensor b) { return trace::Or(a, b); });
}
Tensor BitwiseXor(const Operand& x, const Operand& y) {
  return OnIntegers("bitwise_xor", x, y,
                    [](Tensor a, Tensor b) { return trace::Xor(a, b); });
}
Tensor LeftShift(const Operand& x, const Operand& y) {
  return OnIntegers("left_shift", x, y,
                    [](Tensor a, Tensor b) { return trace::ShiftLeft(a, b); });
}
Tensor RightShift(const Operand& x, const Operand& y) {
  return OnIntegers("right_shift", x, y, [](Tensor a, Tensor b) {
    return IsUnsignedInteger(a.dtype()) ? trace::ShiftRightLogical(a, b)
                                        : trace::ShiftRightArithmetic(a, b);
  });
}

}  // namespace keratin::ops

#include "ir/dialect/scalar.h"

#include <cmath>
#include <limits>

#include "ir/dialect/dialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"

namespace keratin::ir {
namespace {

using mlir::Type;
using mlir::Value;
namespace arith = mlir::arith;
namespace math = mlir::math;

bool IsNarrow(const Scalar& x) { return x.IsFloat() && x.Width() < 32; }

Scalar Wide(const Scalar& x) {
  if (!IsNarrow(x)) return x;
  Type f32 = x.builder().getF32Type();
  return x.With(arith::ExtFOp::create(x.builder(), x.loc(), f32, x.value()),
                f32);
}

Scalar Narrow(const Scalar& x, Type element) {
  if (x.element() == element) return x;
  return x.With(
      arith::TruncFOp::create(x.builder(), x.loc(), element, x.value()),
      element);
}

template <typename Op, typename... Scalars>
Scalar Make(const Scalar& x, const Scalars&... more) {
  Scalar wide = Wide(x);
  return Narrow(wide.With(Op::create(x.builder(), x.loc(), wide.value(),
                                     Wide(more).value()...)),
                x.element());
}

// Evaluates an expression of floats in at least 32 bits and rounds once.
template <typename F>
Scalar Widened(const Scalar& x, F f) {
  return Narrow(f(Wide(x)), x.element());
}

}  // namespace

Scalar Scalar::Like(double value) const {
  Type type = ScalarOf(element_);
  if (IsFloat())
    return With(arith::ConstantOp::create(*builder_, loc_,
                                          builder_->getFloatAttr(type, value)));
  return With(arith::ConstantOp::create(
      *builder_, loc_,
      builder_->getIntegerAttr(type, static_cast<int64_t>(value))));
}

Scalar operator+(const Scalar& x, const Scalar& y) {
  if (x.IsFloat()) return Make<arith::AddFOp>(x, y);
  if (x.IsBool()) return x | y;
  return Make<arith::AddIOp>(x, y);
}
Scalar operator-(const Scalar& x, const Scalar& y) {
  return x.IsFloat() ? Make<arith::SubFOp>(x, y) : Make<arith::SubIOp>(x, y);
}
Scalar operator*(const Scalar& x, const Scalar& y) {
  if (x.IsFloat()) return Make<arith::MulFOp>(x, y);
  if (x.IsBool()) return x & y;
  return Make<arith::MulIOp>(x, y);
}
Scalar operator/(const Scalar& x, const Scalar& y) {
  if (x.IsFloat()) return Make<arith::DivFOp>(x, y);
  // By zero: all ones; the least integer by -1: itself. Neither may reach the
  // hardware's division.
  Scalar zero = x.Like(0), one = x.Like(1);
  Scalar by_zero = Compare("EQ", y, zero);
  Scalar divisor = Select(by_zero, one, y);
  if (x.IsUnsigned())
    return Select(by_zero, x.Like(-1), Make<arith::DivUIOp>(x, divisor));
  Scalar negates = Compare("EQ", y, x.Like(-1));
  Scalar quotient = Make<arith::DivSIOp>(x, Select(negates, one, divisor));
  return Select(by_zero, x.Like(-1), Select(negates, -x, quotient));
}
Scalar operator-(const Scalar& x) {
  return x.IsFloat() ? Make<arith::NegFOp>(x) : x.Like(0) - x;
}
Scalar operator~(const Scalar& x) { return x ^ x.Like(-1); }
Scalar operator&(const Scalar& x, const Scalar& y) {
  return Make<arith::AndIOp>(x, y);
}
Scalar operator|(const Scalar& x, const Scalar& y) {
  return Make<arith::OrIOp>(x, y);
}
Scalar operator^(const Scalar& x, const Scalar& y) {
  return Make<arith::XOrIOp>(x, y);
}

Scalar Compare(llvm::StringRef direction, const Scalar& x, const Scalar& y) {
  Type i1 = x.builder().getI1Type();
  if (x.IsFloat()) {
    auto predicate = direction == "EQ"   ? arith::CmpFPredicate::OEQ
                     : direction == "NE" ? arith::CmpFPredicate::UNE
                     : direction == "LT" ? arith::CmpFPredicate::OLT
                     : direction == "LE" ? arith::CmpFPredicate::OLE
                     : direction == "GT" ? arith::CmpFPredicate::OGT
                                         : arith::CmpFPredicate::OGE;
    Scalar a = Wide(x), b = Wide(y);
    return x.With(arith::CmpFOp::create(x.builder(), x.loc(), predicate,
                                        a.value(), b.value()),
                  i1);
  }
  const bool is_unsigned = x.IsUnsigned() || x.IsBool();
  using P = arith::CmpIPredicate;
  auto predicate = direction == "EQ"   ? P::eq
                   : direction == "NE" ? P::ne
                   : direction == "LT" ? (is_unsigned ? P::ult : P::slt)
                   : direction == "LE" ? (is_unsigned ? P::ule : P::sle)
                   : direction == "GT" ? (is_unsigned ? P::ugt : P::sgt)
                                       : (is_unsigned ? P::uge : P::sge);
  return x.With(arith::CmpIOp::create(x.builder(), x.loc(), predicate,
                                      x.value(), y.value()),
                i1);
}

Scalar Select(const Scalar& condition, const Scalar& on_true,
              const Scalar& on_false) {
  return on_true.With(arith::SelectOp::create(
      condition.builder(), condition.loc(), condition.value(), on_true.value(),
      on_false.value()));
}

Scalar Convert(const Scalar& x, Type tensor_element) {
  Type to = mlir::getElementTypeOrSelf(tensor_element);
  if (to == x.element()) return x;
  mlir::OpBuilder& b = x.builder();
  Type type = ScalarOf(to);
  if (to.isInteger(1)) return Compare("NE", x, x.Like(0));
  if (auto to_float = mlir::dyn_cast<mlir::FloatType>(to)) {
    if (x.IsFloat()) {
      if (to_float.getWidth() > static_cast<unsigned>(x.Width()))
        return x.With(arith::ExtFOp::create(b, x.loc(), type, x.value()), to);
      if (to_float.getWidth() < static_cast<unsigned>(x.Width()))
        return x.With(arith::TruncFOp::create(b, x.loc(), type, x.value()), to);
      return Convert(Wide(x),
                     to);  // float16 to bfloat16 and back, through 32 bits
    }
    Type wide = to_float.getWidth() < 32 ? Type(b.getF32Type()) : type;
    Value value =
        x.IsUnsigned() || x.IsBool()
            ? Value(arith::UIToFPOp::create(b, x.loc(), wide, x.value()))
            : Value(arith::SIToFPOp::create(b, x.loc(), wide, x.value()));
    return Narrow(x.With(value, wide), to);
  }
  const int width = static_cast<int>(to.getIntOrFloatBitWidth());
  if (x.IsFloat()) {
    // Truncate and saturate; NaN is 0.
    Scalar wide = Wide(x);
    const bool is_unsigned = to.isUnsignedInteger();
    const double low = is_unsigned ? 0.0 : -std::ldexp(1.0, width - 1);
    const double high = std::ldexp(1.0, is_unsigned ? width : width - 1);
    Scalar safe = Select(Compare("GT", wide, wide.Like(low)) &
                             Compare("LT", wide, wide.Like(high)),
                         wide, wide.Like(0));
    Scalar number = x.With(
        is_unsigned
            ? Value(arith::FPToUIOp::create(b, x.loc(), type, safe.value()))
            : Value(arith::FPToSIOp::create(b, x.loc(), type, safe.value())),
        to);
    auto constant = [&](const llvm::APInt& value) {
      return x.With(arith::ConstantOp::create(
                        b, x.loc(), mlir::IntegerAttr::get(type, value)),
                    to);
    };
    Scalar top = constant(is_unsigned ? llvm::APInt::getMaxValue(width)
                                      : llvm::APInt::getSignedMaxValue(width));
    Scalar bottom =
        constant(is_unsigned ? llvm::APInt(width, 0)
                             : llvm::APInt::getSignedMinValue(width));
    return Select(Compare("GE", wide, wide.Like(high)), top,
                  Select(Compare("LE", wide, wide.Like(low)), bottom, number));
  }
  if (width > x.Width()) {
    Value value =
        x.IsUnsigned() || x.IsBool()
            ? Value(arith::ExtUIOp::create(b, x.loc(), type, x.value()))
            : Value(arith::ExtSIOp::create(b, x.loc(), type, x.value()));
    return x.With(value, to);
  }
  if (width < x.Width())
    return x.With(arith::TruncIOp::create(b, x.loc(), type, x.value()), to);
  return x.With(x.value(), to);
}

Scalar Bitcast(const Scalar& x, Type tensor_element) {
  Type to = mlir::getElementTypeOrSelf(tensor_element);
  if (ScalarOf(to) == x.value().getType()) return x.With(x.value(), to);
  return x.With(
      arith::BitcastOp::create(x.builder(), x.loc(), ScalarOf(to), x.value()),
      to);
}

Scalar Abs(const Scalar& x) {
  if (x.IsFloat()) return Make<math::AbsFOp>(x);
  return x.IsUnsigned() || x.IsBool() ? x : Maximum(x, -x);
}
Scalar Sign(const Scalar& x) {
  Scalar zero = x.Like(0);
  if (x.IsUnsigned()) return Select(Compare("NE", x, zero), x.Like(1), zero);
  Scalar sign = Select(Compare("GT", x, zero), x.Like(1),
                       Select(Compare("LT", x, zero), x.Like(-1), zero));
  return x.IsFloat() ? Select(Compare("NE", x, x), x, sign) : sign;
}
Scalar Exp(const Scalar& x) { return Make<math::ExpOp>(x); }
Scalar Expm1(const Scalar& x) { return Make<math::ExpM1Op>(x); }
Scalar Log(const Scalar& x) { return Make<math::LogOp>(x); }
Scalar Log1p(const Scalar& x) { return Make<math::Log1pOp>(x); }
Scalar Sqrt(const Scalar& x) { return Make<math::SqrtOp>(x); }
Scalar Cbrt(const Scalar& x) { return Make<math::CbrtOp>(x); }
Scalar Tanh(const Scalar& x) { return Make<math::TanhOp>(x); }
Scalar Sinh(const Scalar& x) { return Make<math::SinhOp>(x); }
Scalar Cosh(const Scalar& x) { return Make<math::CoshOp>(x); }
Scalar Asinh(const Scalar& x) { return Make<math::AsinhOp>(x); }
Scalar Acosh(const Scalar& x) { return Make<math::AcoshOp>(x); }
Scalar Atanh(const Scalar& x) { return Make<math::AtanhOp>(x); }
Scalar Sin(const Scalar& x) { return Make<math::SinOp>(x); }
Scalar Cos(const Scalar& x) { return Make<math::CosOp>(x); }
Scalar Tan(const Scalar& x) { return Make<math::TanOp>(x); }
Scalar Asin(const Scalar& x) { return Make<math::AsinOp>(x); }
Scalar Acos(const Scalar& x) { return Make<math::AcosOp>(x); }
Scalar Atan(const Scalar& x) { return Make<math::AtanOp>(x); }
Scalar Floor(const Scalar& x) {
  return x.IsFloat() ? Make<math::FloorOp>(x) : x;
}
Scalar Ceil(const Scalar& x) { return x.IsFloat() ? Make<math::CeilOp>(x) : x; }
Scalar RoundEven(const Scalar& x) {
  return x.IsFloat() ? Make<math::RoundEvenOp>(x) : x;
}
Scalar Erf(const Scalar& x) { return Make<math::ErfOp>(x); }

Scalar Logistic(const Scalar& x) {
  return Widened(
      x, [](const Scalar& w) { return w.Like(1) / (w.Like(1) + Exp(-w)); });
}

Scalar ErfInv(const Scalar& x) {
  // Giles, "Approximating the erfinv function" (2012), single precision: two
  // polynomials of degree 8 in w = -log(1-x*x).
  return Widened(x, [](const Scalar& v) {
    constexpr double kCentral[] = {
        2.81022636e-08,  3.43273939e-07, -3.5233877e-06,
        -4.39150654e-06, 0.00021858087,  -0.00125372503,
        -0.00417768164,  0.246640727,    1.50140941};
    constexpr double kTail[] = {-0.000200214257, 0.000100950558, 0.00134934322,
                                -0.00367342844,  0.00573950773,  -0.0076224613,
                                0.00943887047,   1.00167406,     2.83297682};
    Scalar w = -Log1p(-(v * v));
    Scalar central = Compare("LT", w, w.Like(5));
    Scalar t = Select(central, w - w.Like(2.5), Sqrt(w) - w.Like(3));
    Scalar p = Select(central, t.Like(kCentral[0]), t.Like(kTail[0]));
    for (int k = 1; k < 9; ++k)
      p = MultiplyAdd(p, t,
                      Select(central, t.Like(kCentral[k]), t.Like(kTail[k])));
    Scalar infinite = v * v.Like(std::numeric_limits<double>::infinity());
    return Select(Compare("EQ", Abs(v), v.Like(1)), infinite, p * v);
  });
}

Scalar IsFinite(const Scalar& x) {
  if (!x.IsFloat()) return Compare("EQ", x, x);
  return Compare("LT", Abs(x), x.Like(std::numeric_limits<double>::infinity()));
}

Scalar Gelu(const Scalar& x) {
  return Widened(x, [](const Scalar& w) {
    return w.Like(0.5) * w * (w.Like(1) + Erf(w * w.Like(std::sqrt(0.5))));
  });
}

Scalar GeluTanh(const Scalar& x) {
  return Widened(x, [](const Scalar& w) {
    Scalar inner =
        w.Like(std::sqrt(2 / M_PI)) * (w + w.Like(0.044715) * (w * w * w));
    return w.Like(0.5) * w * (w.Like(1) + Tanh(inner));
  });
}

Scalar MultiplyAdd(const Scalar& x, const Scalar& y, const Scalar& z) {
  return IsNarrow(x) ? x * y + z : Make<math::FmaOp>(x, y, z);
}

Scalar Remainder(const Scalar& x, const Scalar& y) {
  if (x.IsFloat()) return Make<arith::RemFOp>(x, y);
  Scalar by_zero = Compare("EQ", y, y.Like(0));
  Scalar divisor = Select(by_zero, y.Like(1), y);
  if (x.IsUnsigned())
    return Select(by_zero, x, Make<arith::RemUIOp>(x, divisor));
  // The least integer by -1 traps in hardware; any integer by -1 leaves 0, as
  // by 1.
  divisor = Select(Compare("EQ", y, y.Like(-1)), y.Like(1), divisor);
  return Select(by_zero, x, Make<arith::RemSIOp>(x, divisor));
}

Scalar Power(const Scalar& x, const Scalar& y) {
  if (x.IsFloat()) return Make<math::PowFOp>(x, y);
  return Make<math::IPowIOp>(x, y);
}

Scalar Maximum(const Scalar& x, const Scalar& y) {
  if (x.IsFloat()) return Make<arith::MaximumFOp>(x, y);
  return x.IsUnsigned() || x.IsBool() ? Make<arith::MaxUIOp>(x, y)
                                      : Make<arith::MaxSIOp>(x, y);
}
Scalar Minimum(const Scalar& x, const Scalar& y) {
  if (x.IsFloat()) return Make<arith::MinimumFOp>(x, y);
  return x.IsUnsigned() || x.IsBool() ? Make<arith::MinUIOp>(x, y)
                                      : Make<arith::MinSIOp>(x, y);
}
Scalar Atan2(const Scalar& x, const Scalar& y) {
  return Make<math::Atan2Op>(x, y);
}

Scalar ShiftLeft(const Scalar& x, const Scalar& y) {
  Scalar inside = x.With(
      arith::CmpIOp::create(x.builder(), x.loc(), arith::CmpIPredicate::ult,
                            y.value(), y.Like(x.Width()).value()),
      x.builder().getI1Type());
  return Select(inside, Make<arith::ShLIOp>(x, Select(inside, y, y.Like(0))),
                x.Like(0));
}
Scalar ShiftRight(const Scalar& x, const Scalar& y, bool arithmetic) {
  Scalar inside = x.With(
      arith::CmpIOp::create(x.builder(), x.loc(), arith::CmpIPredicate::ult,
                            y.value(), y.Like(x.Width()).value()),
      x.builder().getI1Type());
  if (arithmetic)
    return Make<arith::ShRSIOp>(x, Select(inside, y, y.Like(x.Width() - 1)));
  return Select(inside, Make<arith::ShRUIOp>(x, Select(inside, y, y.Like(0))),
                x.Like(0));
}

}  // namespace keratin::ir

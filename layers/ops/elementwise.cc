#include "layers/ops/elementwise.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"

namespace keratin::ops {
namespace {

// The operand in the float type that a function of reals computes it in.
Tensor AsFloat(const Operand& x) {
  if (!x.ok()) return Tensor();
  return x.As(IsFloating(x.type().dtype) ? x.type().dtype : DType::kFloat32);
}

Tensor OfFloat(const Operand& x, Tensor (*body)(Tensor)) {
  Tensor tensor = AsFloat(x);
  return tensor.ok() ? body(tensor) : Tensor();
}

// Likewise for the functions that Keras on JAX computes in its result_type, for
// which float64 is float32.
Tensor OfFloat32(const Operand& x, Tensor (*body)(Tensor)) {
  Tensor tensor = AsFloat(x);
  if (tensor.dtype() == DType::kFloat64)
    tensor = trace::Convert(tensor, DType::kFloat32);
  return tensor.ok() ? body(tensor) : Tensor();
}

}  // namespace

Tensor Exp(const Operand& x) {
  return OfFloat(x, [](Tensor a) { return trace::Exponential(a); });
}
Tensor Exp2(const Operand& x) {
  return OfFloat(x, [](Tensor a) {
    return trace::Power(BroadcastTo(trace::Constant(2, a.dtype()), a.shape()),
                        a);
  });
}
Tensor Expm1(const Operand& x) {
  return OfFloat(x, [](Tensor a) { return trace::ExponentialMinusOne(a); });
}
Tensor Log(const Operand& x) {
  return OfFloat(x, [](Tensor a) { return trace::Log(a); });
}
Tensor Log2(const Operand& x) {
  return OfFloat(x, [](Tensor a) { return trace::Log(a) / std::numbers::ln2; });
}
Tensor Log10(const Operand& x) {
  return OfFloat(x,
                 [](Tensor a) { return trace::Log(a) * std::numbers::log10e; });
}
Tensor Log1p(const Operand& x) {
  return OfFloat(x, [](Tensor a) { return trace::LogPlusOne(a); });
}
Tensor Sqrt(const Operand& x) {
  return OfFloat(x, [](Tensor a) { return trace::Sqrt(a); });
}
Tensor Rsqrt(const Operand& x) {
  return OfFloat(x, [](Tensor a) { return trace::Rsqrt(a); });
}
Tensor Cbrt(const Operand& x) {
  return OfFloat(x, [](Tensor a) { return trace::Cbrt(a); });
}
Tensor Sin(const Operand& x) {
  return OfFloat32(x, [](Tensor a) { return trace::Sine(a); });
}
Tensor Cos(const Operand& x) {
  return OfFloat32(x, [](Tensor a) { return trace::Cosine(a); });
}
Tensor Tan(const Operand& x) {
  return OfFloat32(x, [](Tensor a) { return trace::Tan(a); });
}
Tensor Arcsin(const Operand& x) {
  return OfFloat32(x, [](Tensor a) { return trace::Asin(a); });
}
Tensor Arccos(const Operand& x) {
  return OfFloat32(x, [](Tensor a) { return trace::Acos(a); });
}
Tensor Arctan(const Operand& x) {
  return OfFloat32(x, [](Tensor a) { return trace::Atan(a); });
}
Tensor Sinh(const Operand& x) {
  return OfFloat32(x, [](Tensor a) { return trace::Sinh(a); });
}
Tensor Cosh(const Operand& x) {
  return OfFloat32(x, [](Tensor a) { return trace::Cosh(a); });
}
Tensor Tanh(const Operand& x) {
  return OfFloat32(x, [](Tensor a) { return trace::Tanh(a); });
}
Tensor Arcsinh(const Operand& x) {
  return OfFloat32(x, [](Tensor a) { return trace::Asinh(a); });
}
Tensor Arccosh(const Operand& x) {
  return OfFloat32(x, [](Tensor a) { return trace::Acosh(a); });
}
Tensor Arctanh(const Operand& x) {
  return OfFloat32(x, [](Tensor a) { return trace::Atanh(a); });
}
Tensor Sinc(const Operand& x) {
  return OfFloat32(x, [](Tensor a) {
    Tensor zero = Equal(a, 0);
    Tensor angle = Where(zero, 1, a * std::numbers::pi);
    return Where(zero, 1, trace::Sine(angle) / angle);
  });
}
Tensor Erf(const Operand& x) {
  return OfFloat(x, [](Tensor a) { return trace::Erf(a); });
}
Tensor Erfc(const Operand& x) {
  return OfFloat(x, [](Tensor a) { return 1 - trace::Erf(a); });
}
Tensor Erfinv(const Operand& x) {
  return OfFloat(x, [](Tensor a) { return trace::ErfInv(a); });
}
Tensor Reciprocal(const Operand& x) {
  return OfFloat(x, [](Tensor a) { return 1 / a; });
}
Tensor Deg2Rad(const Operand& x) {
  return OfFloat(x, [](Tensor a) { return a * (std::numbers::pi / 180); });
}
Tensor Rad2Deg(const Operand& x) {
  return OfFloat(x, [](Tensor a) { return a * (180 / std::numbers::pi); });
}
Tensor Floor(const Operand& x) {
  return OfFloat32(x, [](Tensor a) { return trace::Floor(a); });
}
Tensor Ceil(const Operand& x) {
  return OfFloat32(x, [](Tensor a) { return trace::Ceil(a); });
}

Tensor Trunc(const Operand& x) {
  if (!x.ok()) return Tensor();
  if (!IsFloating(x.type().dtype)) return x.AsTensor();
  return OfFloat(x, [](Tensor a) {
    return Where(Less(a, 0), trace::Ceil(a), trace::Floor(a));
  });
}

Tensor Round(const Operand& x, int decimals) {
  if (!x.ok()) return Tensor();
  DType dtype = x.type().dtype;
  if (!IsFloating(dtype) && decimals >= 0)
    return x.As(IsBool(dtype) ? DType::kInt32 : dtype);
  Tensor tensor = AsFloat(x);
  if (decimals == 0) return trace::RoundNearestEven(tensor);
  Tensor wide = Cast(tensor, WideFloat(tensor.dtype()));
  double factor = std::pow(10.0, decimals);
  return Cast(trace::RoundNearestEven(wide * factor) / factor, dtype);
}

Tensor Abs(const Operand& x) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  return IsBool(tensor.dtype()) || IsUnsignedInteger(tensor.dtype())
             ? tensor
             : trace::Abs(tensor);
}

Tensor Sign(const Operand& x) {
  return x.ok() ? trace::Sign(x.AsTensor()) : Tensor();
}

Tensor Square(const Operand& x) {
  if (!x.ok()) return Tensor();
  Tensor tensor = IsBool(x.type().dtype) ? x.As(DType::kInt32) : x.AsTensor();
  return trace::Multiply(tensor, tensor);
}

Tensor BitwiseNot(const Operand& x) {
  return x.ok() ? trace::Not(x.AsTensor()) : Tensor();
}

Tensor SignBit(const Operand& x) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  switch (tensor.dtype()) {
    case DType::kFloat16:
    case DType::kBFloat16:
      return Less(trace::BitcastConvert(tensor, DType::kInt16), 0);
    case DType::kFloat32:
      return Less(trace::BitcastConvert(tensor, DType::kInt32), 0);
    case DType::kFloat64:
      return Less(trace::BitcastConvert(tensor, DType::kInt64), 0);
    default:
      return Less(tensor, 0);
  }
}

Tensor NanToNum(const Operand& x, double nan, std::optional<double> posinf,
                std::optional<double> neginf) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  if (!IsFloating(tensor.dtype())) return tensor;
  tensor = Where(IsNan(tensor), nan, tensor);
  tensor = Where(IsPosInf(tensor), posinf.value_or(GreatestOf(tensor.dtype())),
                 tensor);
  return Where(IsNegInf(tensor), neginf.value_or(LeastOf(tensor.dtype())),
               tensor);
}

Tensor Cast(const Operand& x, DType dtype) {
  if (!x.ok()) return Tensor();
  dtype = CanonicalDType(dtype);
  if (IsBool(dtype) && !IsBool(x.type().dtype)) return NotEqual(x, 0);
  return x.As(dtype);
}

Tensor SaturateCast(const Operand& x, DType dtype) {
  if (!x.ok()) return Tensor();
  dtype = CanonicalDType(dtype);
  DType from = x.type().dtype;
  if (IsBool(dtype) || IsBool(from) || dtype == from) return Cast(x, dtype);
  double least = std::max(LeastOf(from), LeastOf(dtype));
  double greatest = std::min(GreatestOf(from), GreatestOf(dtype));
  return Cast(
      Clip(x, trace::Constant(least, from), trace::Constant(greatest, from)),
      dtype);
}

Tensor Real(const Operand& x) { return x.ok() ? x.AsTensor() : Tensor(); }

Tensor Imag(const Operand& x) {
  if (!x.ok()) return Tensor();
  return BroadcastTo(trace::Constant(0, x.AsTensor().dtype()), x.shape());
}

Tensor Angle(const Operand& x) { return Arctan2(0.0, AsFloat(x)); }

Tensor IsReal(const Operand& x) {
  if (!x.ok()) return Tensor();
  return BroadcastTo(trace::FullInteger({}, 1, DType::kBool), x.shape());
}

Tensor View(const Operand& x, DType dtype) {
  if (!x.ok()) return Tensor();
  const Tensor tensor = x.AsTensor();
  dtype = CanonicalDType(dtype);
  if (dtype == tensor.dtype()) return tensor;
  if (DTypeSize(dtype) == DTypeSize(tensor.dtype()) && !IsBool(dtype) &&
      !IsBool(tensor.dtype()))
    return trace::BitcastConvert(tensor, dtype);
  return Fail("view", absl::StrCat("a view of ", DTypeName(tensor.dtype()),
                                   " as ", DTypeName(dtype),
                                   " is not supported: their widths differ"));
}

double GreatestOf(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return 1;
    case DType::kInt8:
      return 127;
    case DType::kInt16:
      return 32767;
    case DType::kInt32:
      return 2147483647.0;
    case DType::kInt64:
      return 9223372036854774784.0;
    case DType::kUInt8:
      return 255;
    case DType::kUInt16:
      return 65535;
    case DType::kUInt32:
      return 4294967295.0;
    case DType::kUInt64:
      return 18446744073709549568.0;
    case DType::kFloat16:
      return 65504;
    case DType::kBFloat16:
      return std::ldexp(255.0, 120);
    case DType::kFloat32:
      return std::numeric_limits<float>::max();
    case DType::kFloat64:
      return std::numeric_limits<double>::max();
    case DType::kFloat8E4M3FN:
      return 448;
    case DType::kFloat8E5M2:
      return 57344;
    default:
      return 0;
  }
}

double LeastOf(DType dtype) {
  if (IsFloating(dtype)) return -GreatestOf(dtype);
  if (IsSignedInteger(dtype))
    return dtype == DType::kInt64 ? -9223372036854775808.0
                                  : -GreatestOf(dtype) - 1;
  return 0;
}

double TinyOf(DType dtype) {
  switch (dtype) {
    case DType::kFloat16:
      return std::ldexp(1.0, -14);
    case DType::kFloat64:
      return std::numeric_limits<double>::min();
    default:
      return std::numeric_limits<float>::min();
  }
}

}  // namespace keratin::ops

// Operations on every element.
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/integers.h"
#include "layers/ops/nodes/operation.h"

namespace keratin::ops {
namespace {

using A = NodeArguments;

template <Tensor (*function)(const Operand&, const Operand&)>
Value Bitwise(A& a) {
  return function(a.operand("x"), a.operand("y"));
}

// Of a list of conditions the first that holds chooses.
Value SelectOf(A& a) {
  const std::vector<Operand> conditions = a.operands("condlist");
  std::vector<Operand> choices = a.operands("choicelist");
  if (choices.empty() || conditions.size() != choices.size())
    return a.Error("as many choices as conditions are needed");
  choices.push_back(a.maybe_operand("default").value_or(0));
  const std::vector<Tensor> x =
      Promote("select", choices, Raise::kNone, /*broadcast=*/false);
  Tensor chosen = x.back();
  for (size_t i = conditions.size(); i-- > 0;)
    chosen = Where(conditions[i], x[i], chosen);
  return chosen;
}

Value WhereOf(A& a) {
  if (!a.Has("x1") && !a.Has("x2"))
    return a.Unsupported(
        "with one argument makes a tensor whose size depends on the numbers in "
        "its input, which cannot be compiled; give it three arguments");
  return Where(a.operand("condition"), a.operand("x1"), a.operand("x2"));
}

Value IsCloseOf(A& a) {
  return IsClose(a.operand("x1"), a.operand("x2"), a.number("rtol", 1e-5),
                 a.number("atol", 1e-8), a.flag("equal_nan"));
}

constexpr Operation kOperations[] = {
    {"numpy", "Absolute", "x", Unary<Abs>},
    {"numpy", "Abs", "x", Unary<Abs>},
    {"numpy", "Fabs", "x",
     [](A& a) -> Value { return Abs(Add(a.operand("x"), 0.0)); }},
    {"numpy", "Add", "x1,x2", Binary<Add>},
    {"numpy", "Angle", "x", Unary<Angle>},
    {"numpy", "Arccos", "x", Unary<Arccos>},
    {"numpy", "Arccosh", "x", Unary<Arccosh>},
    {"numpy", "Arcsin", "x", Unary<Arcsin>},
    {"numpy", "Arcsinh", "x", Unary<Arcsinh>},
    {"numpy", "Arctan", "x", Unary<Arctan>},
    {"numpy", "Arctan2", "x1,x2", Binary<Arctan2>},
    {"numpy", "Arctanh", "x", Unary<Arctanh>},
    {"numpy", "BitwiseAnd", "x,y", Bitwise<BitwiseAnd>},
    {"numpy", "BitwiseInvert", "x", Unary<BitwiseNot>},
    {"numpy", "BitwiseNot", "x", Unary<BitwiseNot>},
    {"numpy", "BitwiseOr", "x,y", Bitwise<BitwiseOr>},
    {"numpy", "BitwiseXor", "x,y", Bitwise<BitwiseXor>},
    {"numpy", "BitwiseLeftShift", "x,y", Bitwise<LeftShift>},
    {"numpy", "LeftShift", "x,y", Bitwise<LeftShift>},
    {"numpy", "BitwiseRightShift", "x,y", Bitwise<RightShift>},
    {"numpy", "RightShift", "x,y", Bitwise<RightShift>},
    {"numpy", "Cbrt", "x", Unary<Cbrt>},
    {"numpy", "Ceil", "x", Unary<Ceil>},
    {"numpy", "Clip", "x",
     [](A& a) -> Value {
       return Clip(a.operand("x"), a.operand("x_min"), a.operand("x_max"));
     }},
    {"numpy", "Conj", "x", Unary<Real>},
    {"numpy", "Conjugate", "x", Unary<Real>},
    {"numpy", "Cos", "x", Unary<Cos>},
    {"numpy", "Cosh", "x", Unary<Cosh>},
    {"numpy", "Deg2rad", "x", Unary<Deg2Rad>},
    {"numpy", "Rad2deg", "x", Unary<Rad2Deg>},
    {"numpy", "Divide", "x1,x2", Binary<Divide>},
    {"numpy", "DivideNoNan", "x1,x2", Binary<DivideNoNan>},
    {"numpy", "TrueDivide", "x1,x2", Binary<Divide>},
    {"numpy", "Equal", "x1,x2", Binary<Equal>},
    {"numpy", "Exp", "x", Unary<Exp>},
    {"numpy", "Exp2", "x", Unary<Exp2>},
    {"numpy", "Expm1", "x", Unary<Expm1>},
    {"numpy", "Floor", "x", Unary<Floor>},
    {"numpy", "FloorDivide", "x1,x2", Binary<FloorDivide>},
    {"numpy", "Fmax", "x1,x2", Binary<Fmax>},
    {"numpy", "Fmin", "x1,x2", Binary<Fmin>},
    {"numpy", "Fmod", "x1,x2", Binary<Fmod>},
    {"numpy", "Gcd", "x1,x2", Binary<Gcd>},
    {"numpy", "Greater", "x1,x2", Binary<Greater>},
    {"numpy", "GreaterEqual", "x1,x2", Binary<GreaterEqual>},
    {"numpy", "Heaviside", "x1,x2", Binary<Heaviside>},
    {"numpy", "Hypot", "x1,x2", Binary<Hypot>},
    {"numpy", "I0", "x", Unary<I0>},
    {"numpy", "Imag", "x", Unary<Imag>},
    {"numpy", "Isclose", "x1,x2,rtol,atol", IsCloseOf},
    {"numpy", "Isfinite", "x", Unary<IsFinite>},
    {"numpy", "Isinf", "x", Unary<IsInf>},
    {"numpy", "Isnan", "x", Unary<IsNan>},
    {"numpy", "Isneginf", "x", Unary<IsNegInf>},
    {"numpy", "Isposinf", "x", Unary<IsPosInf>},
    {"numpy", "Isreal", "x", Unary<IsReal>},
    {"numpy", "Lcm", "x1,x2", Binary<Lcm>},
    {"numpy", "Ldexp", "x1,x2", Binary<Ldexp>},
    {"numpy", "Less", "x1,x2", Binary<Less>},
    {"numpy", "LessEqual", "x1,x2", Binary<LessEqual>},
    {"numpy", "Log", "x", Unary<Log>},
    {"numpy", "Log10", "x", Unary<Log10>},
    {"numpy", "Log1p", "x", Unary<Log1p>},
    {"numpy", "Log2", "x", Unary<Log2>},
    {"numpy", "Logaddexp", "x1,x2", Binary<LogAddExp>},
    {"numpy", "Logaddexp2", "x1,x2", Binary<LogAddExp2>},
    {"numpy", "LogicalAnd", "x1,x2", Binary<LogicalAnd>},
    {"numpy", "LogicalNot", "x", Unary<LogicalNot>},
    {"numpy", "LogicalOr", "x1,x2", Binary<LogicalOr>},
    {"numpy", "LogicalXor", "x1,x2", Binary<LogicalXor>},
    {"numpy", "Maximum", "x1,x2", Binary<Maximum>},
    {"numpy", "Minimum", "x1,x2", Binary<Minimum>},
    {"numpy", "Mod", "x1,x2", Binary<Mod>},
    {"numpy", "Multiply", "x1,x2", Binary<Multiply>},
    {"numpy", "NanToNum", "x",
     [](A& a) -> Value {
       std::optional<double> posinf, neginf;
       if (a.Has("posinf")) posinf = a.number("posinf");
       if (a.Has("neginf")) neginf = a.number("neginf");
       return NanToNum(a.operand("x"), a.number("nan", 0.0), posinf, neginf);
     }},
    {"numpy", "Negative", "x", Unary<Negative>},
    {"numpy", "Nextafter", "x1,x2", Binary<NextAfter>},
    {"numpy", "NotEqual", "x1,x2", Binary<NotEqual>},
    {"numpy", "Power", "x1,x2", Binary<Power>},
    {"numpy", "Real", "x", Unary<Real>},
    {"numpy", "Reciprocal", "x", Unary<Reciprocal>},
    {"numpy", "Round", "x",
     [](A& a) -> Value {
       return Round(a.operand("x"), static_cast<int>(a.integer("decimals", 0)));
     }},
    {"numpy", "Select", "condlist,choicelist,default", SelectOf},
    {"numpy", "Sign", "x", Unary<Sign>},
    {"numpy", "Signbit", "x", Unary<SignBit>},
    {"numpy", "Sin", "x", Unary<Sin>},
    {"numpy", "Sinc", "x", Unary<Sinc>},
    {"numpy", "Sinh", "x", Unary<Sinh>},
    {"numpy", "Sqrt", "x", Unary<Sqrt>},
    {"numpy", "Square", "x", Unary<Square>},
    {"numpy", "Subtract", "x1,x2", Binary<Subtract>},
    {"numpy", "Tan", "x", Unary<Tan>},
    {"numpy", "Tanh", "x", Unary<Tanh>},
    {"numpy", "Trunc", "x", Unary<Trunc>},
    {"numpy", "Where", "condition,x1,x2", WhereOf},
    {"math", "Erf", "x", Unary<Erf>},
    {"math", "Erfc", "x", Unary<Erfc>},
    {"math", "Erfinv", "x", Unary<Erfinv>},
    {"math", "Rsqrt", "x", Unary<Rsqrt>},
    {"core", "Cast", "x",
     [](A& a) -> Value {
       return Cast(a.operand("x"), a.dtype("dtype").value_or(DType::kFloat32));
     }},
    {"core", "SaturateCast", "x",
     [](A& a) -> Value {
       return SaturateCast(a.operand("x"),
                           a.dtype("dtype").value_or(DType::kFloat32));
     }},
    {"core", "ConvertToTensor", "x",
     [](A& a) -> Value {
       Operand x = a.operand("x");
       return Cast(x, a.dtype("dtype").value_or(x.type().dtype));
     }},
    {"core", "StopGradient", "variable",
     [](A& a) -> Value { return a.operand("variable").AsTensor(); }},
    {"numpy", "Copy", "x",
     [](A& a) -> Value { return a.operand("x").AsTensor(); }},
    {"numpy", "Array", "x",
     [](A& a) -> Value {
       const Tensor x = a.operand("x").AsTensor();
       return Cast(x, a.dtype("dtype").value_or(x.dtype()));
     }},
    {"numpy", "View", "x",
     [](A& a) -> Value {
       const Tensor x = a.operand("x").AsTensor();
       return View(x, a.dtype("dtype").value_or(x.dtype()));
     }},
};

}  // namespace

absl::Span<const Operation> ArithmeticOperations() { return kOperations; }

}  // namespace keratin::ops

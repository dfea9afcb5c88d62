// Element-wise operations: the record says everything, lowering and inference come from it.
#ifndef KERATIN_IR_OPS_ELEMENTWISE_TD_
#define KERATIN_IR_OPS_ELEMENTWISE_TD_

include "ir/ops/base.td"

// One operand. Semantics are StableHLO's for the operations that it has, CHLO's or Keras's for the others.
def Keratin_AbsOp : Keratin_Unary<"abs", "Abs", "Abs(x)"> { let summary = "Absolute value."; }
def Keratin_NegateOp : Keratin_Unary<"negate", "Negate", "-x"> { let summary = "Negation; of unsigned integers modulo 2^n."; }
def Keratin_SignOp : Keratin_Unary<"sign", "Sign", "Sign(x)"> { let summary = "-1, 0 or 1; of NaN, NaN."; }
def Keratin_ExpOp : Keratin_Unary<"exponential", "Exponential", "Exp(x)"> { let summary = "e to the x."; }
def Keratin_Expm1Op : Keratin_Unary<"exponential_minus_one", "ExponentialMinusOne", "Expm1(x)"> { let summary = "e^x - 1, exact near 0."; }
def Keratin_LogOp : Keratin_Unary<"log", "Log", "Log(x)"> { let summary = "Natural logarithm."; }
def Keratin_Log1pOp : Keratin_Unary<"log_plus_one", "LogPlusOne", "Log1p(x)"> { let summary = "log(1 + x), exact near 0."; }
def Keratin_SqrtOp : Keratin_Unary<"sqrt", "Sqrt", "Sqrt(x)"> { let summary = "Square root."; }
def Keratin_RsqrtOp : Keratin_Unary<"rsqrt", "Rsqrt", "x.Like(1) / Sqrt(x)"> { let summary = "1 / sqrt(x)."; }
def Keratin_CbrtOp : Keratin_Unary<"cbrt", "Cbrt", "Cbrt(x)"> { let summary = "Cube root."; }
def Keratin_TanhOp : Keratin_Unary<"tanh", "Tanh", "Tanh(x)"> { let summary = "Hyperbolic tangent."; }
def Keratin_SinhOp : Keratin_Unary<"sinh", "Sinh", "Sinh(x)"> { let summary = "Hyperbolic sine."; }
def Keratin_CoshOp : Keratin_Unary<"cosh", "Cosh", "Cosh(x)"> { let summary = "Hyperbolic cosine."; }
def Keratin_AsinhOp : Keratin_Unary<"asinh", "Asinh", "Asinh(x)"> { let summary = "Inverse hyperbolic sine."; }
def Keratin_AcoshOp : Keratin_Unary<"acosh", "Acosh", "Acosh(x)"> { let summary = "Inverse hyperbolic cosine."; }
def Keratin_AtanhOp : Keratin_Unary<"atanh", "Atanh", "Atanh(x)"> { let summary = "Inverse hyperbolic tangent."; }
def Keratin_SineOp : Keratin_Unary<"sine", "Sine", "Sin(x)"> { let summary = "Sine of radians."; }
def Keratin_CosineOp : Keratin_Unary<"cosine", "Cosine", "Cos(x)"> { let summary = "Cosine of radians."; }
def Keratin_TanOp : Keratin_Unary<"tan", "Tan", "Tan(x)"> { let summary = "Tangent of radians."; }
def Keratin_AsinOp : Keratin_Unary<"asin", "Asin", "Asin(x)"> { let summary = "Inverse sine, radians."; }
def Keratin_AcosOp : Keratin_Unary<"acos", "Acos", "Acos(x)"> { let summary = "Inverse cosine, radians."; }
def Keratin_AtanOp : Keratin_Unary<"atan", "Atan", "Atan(x)"> { let summary = "Inverse tangent, radians."; }
def Keratin_FloorOp : Keratin_Unary<"floor", "Floor", "Floor(x)"> { let summary = "Largest integer not above."; }
def Keratin_CeilOp : Keratin_Unary<"ceil", "Ceil", "Ceil(x)"> { let summary = "Smallest integer not below."; }
def Keratin_RoundOp : Keratin_Unary<"round_nearest_even", "RoundNearestEven", "RoundEven(x)"> { let summary = "Nearest integer, halves to even."; }
def Keratin_LogisticOp : Keratin_Unary<"logistic", "Logistic", "Logistic(x)"> { let summary = "1 / (1 + e^-x)."; }
def Keratin_ErfOp : Keratin_Unary<"erf", "Erf", "Erf(x)"> { let summary = "Error function."; }
def Keratin_ErfInvOp : Keratin_Unary<"erf_inv", "ErfInv", "ErfInv(x)"> {
  let summary = "Inverse error function, by Giles's polynomials as XLA evaluates them.";
}
def Keratin_NotOp : Keratin_Unary<"not", "Not", "~x"> { let summary = "Logical or bitwise not."; }
def Keratin_IsFiniteOp : Keratin_Unary<"is_finite", "IsFinite", "IsFinite(x)", "::mlir::IntegerType::get(context, 1)"> { let summary = "Neither infinite nor NaN."; }
def Keratin_IsNanOp : Keratin_Unary<"is_nan", "IsNan", "Compare(\"NE\", x, x)", "::mlir::IntegerType::get(context, 1)"> { let summary = "Whether it is NaN."; }
def Keratin_SiluOp : Keratin_Unary<"silu", "Silu", "x * Logistic(x)"> { let summary = "x * logistic(x)."; }
def Keratin_GeluOp : Keratin_Unary<"gelu", "Gelu", "Gelu(x)"> {
  let summary = "x * P(X <= x) of the standard normal X, by the error function.";
}
def Keratin_GeluTanhOp : Keratin_Unary<"gelu_tanh", "GeluTanh", "GeluTanh(x)"> { let summary = "gelu by its tanh approximation."; }

// Two operands of one type.
def Keratin_AddOp : Keratin_Binary<"add", "Add", "x + y"> { let summary = "Sum; of booleans, or."; }
def Keratin_SubtractOp : Keratin_Binary<"subtract", "Subtract", "x - y"> { let summary = "Difference."; }
def Keratin_MultiplyOp : Keratin_Binary<"multiply", "Multiply", "x * y"> { let summary = "Product; of booleans, and."; }
def Keratin_DivideOp : Keratin_Binary<"divide", "Divide", "x / y"> {
  let summary = "Quotient; of integers rounded towards zero, by zero -1.";
}
def Keratin_RemainderOp : Keratin_Binary<"remainder", "Remainder", "Remainder(x, y)"> {
  let summary = "Remainder with the sign of x; of integers by zero, x.";
}
def Keratin_PowerOp : Keratin_Binary<"power", "Power", "Power(x, y)"> { let summary = "x to the y."; }
def Keratin_MaximumOp : Keratin_Binary<"maximum", "Maximum", "Maximum(x, y)"> { let summary = "The greater; NaN if either is."; }
def Keratin_MinimumOp : Keratin_Binary<"minimum", "Minimum", "Minimum(x, y)"> { let summary = "The lesser; NaN if either is."; }
def Keratin_Atan2Op : Keratin_Binary<"atan2", "Atan2", "Atan2(x, y)"> { let summary = "Angle of the point (y, x), radians."; }
def Keratin_AndOp : Keratin_Binary<"and", "And", "x & y"> { let summary = "Logical or bitwise and."; }
def Keratin_OrOp : Keratin_Binary<"or", "Or", "x | y"> { let summary = "Logical or bitwise or."; }
def Keratin_XorOp : Keratin_Binary<"xor", "Xor", "x ^ y"> { let summary = "Logical or bitwise exclusive or."; }
def Keratin_ShiftLeftOp : Keratin_Binary<"shift_left", "ShiftLeft", "ShiftLeft(x, y)"> { let summary = "x * 2^y; 0 for shifts by the width."; }
def Keratin_ShiftRightLogicalOp : Keratin_Binary<"shift_right_logical", "ShiftRightLogical", "ShiftRight(x, y, false)"> {
  let summary = "Bits moved right, zeros moved in.";
}
def Keratin_ShiftRightArithmeticOp : Keratin_Binary<"shift_right_arithmetic", "ShiftRightArithmetic", "ShiftRight(x, y, true)"> {
  let summary = "Bits moved right, the sign moved in.";
}

def Keratin_CompareOp : Keratin_Elementwise<"compare", "Compare", "Compare(getDirection(), x, y)", "::mlir::IntegerType::get(context, 1)"> {
  let summary = "Comparison: EQ, NE, LT, LE, GT or GE; only NE holds of NaN.";
  let arguments = (ins Keratin_Tensor:$x, Keratin_Tensor:$y, StrAttr:$direction);
}
def Keratin_SelectOp : Keratin_Elementwise<"select", "Select", "Select(x, y, z)"> {
  let summary = "y where x holds, z elsewhere.";
  let arguments = (ins Keratin_Tensor:$predicate, Keratin_Tensor:$on_true, Keratin_Tensor:$on_false);
}
def Keratin_ConvertOp : Keratin_Elementwise<"convert", "Convert", "Convert(x, (*this)->getResult(0).getType())", "op.getDtype()"> {
  let summary = "The same number in another element type; floats to integers truncate and saturate, NaN is 0.";
  let arguments = (ins Keratin_Tensor:$x, TypeAttr:$dtype);
}
def Keratin_BitcastConvertOp : Keratin_Elementwise<"bitcast_convert", "BitcastConvert", "Bitcast(x, (*this)->getResult(0).getType())", "op.getDtype()"> {
  let summary = "The same bits in another element type of the same width.";
  let arguments = (ins Keratin_Tensor:$x, TypeAttr:$dtype);
}

#endif  // KERATIN_IR_OPS_ELEMENTWISE_TD_

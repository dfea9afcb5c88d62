// Element-wise operations: the record says everything, lowering and inference come from it.
#ifndef KERATIN_IR_OPS_ELEMENTWISE_TD_
#define KERATIN_IR_OPS_ELEMENTWISE_TD_

include "ir/ops/base.td"

// One operand. Semantics are StableHLO's for the operations that it has, CHLO's or Keras's for the others.
def Keratin_AbsOp : Keratin_Unary<"abs", [GradientToCome], "Abs", "Abs(x)"> { let summary = "Absolute value."; }
def Keratin_NegateOp : Keratin_Unary<"negate", [GradientToCome], "Negate", "-x"> {
  let summary = "Negation; of unsigned integers modulo 2^n.";
}
def Keratin_SignOp : Keratin_Unary<"sign", [ZeroGradient], "Sign", "Sign(x)"> {
  let summary = "-1, 0 or 1; of NaN, NaN.";
}
def Keratin_ExpOp : Keratin_FloatUnary<"exponential", [GradientToCome], "Exponential", "Exp(x)"> {
  let summary = "e to the x.";
}
def Keratin_Expm1Op : Keratin_FloatUnary<"exponential_minus_one", [GradientToCome], "ExponentialMinusOne", "Expm1(x)"> {
  let summary = "e^x - 1, exact near 0.";
}
def Keratin_LogOp : Keratin_FloatUnary<"log", [GradientToCome], "Log", "Log(x)"> { let summary = "Natural logarithm."; }
def Keratin_Log1pOp : Keratin_FloatUnary<"log_plus_one", [GradientToCome], "LogPlusOne", "Log1p(x)"> {
  let summary = "log(1 + x), exact near 0.";
}
def Keratin_SqrtOp : Keratin_FloatUnary<"sqrt", [GradientToCome], "Sqrt", "Sqrt(x)"> { let summary = "Square root."; }
def Keratin_RsqrtOp : Keratin_FloatUnary<"rsqrt", [GradientToCome], "Rsqrt", "x.Like(1) / Sqrt(x)"> {
  let summary = "1 / sqrt(x).";
}
def Keratin_CbrtOp : Keratin_FloatUnary<"cbrt", [GradientToCome], "Cbrt", "Cbrt(x)"> { let summary = "Cube root."; }
def Keratin_TanhOp : Keratin_FloatUnary<"tanh", [GradientToCome], "Tanh", "Tanh(x)"> {
  let summary = "Hyperbolic tangent.";
}
def Keratin_SinhOp : Keratin_FloatUnary<"sinh", [GradientToCome], "Sinh", "Sinh(x)"> {
  let summary = "Hyperbolic sine.";
}
def Keratin_CoshOp : Keratin_FloatUnary<"cosh", [GradientToCome], "Cosh", "Cosh(x)"> {
  let summary = "Hyperbolic cosine.";
}
def Keratin_AsinhOp : Keratin_FloatUnary<"asinh", [GradientToCome], "Asinh", "Asinh(x)"> {
  let summary = "Inverse hyperbolic sine.";
}
def Keratin_AcoshOp : Keratin_FloatUnary<"acosh", [GradientToCome], "Acosh", "Acosh(x)"> {
  let summary = "Inverse hyperbolic cosine.";
}
def Keratin_AtanhOp : Keratin_FloatUnary<"atanh", [GradientToCome], "Atanh", "Atanh(x)"> {
  let summary = "Inverse hyperbolic tangent.";
}
def Keratin_SineOp : Keratin_FloatUnary<"sine", [GradientToCome], "Sine", "Sin(x)"> {
  let summary = "Sine of radians.";
}
def Keratin_CosineOp : Keratin_FloatUnary<"cosine", [GradientToCome], "Cosine", "Cos(x)"> {
  let summary = "Cosine of radians.";
}
def Keratin_TanOp : Keratin_FloatUnary<"tan", [GradientToCome], "Tan", "Tan(x)"> {
  let summary = "Tangent of radians.";
}
def Keratin_AsinOp : Keratin_FloatUnary<"asin", [GradientToCome], "Asin", "Asin(x)"> {
  let summary = "Inverse sine, radians.";
}
def Keratin_AcosOp : Keratin_FloatUnary<"acos", [GradientToCome], "Acos", "Acos(x)"> {
  let summary = "Inverse cosine, radians.";
}
def Keratin_AtanOp : Keratin_FloatUnary<"atan", [GradientToCome], "Atan", "Atan(x)"> {
  let summary = "Inverse tangent, radians.";
}
def Keratin_FloorOp : Keratin_Unary<"floor", [ZeroGradient], "Floor", "Floor(x)"> {
  let summary = "Largest integer not above.";
}
def Keratin_CeilOp : Keratin_Unary<"ceil", [ZeroGradient], "Ceil", "Ceil(x)"> {
  let summary = "Smallest integer not below.";
}
def Keratin_RoundOp : Keratin_Unary<"round_nearest_even", [ZeroGradient], "RoundNearestEven", "RoundEven(x)"> {
  let summary = "Nearest integer, halves to even.";
}
def Keratin_LogisticOp : Keratin_FloatUnary<"logistic", [GradientToCome], "Logistic", "Logistic(x)"> {
  let summary = "1 / (1 + e^-x).";
}
def Keratin_ErfOp : Keratin_FloatUnary<"erf", [GradientToCome], "Erf", "Erf(x)"> { let summary = "Error function."; }
def Keratin_ErfInvOp : Keratin_FloatUnary<"erf_inv", [GradientToCome], "ErfInv", "ErfInv(x)"> {
  let summary = "Inverse error function, by Giles's polynomials as XLA evaluates them.";
}
def Keratin_NotOp : Keratin_Unary<"not", [ZeroGradient], "Not", "~x"> { let summary = "Logical or bitwise not."; }
def Keratin_IsFiniteOp : Keratin_Unary<"is_finite", [ZeroGradient], "IsFinite", "IsFinite(x)", "::mlir::IntegerType::get(context, 1)"> {
  let summary = "Neither infinite nor NaN.";
}
def Keratin_IsNanOp : Keratin_Unary<"is_nan", [ZeroGradient], "IsNan", "Compare(\"NE\", x, x)", "::mlir::IntegerType::get(context, 1)"> {
  let summary = "Whether it is NaN.";
}
def Keratin_SiluOp : Keratin_FloatUnary<"silu", [GradientToCome], "Silu", "x * Logistic(x)"> {
  let summary = "x * logistic(x).";
}
def Keratin_GeluOp : Keratin_FloatUnary<"gelu", [GradientToCome], "Gelu", "Gelu(x)"> {
  let summary = "x * P(X <= x) of the standard normal X, by the error function.";
}
def Keratin_GeluTanhOp : Keratin_FloatUnary<"gelu_tanh", [GradientToCome], "GeluTanh", "GeluTanh(x)"> {
  let summary = "gelu by its tanh approximation.";
}

// Two operands of one type.
def Keratin_AddOp : Keratin_Binary<"add", [GradientToCome], "Add", "x + y"> { let summary = "Sum; of booleans, or."; }
def Keratin_SubtractOp : Keratin_Binary<"subtract", [GradientToCome], "Subtract", "x - y"> {
  let summary = "Difference.";
}
def Keratin_MultiplyOp : Keratin_Binary<"multiply", [GradientToCome], "Multiply", "x * y"> {
  let summary = "Product; of booleans, and.";
}
def Keratin_DivideOp : Keratin_Binary<"divide", [GradientToCome], "Divide", "x / y"> {
  let summary = "Quotient; of integers rounded towards zero, by zero -1.";
}
def Keratin_RemainderOp : Keratin_Binary<"remainder", [GradientToCome], "Remainder", "Remainder(x, y)"> {
  let summary = "Remainder with the sign of x; of integers by zero, x.";
}
def Keratin_PowerOp : Keratin_Binary<"power", [GradientToCome], "Power", "Power(x, y)"> { let summary = "x to the y."; }
def Keratin_MaximumOp : Keratin_Binary<"maximum", [GradientToCome], "Maximum", "Maximum(x, y)"> {
  let summary = "The greater; NaN if either is.";
}
def Keratin_MinimumOp : Keratin_Binary<"minimum", [GradientToCome], "Minimum", "Minimum(x, y)"> {
  let summary = "The lesser; NaN if either is.";
}
def Keratin_Atan2Op : Keratin_Binary<"atan2", [GradientToCome], "Atan2", "Atan2(x, y)"> {
  let summary = "Angle of the point (y, x), radians.";
}
def Keratin_AndOp : Keratin_Binary<"and", [ZeroGradient], "And", "x & y"> { let summary = "Logical or bitwise and."; }
def Keratin_OrOp : Keratin_Binary<"or", [ZeroGradient], "Or", "x | y"> { let summary = "Logical or bitwise or."; }
def Keratin_XorOp : Keratin_Binary<"xor", [ZeroGradient], "Xor", "x ^ y"> {
  let summary = "Logical or bitwise exclusive or.";
}
def Keratin_ShiftLeftOp : Keratin_Binary<"shift_left", [ZeroGradient], "ShiftLeft", "ShiftLeft(x, y)"> {
  let summary = "x * 2^y; 0 for shifts by the width.";
}
def Keratin_ShiftRightLogicalOp : Keratin_Binary<"shift_right_logical", [ZeroGradient], "ShiftRightLogical", "ShiftRight(x, y, false)"> {
  let summary = "Bits moved right, zeros moved in.";
}
def Keratin_ShiftRightArithmeticOp : Keratin_Binary<"shift_right_arithmetic", [ZeroGradient], "ShiftRightArithmetic", "ShiftRight(x, y, true)"> {
  let summary = "Bits moved right, the sign moved in.";
}

def Keratin_Direction : ConfinedAttr<StrAttr, [AttrConstraint<
    CPred<"::llvm::is_contained({\"EQ\", \"NE\", \"LT\", \"LE\", \"GT\", \"GE\"}, ::llvm::cast<::mlir::StringAttr>($_self).getValue())">,
    "EQ, NE, LT, LE, GT or GE">]>;
def SameWidth : PredOpTrait<"elements of one width", CPred<
    "getElementTypeOrSelf($x.getType()).getIntOrFloatBitWidth() == getElementTypeOrSelf($result.getType()).getIntOrFloatBitWidth()">>;
def Keratin_CompareOp : Keratin_Elementwise<"compare", [ZeroGradient], "Compare", "Compare(getDirection(), x, y)", "::mlir::IntegerType::get(context, 1)"> {
  let summary = "Comparison: EQ, NE, LT, LE, GT or GE; only NE holds of NaN.";
  let arguments = (ins Keratin_Tensor:$x, Keratin_Tensor:$y, Keratin_Direction:$direction);
}
def Keratin_SelectOp : Keratin_Elementwise<"select", [GradientToCome], "Select", "Select(x, y, z)", "::mlir::Type()", 1> {
  let summary = "y where x holds, z elsewhere.";
  let arguments = (ins Keratin_Tensor:$predicate, Keratin_Tensor:$on_true, Keratin_Tensor:$on_false);
}
def Keratin_MultiplyAddOp : Keratin_Elementwise<"multiply_add", [GradientToCome], "MultiplyAdd", "MultiplyAdd(x, y, z)"> {
  let summary = "x * y + z as XLA rounds it: once, and 16-bit floats after the product too.";
  let arguments = (ins Keratin_FloatTensor:$x, Keratin_FloatTensor:$y, Keratin_FloatTensor:$z);
}
def Keratin_ConvertOp : Keratin_Elementwise<"convert", [GradientToCome], "Convert", "Convert(x, (*this)->getResult(0).getType())", "op.getDtype()"> {
  let summary = "The same number in another element type; floats to integers truncate and saturate, NaN is 0.";
  let arguments = (ins Keratin_Tensor:$x, TypeAttr:$dtype);
}
def Keratin_BitcastConvertOp : Keratin_Elementwise<"bitcast_convert", [ZeroGradient, SameWidth], "BitcastConvert", "Bitcast(x, (*this)->getResult(0).getType())", "op.getDtype()"> {
  let summary = "The same bits in another element type of the same width.";
  let arguments = (ins Keratin_Tensor:$x, TypeAttr:$dtype);
}

#endif  // KERATIN_IR_OPS_ELEMENTWISE_TD_

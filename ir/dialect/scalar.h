// Scalars in the body of a compute: expressions that read like mathematics and
// build arith and math operations.
//
// A Scalar knows whether its integer is unsigned, since bodies hold signless
// values. 16-bit floats are computed in 32 bits and rounded after every
// operation, as JAX on CPU does: arithmetic on them goes through Wide and
// Narrow.
//
//   Scalar y = x * Logistic(x);
#ifndef KERATIN_IR_DIALECT_SCALAR_H_
#define KERATIN_IR_DIALECT_SCALAR_H_

#include "llvm/ADT/StringRef.h"
#include "mlir/IR/Builders.h"

namespace keratin::ir {

class Scalar {
 public:
  // A value of the element type `tensor_element` (which says whether an integer
  // is unsigned).
  Scalar(mlir::OpBuilder& builder, mlir::Location loc, mlir::Value value,
         mlir::Type tensor_element)
      : builder_(&builder),
        loc_(loc),
        value_(value),
        element_(tensor_element) {}

  mlir::Value value() const { return value_; }
  mlir::Type element() const { return element_; }
  bool IsFloat() const { return mlir::isa<mlir::FloatType>(element_); }
  bool IsBool() const { return element_.isInteger(1); }
  bool IsUnsigned() const { return element_.isUnsignedInteger(); }
  int Width() const {
    return static_cast<int>(element_.getIntOrFloatBitWidth());
  }
  mlir::OpBuilder& builder() const { return *builder_; }
  mlir::Location loc() const { return loc_; }

  // A constant of the same type.
  Scalar Like(double value) const;
  Scalar With(mlir::Value value) const {
    return Scalar(*builder_, loc_, value, element_);
  }
  Scalar With(mlir::Value value, mlir::Type element) const {
    return Scalar(*builder_, loc_, value, element);
  }

 private:
  mlir::OpBuilder* builder_;
  mlir::Location loc_;
  mlir::Value value_;
  mlir::Type element_;
};

Scalar operator+(const Scalar& x, const Scalar& y);
Scalar operator-(const Scalar& x, const Scalar& y);
Scalar operator*(const Scalar& x, const Scalar& y);
Scalar operator/(const Scalar& x, const Scalar& y);
Scalar operator-(const Scalar& x);
Scalar operator~(const Scalar& x);
Scalar operator&(const Scalar& x, const Scalar& y);
Scalar operator|(const Scalar& x, const Scalar& y);
Scalar operator^(const Scalar& x, const Scalar& y);

// EQ, NE, LT, LE, GT or GE; a boolean.
Scalar Compare(llvm::StringRef direction, const Scalar& x, const Scalar& y);
Scalar Select(const Scalar& condition, const Scalar& on_true,
              const Scalar& on_false);
Scalar Convert(const Scalar& x, mlir::Type tensor_element);
Scalar Bitcast(const Scalar& x, mlir::Type tensor_element);

Scalar Abs(const Scalar& x);
Scalar Sign(const Scalar& x);
Scalar Exp(const Scalar& x);
Scalar Expm1(const Scalar& x);
Scalar Log(const Scalar& x);
Scalar Log1p(const Scalar& x);
Scalar Sqrt(const Scalar& x);
Scalar Cbrt(const Scalar& x);
Scalar Tanh(const Scalar& x);
Scalar Sinh(const Scalar& x);
Scalar Cosh(const Scalar& x);
Scalar Asinh(const Scalar& x);
Scalar Acosh(const Scalar& x);
Scalar Atanh(const Scalar& x);
Scalar Sin(const Scalar& x);
Scalar Cos(const Scalar& x);
Scalar Tan(const Scalar& x);
Scalar Asin(const Scalar& x);
Scalar Acos(const Scalar& x);
Scalar Atan(const Scalar& x);
Scalar Floor(const Scalar& x);
Scalar Ceil(const Scalar& x);
Scalar RoundEven(const Scalar& x);
Scalar Logistic(const Scalar& x);
Scalar Erf(const Scalar& x);
Scalar ErfInv(const Scalar& x);
Scalar IsFinite(const Scalar& x);
Scalar Gelu(const Scalar& x);
Scalar GeluTanh(const Scalar& x);
// x * y + z of floats, rounded once; of 16-bit floats after the product too.
Scalar MultiplyAdd(const Scalar& x, const Scalar& y, const Scalar& z);
Scalar Remainder(const Scalar& x, const Scalar& y);
Scalar Power(const Scalar& x, const Scalar& y);
Scalar Maximum(const Scalar& x, const Scalar& y);
Scalar Minimum(const Scalar& x, const Scalar& y);
Scalar Atan2(const Scalar& x, const Scalar& y);
Scalar ShiftLeft(const Scalar& x, const Scalar& y);
Scalar ShiftRight(const Scalar& x, const Scalar& y, bool arithmetic);

}  // namespace keratin::ir

#endif  // KERATIN_IR_DIALECT_SCALAR_H_

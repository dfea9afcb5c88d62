// approximate-math: transcendental functions of f32 as polynomials or rational
// functions, the same for scalars and vectors of any width.
//
// exp and erf are written here, the others are MLIR's. Other element types stay
// calls of the C library.
#include "llvm/ADT/ArrayRef.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/lowering/passes.h"

namespace keratin {
namespace {

using mlir::Value;
namespace arith = mlir::arith;

// Writes arithmetic on f32, scalars or vectors as `type` says.
class FloatWriter {
 public:
  FloatWriter(mlir::PatternRewriter& builder, mlir::Location loc,
              mlir::Type type)
      : builder_(builder), loc_(loc), type_(type) {
    integers_ = builder.getI32Type();
    if (auto vector = mlir::dyn_cast<mlir::VectorType>(type))
      integers_ = vector.clone(integers_);
  }

  Value Number(float value) {
    return Constant(type_, builder_.getF32FloatAttr(value));
  }
  Value Integer(int32_t value) {
    return Constant(integers_, builder_.getI32IntegerAttr(value));
  }
  Value Fma(Value x, Value y, Value z) {
    return Make<mlir::math::FmaOp>(x, y, z);
  }
  // x clamped to [low, high]; what a NaN becomes is not said.
  Value Clamp(Value x, float low, float high) {
    return Make<arith::MinNumFOp>(Make<arith::MaxNumFOp>(x, Number(low)),
                                  Number(high));
  }
  // The first coefficient belongs to the highest power of x.
  Value Polynomial(Value x, llvm::ArrayRef<float> coefficients) {
    Value sum = Number(coefficients.front());
    for (float c : coefficients.drop_front()) sum = Fma(sum, x, Number(c));
    return sum;
  }
  // `y`, or x where x is NaN.
  Value OrNan(Value x, Value y) {
    Value nan =
        arith::CmpFOp::create(builder_, loc_, arith::CmpFPredicate::UNO, x, x);
    return Make<arith::SelectOp>(nan, x, y);
  }
  template <typename Op, typename... Operands>
  Value Make(Operands... operands) {
    return Op::create(builder_, loc_, operands...);
  }
  Value ToIntegers(Value x) { return Make<arith::FPToSIOp>(integers_, x); }
  Value FromBits(Value bits) { return Make<arith::BitcastOp>(type_, bits); }

 private:
  Value Constant(mlir::Type of, mlir::TypedAttr value) {
    if (auto vector = mlir::dyn_cast<mlir::VectorType>(of)) {
      return arith::ConstantOp::create(
          builder_, loc_,
          mlir::DenseElementsAttr::get(vector, mlir::Attribute(value)));
    }
    return arith::ConstantOp::create(builder_, loc_, value);
  }

  mlir::PatternRewriter& builder_;
  mlir::Location loc_;
  mlir::Type type_;
  mlir::Type integers_;
};

// exp within one unit in the last place, denormal results included: x =
// k ln 2 + r, a polynomial in r (Cephes), scaled by 2^k in two steps.
Value Exp(FloatWriter& w, Value x) {
  Value clamped = w.Clamp(x, -104.0f, 89.0f);
  Value k = w.Make<mlir::math::RoundEvenOp>(
      w.Make<arith::MulFOp>(clamped, w.Number(0x1.715476p+0f)));
  Value r = w.Fma(k, w.Number(-0x1.62e400p-1f), clamped);
  r = w.Fma(k, w.Number(-0x1.7f7d1cp-20f), r);
  Value p =
      w.Polynomial(r, {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f,
                       4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f});
  p = w.Make<arith::AddFOp>(w.Fma(p, w.Make<arith::MulFOp>(r, r), r),
                            w.Number(1.0f));
  Value exponent = w.ToIntegers(k);
  Value half = w.Make<arith::ShRSIOp>(exponent, w.Integer(1));
  for (Value part : {half, w.Make<arith::SubIOp>(exponent, half)}) {
    Value bits = w.Make<arith::ShLIOp>(
        w.Make<arith::AddIOp>(part, w.Integer(127)), w.Integer(23));
    p = w.Make<arith::MulFOp>(p, w.FromBits(bits));
  }
  return w.OrNan(x, p);
}

// erf within 3.2e-7 of its value: a rational function in x^2, as Eigen and XLA
// compute it. Beyond 3.8325 it is 1 to half a unit in the last place.
Value Erf(FloatWriter& w, Value x) {
  Value clamped = w.Clamp(x, -3.832506856900711f, 3.832506856900711f);
  Value square = w.Make<arith::MulFOp>(clamped, clamped);
  Value p =
      w.Polynomial(square, {2.2905065861350646e-4f, 3.4082910107109506e-3f,
                            5.0955695062380861e-2f, 1.8520832239976145e-1f,
                            1.128379143519084f});
  Value q = w.Polynomial(
      square, {-1.1791602954361697e-7f, 2.3547966471313185e-5f,
               1.0179625278914885e-3f, 1.4070470171167667e-2f,
               1.1098505178285362e-1f, 4.9746925110067538e-1f, 1.0f});
  Value y = w.Make<arith::DivFOp>(w.Make<arith::MulFOp>(clamped, p), q);
  return w.OrNan(x, w.Clamp(y, -1.0f, 1.0f));
}

template <typename Op, Value (*write)(FloatWriter&, Value)>
struct Approximate : mlir::OpRewritePattern<Op> {
  using mlir::OpRewritePattern<Op>::OpRewritePattern;
  mlir::LogicalResult matchAndRewrite(
      Op op, mlir::PatternRewriter& builder) const override {
    if (!mlir::getElementTypeOrSelf(op.getType()).isF32())
      return mlir::failure();
    FloatWriter writer(builder, op.getLoc(), op.getType());
    builder.replaceOp(op, write(writer, op.getOperand()));
    return mlir::success();
  }
};

class ApproximateMathPass
    : public mlir::PassWrapper<ApproximateMathPass,
                               mlir::OperationPass<mlir::ModuleOp>> {
 public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ApproximateMathPass)
  llvm::StringRef getArgument() const override { return "approximate-math"; }
  llvm::StringRef getDescription() const override {
    return "transcendental functions of f32 by arithmetic";
  }
  void getDependentDialects(mlir::DialectRegistry& registry) const override {
    registry.insert<mlir::arith::ArithDialect, mlir::math::MathDialect,
                    mlir::vector::VectorDialect>();
  }

  void runOnOperation() override {
    mlir::RewritePatternSet patterns(&getContext());
    mlir::populateMathPolynomialApproximationPatterns(
        patterns, [](llvm::StringRef name) {
          return name == mlir::math::ExpM1Op::getOperationName() ||
                 name == mlir::math::TanhOp::getOperationName() ||
                 name == mlir::math::LogOp::getOperationName() ||
                 name == mlir::math::Log1pOp::getOperationName();
        });
    patterns.add<Approximate<mlir::math::ExpOp, Exp>,
                 Approximate<mlir::math::ErfOp, Erf>>(&getContext());
    mlir::GreedyRewriteConfig config;
    config.enableFolding(false);
    if (failed(
            applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      signalPassFailure();
  }
};

}  // namespace

std::unique_ptr<mlir::Pass> CreateApproximateMathPass() {
  return std::make_unique<ApproximateMathPass>();
}

}  // namespace keratin

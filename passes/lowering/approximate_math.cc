// approximate-math: transcendental functions of f32 as polynomials or rational
// functions, the same for scalars and vectors of any width.
//
// exp, log, log1p and erf are written here, the others are MLIR's. Other
// element types stay calls of the C library.
#include <limits>

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
  // `low` where x is less or a NaN, one instruction on x86.
  Value AtLeast(Value x, float low) {
    return Select(arith::CmpFPredicate::OGT, x, Number(low), x, Number(low));
  }
  // x clamped to [low, high]; a NaN becomes `low`.
  Value Clamp(Value x, float low, float high) {
    x = AtLeast(x, low);
    return Select(arith::CmpFPredicate::OLT, x, Number(high), x, Number(high));
  }
  // The first coefficient belongs to the highest power of x.
  Value Polynomial(Value x, llvm::ArrayRef<float> coefficients) {
    Value sum = Number(coefficients.front());
    for (float c : coefficients.drop_front()) sum = Fma(sum, x, Number(c));
    return sum;
  }
  // `y`, or x where x is NaN.
  Value OrNan(Value x, Value y) {
    return Select(arith::CmpFPredicate::UNO, x, x, x, y);
  }
  // `yes` where `x predicate y`, else `no`.
  Value Select(arith::CmpFPredicate predicate, Value x, Value y, Value yes,
               Value no) {
    Value holds = arith::CmpFOp::create(builder_, loc_, predicate, x, y);
    return Make<arith::SelectOp>(holds, yes, no);
  }
  Value Add(Value x, Value y) { return Make<arith::AddFOp>(x, y); }
  Value Subtract(Value x, Value y) { return Make<arith::SubFOp>(x, y); }
  Value Multiply(Value x, Value y) { return Make<arith::MulFOp>(x, y); }
  template <typename Op, typename... Operands>
  Value Make(Operands... operands) {
    return Op::create(builder_, loc_, operands...);
  }
  Value ToIntegers(Value x) { return Make<arith::FPToSIOp>(integers_, x); }
  Value ToFloats(Value x) { return Make<arith::SIToFPOp>(type_, x); }
  Value Bits(Value x) { return Make<arith::BitcastOp>(integers_, x); }
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
      w.Multiply(clamped, w.Number(0x1.715476p+0f)));
  Value r = w.Fma(k, w.Number(-0x1.62e400p-1f), clamped);
  r = w.Fma(k, w.Number(-0x1.7f7d1cp-20f), r);
  Value p =
      w.Polynomial(r, {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f,
                       4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f});
  p = w.Add(w.Fma(p, w.Multiply(r, r), r), w.Number(1.0f));
  Value exponent = w.ToIntegers(k);
  Value half = w.Make<arith::ShRSIOp>(exponent, w.Integer(1));
  for (Value part : {half, w.Make<arith::SubIOp>(exponent, half)}) {
    Value bits = w.Make<arith::ShLIOp>(
        w.Make<arith::AddIOp>(part, w.Integer(127)), w.Integer(23));
    p = w.Multiply(p, w.FromBits(bits));
  }
  return w.OrNan(x, p);
}

// log within 1.1 units in the last place (Cephes): x = m 2^e with m in
// [sqrt(1/2), sqrt(2)), a polynomial in m - 1, and e ln 2 in two parts. Numbers
// below the least normal one count as 0. Its operations, and those of log1p,
// are XLA's in their order: random draws that divide a logarithm by a small
// number show its last bit.
Value Log(FloatWriter& w, Value x) {
  using Predicate = arith::CmpFPredicate;
  Value one = w.Number(1.0f), zero = w.Number(0.0f);
  constexpr float kNormal = std::numeric_limits<float>::min();
  Value bits = w.Bits(w.AtLeast(x, kNormal));
  Value exponent = w.ToFloats(w.Make<arith::SubIOp>(
      w.Make<arith::ShRUIOp>(bits, w.Integer(23)), w.Integer(126)));
  Value mantissa = w.FromBits(
      w.Make<arith::OrIOp>(w.Make<arith::AndIOp>(bits, w.Integer(0x007fffff)),
                           w.Integer(0x3f000000)));
  Value root = w.Number(0x1.6a09e6p-1f);
  Value e =
      w.Subtract(exponent, w.Select(Predicate::OLT, mantissa, root, one, zero));
  Value t = w.Add(w.Add(mantissa, w.Number(-1.0f)),
                  w.Select(Predicate::OLT, mantissa, root, mantissa, zero));
  Value square = w.Multiply(t, t), cube = w.Multiply(square, t);
  Value high =
      w.Polynomial(t, {0x1.204376p-4f, -0x1.d7a370p-4f, 0x1.de4a34p-4f});
  Value middle =
      w.Polynomial(t, {-0x1.fcba9ep-4f, 0x1.23d37ep-3f, -0x1.555ca0p-3f});
  Value low =
      w.Polynomial(t, {0x1.999d58p-3f, -0x1.fffff8p-3f, 0x1.555554p-2f});
  Value p = w.Fma(w.Fma(high, cube, middle), cube, low);
  Value y = w.Add(w.Fma(square, w.Number(-0.5f), t),
                  w.Fma(cube, p, w.Multiply(e, w.Number(-0x1.bd0106p-13f))));
  y = w.Fma(e, w.Number(0x1.630000p-1f), y);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  y = w.Select(Predicate::OEQ, x, w.Number(kInfinity), x, y);
  y = w.Select(Predicate::OLT, x, w.Number(kNormal), w.Number(-kInfinity), y);
  return w.Select(Predicate::ULT, x, zero,
                  w.Number(std::numeric_limits<float>::quiet_NaN()), y);
}

// log(1 + x) within 2.5 units in the last place: a rational function of x
// around 0 (Cephes), beyond it log.
Value Log1p(FloatWriter& w, Value x) {
  Value p = w.Polynomial(
      x, {4.5270000862445199635215e-5f, 4.9854102823193375972212e-1f,
          6.5787325942061044846969e0f, 2.9911919328553073277375e1f,
          6.0949667980987787057556e1f, 5.7112963590585538103336e1f,
          2.0039553499201281259648e1f});
  Value q = w.Polynomial(
      x, {1.0f, 1.5062909083469192043167e1f, 8.3047565967967209469434e1f,
          2.2176239823732856465394e2f, 3.0909872225312059774938e2f,
          2.1642788614495947685003e2f, 6.0118660497603843919306e1f});
  Value square = w.Multiply(x, x);
  Value rest = w.Multiply(w.Multiply(x, square), w.Make<arith::DivFOp>(p, q));
  Value near = w.Add(x, w.Fma(square, w.Number(-0.5f), rest));
  return w.Select(arith::CmpFPredicate::OLT, w.Make<mlir::math::AbsFOp>(x),
                  w.Number(0x1.a8279ap-2f), near,
                  Log(w, w.Add(x, w.Number(1.0f))));
}

// erf within 3.2e-7 of its value: a rational function in x^2, as Eigen and XLA
// compute it. Beyond 3.8325 it is 1 to half a unit in the last place.
Value Erf(FloatWriter& w, Value x) {
  Value clamped = w.Clamp(x, -3.832506856900711f, 3.832506856900711f);
  Value square = w.Multiply(clamped, clamped);
  Value p =
      w.Polynomial(square, {2.2905065861350646e-4f, 3.4082910107109506e-3f,
                            5.0955695062380861e-2f, 1.8520832239976145e-1f,
                            1.128379143519084f});
  Value q = w.Polynomial(
      square, {-1.1791602954361697e-7f, 2.3547966471313185e-5f,
               1.0179625278914885e-3f, 1.4070470171167667e-2f,
               1.1098505178285362e-1f, 4.9746925110067538e-1f, 1.0f});
  Value y = w.Make<arith::DivFOp>(w.Multiply(clamped, p), q);
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
                 name == mlir::math::TanhOp::getOperationName();
        });
    patterns.add<Approximate<mlir::math::ExpOp, Exp>,
                 Approximate<mlir::math::LogOp, Log>,
                 Approximate<mlir::math::Log1pOp, Log1p>,
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

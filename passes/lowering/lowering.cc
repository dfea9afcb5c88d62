// The passes of the phase `llvm`, in order, and approximate-math.
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"
#include "passes/lowering/passes.h"

namespace keratin {
namespace {

// exp of f32 within one unit in the last place, denormal results included: x =
// k ln 2 + r, a polynomial in r (Cephes), scaled by 2^k in two steps.
struct ApproximateExp : mlir::OpRewritePattern<mlir::math::ExpOp> {
  using OpRewritePattern::OpRewritePattern;
  mlir::LogicalResult matchAndRewrite(mlir::math::ExpOp op,
                                      mlir::PatternRewriter& b) const override {
    namespace arith = mlir::arith;
    using mlir::Value;
    mlir::Location loc = op.getLoc();
    mlir::Type type = op.getType();
    if (!mlir::getElementTypeOrSelf(type).isF32()) return mlir::failure();
    mlir::Type int_type = b.getI32Type();
    if (auto vector = mlir::dyn_cast<mlir::VectorType>(type))
      int_type = vector.clone(int_type);
    auto constant = [&](mlir::Type of, mlir::TypedAttr value) -> Value {
      if (auto vector = mlir::dyn_cast<mlir::VectorType>(of)) {
        return arith::ConstantOp::create(
            b, loc,
            mlir::DenseElementsAttr::get(vector, mlir::Attribute(value)));
      }
      return arith::ConstantOp::create(b, loc, value);
    };
    auto number = [&](float value) {
      return constant(type, b.getF32FloatAttr(value));
    };
    auto integer = [&](int32_t value) {
      return constant(int_type, b.getI32IntegerAttr(value));
    };
    auto fma = [&](Value x, Value y, Value z) -> Value {
      return mlir::math::FmaOp::create(b, loc, x, y, z);
    };

    Value x = op.getOperand();
    Value clamped = arith::MinNumFOp::create(
        b, loc, arith::MaxNumFOp::create(b, loc, x, number(-104.0f)),
        number(89.0f));
    Value k = mlir::math::RoundEvenOp::create(
        b, loc, arith::MulFOp::create(b, loc, clamped, number(0x1.715476p+0f)));
    Value r = fma(k, number(-0x1.62e400p-1f), clamped);
    r = fma(k, number(-0x1.7f7d1cp-20f), r);
    Value p = number(1.9875691500e-4f);
    for (float c : {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                    1.6666665459e-1f, 5.0000001201e-1f}) {
      p = fma(p, r, number(c));
    }
    p = arith::AddFOp::create(
        b, loc, fma(p, arith::MulFOp::create(b, loc, r, r), r), number(1.0f));
    Value exponent = arith::FPToSIOp::create(b, loc, int_type, k);
    Value half = arith::ShRSIOp::create(b, loc, exponent, integer(1));
    for (Value part :
         {half, Value(arith::SubIOp::create(b, loc, exponent, half))}) {
      Value bits = arith::ShLIOp::create(
          b, loc, arith::AddIOp::create(b, loc, part, integer(127)),
          integer(23));
      p = arith::MulFOp::create(b, loc, p,
                                arith::BitcastOp::create(b, loc, type, bits));
    }
    Value nan = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNO, x, x);
    b.replaceOpWithNewOp<arith::SelectOp>(op, nan, x, p);
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
    return "polynomials for transcendental functions of f32";
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
                 name == mlir::math::Log1pOp::getOperationName() ||
                 name == mlir::math::ErfOp::getOperationName();
        });
    patterns.add<ApproximateExp>(&getContext());
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

void AddLoweringPasses(mlir::OpPassManager& pm,
                       const LoweringOptions& options) {
  // Numbers: before anything folds, so that scalars and vectors take the same
  // path.
  pm.addPass(CreateExpandFloatsPass(options.has_half_conversions));
  pm.addPass(CreateApproximateMathPass());
  pm.addPass(mlir::createCSEPass());
  pm.addPass(mlir::createLoopInvariantCodeMotionPass());
  pm.addPass(CreateLowerEntryPass(options.prefix));
  pm.addPass(CreateConvertToLlvmPass());
  // Those of lower-entry's pointers.
  pm.addPass(mlir::createReconcileUnrealizedCastsPass());
  pm.addPass(CreateCarryAsIntegersPass());
}

void RegisterLoweringPasses() {
  mlir::registerPass([] { return CreateExpandFloatsPass(); });
  mlir::registerPass([] { return CreateApproximateMathPass(); });
  mlir::registerPass([] { return CreateLowerEntryPass(); });
  mlir::registerPass([] { return CreateConvertToLlvmPass(); });
  mlir::registerPass([] { return CreateCarryAsIntegersPass(); });
  mlir::PassPipelineRegistration<>(
      "lower-to-llvm", "every pass of the phase `llvm`",
      [](mlir::OpPassManager& pm) { AddLoweringPasses(pm, {}); });
}

void RegisterLoweringDialects(mlir::DialectRegistry& registry) {
  registry.insert<mlir::arith::ArithDialect, mlir::cf::ControlFlowDialect,
                  mlir::func::FuncDialect, mlir::LLVM::LLVMDialect,
                  mlir::math::MathDialect, mlir::memref::MemRefDialect,
                  mlir::scf::SCFDialect, mlir::ub::UBDialect,
                  mlir::vector::VectorDialect>();
}

}  // namespace keratin

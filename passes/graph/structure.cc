// structure: every primitive becomes computes, reshapes and scans.
//
// Asks each operation for its lowering (StructuredOpInterface), again for what
// that is made of, in every region. Before: primitives and composites. After:
// no operation with that interface is left; types and locations are kept.
//
// It does not improve anything: moves are computes of their own until simplify.
#include "ir/dialect/dialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "passes/graph/passes.h"

namespace keratin {
namespace {

using llvm::SmallVector;
using mlir::Value;

class StructurePass
    : public mlir::PassWrapper<StructurePass,
                               mlir::OperationPass<mlir::ModuleOp>> {
 public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(StructurePass)
  llvm::StringRef getArgument() const override { return "structure"; }
  llvm::StringRef getDescription() const override {
    return "lower primitives to computes, reshapes and scans";
  }
  void getDependentDialects(mlir::DialectRegistry& registry) const override {
    registry.insert<ir::KeratinDialect, mlir::arith::ArithDialect,
                    mlir::math::MathDialect>();
  }

  void runOnOperation() override {
    // Each round lowers what the round before was decomposed into.
    while (true) {
      SmallVector<ir::StructuredOpInterface> ops;
      getOperation().walk(
          [&](ir::StructuredOpInterface op) { ops.push_back(op); });
      if (ops.empty()) return;
      for (ir::StructuredOpInterface op : ops) {
        if (failed(Lower(op))) return signalPassFailure();
      }
    }
  }

 private:
  static mlir::LogicalResult Lower(ir::StructuredOpInterface op) {
    mlir::OpBuilder builder(op);
    mlir::FailureOr<SmallVector<Value>> values = op.lower(builder);
    if (failed(values)) return op.emitError("has no lowering");
    for (auto [result, value] : llvm::zip(op->getResults(), *values)) {
      if (value.getType() != result.getType()) {
        // The same sizes under other expressions, which the trace has assumed
        // equal.
        SmallVector<Dim, 6> dims = ir::DimsOf(result.getType());
        value =
            ir::ReshapeOp::create(builder, op.getLoc(), value,
                                  ir::DimsAttr::get(op->getContext(), dims));
      }
      result.replaceAllUsesWith(value);
    }
    op->erase();
    return mlir::success();
  }
};

}  // namespace

std::unique_ptr<mlir::Pass> CreateStructurePass() {
  return std::make_unique<StructurePass>();
}

}  // namespace keratin

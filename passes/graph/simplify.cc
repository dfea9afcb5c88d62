// simplify: moves become index maps, constants go into bodies, what is unused
// or computed twice goes.
//
// Before and after: computes, reshapes, scans and constants. After: a compute
// that only moves elements is left where its result leaves the function or goes
// into a reshape or scan; no compute reads a splat; bodies are folded; equal
// computations are one. Values are bit-equal to those before.
//
// It does not reorder arithmetic, nor fuse arithmetic of two computes: see
// passes/codegen/fuse.cc.
#include "ir/dialect/dialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/CSE.h"
#include "passes/graph/compose_maps.h"
#include "passes/graph/passes.h"

namespace keratin {
namespace {

using llvm::SmallVector;

class SimplifyPass
    : public mlir::PassWrapper<SimplifyPass,
                               mlir::OperationPass<mlir::ModuleOp>> {
 public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(SimplifyPass)
  llvm::StringRef getArgument() const override { return "simplify"; }
  llvm::StringRef getDescription() const override {
    return "compose index maps, sink constants, remove what is unused or twice "
           "there";
  }
  void getDependentDialects(mlir::DialectRegistry& registry) const override {
    registry.insert<ir::KeratinDialect, mlir::arith::ArithDialect>();
  }

  void runOnOperation() override {
    // In program order each producer is in its final form before its readers
    // look at it, so one round is enough; operations that turned into views can
    // only help what was looked at before.
    SmallVector<mlir::Operation*> ops;
    getOperation().walk<mlir::WalkOrder::PreOrder>([&](mlir::Operation* op) {
      if (mlir::isa<ir::ComputeOp, ir::ReshapeOp>(op)) ops.push_back(op);
    });
    for (mlir::Operation* op : ops) {
      if (auto reshape = mlir::dyn_cast<ir::ReshapeOp>(op)) {
        SimplifyReshape(reshape);
        continue;
      }
      auto compute = mlir::cast<ir::ComputeOp>(op);
      if (ir::ComputeOp replacement = ReadOrigins(compute))
        compute = replacement;
      FoldBody(compute);
      // Inputs that the folded body no longer reads.
      if (ir::ComputeOp replacement = ReadOrigins(compute))
        compute = replacement;
      ReplaceByView(compute);
    }
    EraseUnused();
    mlir::IRRewriter rewriter(&getContext());
    mlir::DominanceInfo dominance(getOperation());
    mlir::eliminateCommonSubExpressions(rewriter, dominance, getOperation());
  }

 private:
  static void SimplifyReshape(ir::ReshapeOp op) {
    while (auto inner = op.getX().getDefiningOp<ir::ReshapeOp>())
      op.getXMutable().assign(inner.getX());
    if (op.getX().getType() != op.getType()) return;
    op.replaceAllUsesWith(op.getX());
    op.erase();
  }

  void EraseUnused() {
    SmallVector<mlir::Operation*> ops;
    getOperation().walk<mlir::WalkOrder::PreOrder>([&](mlir::Operation* op) {
      if (mlir::isa<ir::ComputeOp, ir::ReshapeOp, ir::ConstantOp, ir::ScanOp>(
              op))
        ops.push_back(op);
    });
    for (mlir::Operation* op : llvm::reverse(ops)) {
      if (op->use_empty() && mlir::isMemoryEffectFree(op)) op->erase();
    }
  }
};

}  // namespace

std::unique_ptr<mlir::Pass> CreateSimplifyPass() {
  return std::make_unique<SimplifyPass>();
}

}  // namespace keratin

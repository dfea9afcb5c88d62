// simplify-scans: what does not need the loop leaves it.
//
// A computation in the body of a scan that reads nothing the body changes moves
// in front of it. One that reads only slices of sequences is done for all steps
// at once, as one computation with the steps as its outermost dimension, where
// that is worth it: sums of products (the input's part of a recurrent cell)
// with what they are made of and what is made of them alone; and everything, if
// the whole scan can go. Its results become sequences. Carried values that
// never change, or that are equal, and what is unused, go.
//
// Before and after: computes, reshapes, scans and constants. Every element is
// computed by the same arithmetic as before.
#include "ir/dialect/dialect.h"
#include "llvm/ADT/BitVector.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Pass/Pass.h"
#include "passes/graph/passes.h"

namespace keratin {
namespace {

using llvm::SmallVector;
using mlir::Value;

bool CanLeave(mlir::Operation& op) {
  return mlir::isa<ir::ComputeOp, ir::ReshapeOp, ir::ConstantOp>(op);
}

bool IsReduction(mlir::Operation* op) {
  auto compute = mlir::dyn_cast<ir::ComputeOp>(op);
  return compute && !compute.getReductions().empty();
}

// `type` once for each of `length` steps.
mlir::Type Stacked(mlir::Type type, const Dim& length) {
  SmallVector<Dim> dims{length};
  llvm::append_range(dims, ir::DimsOf(type));
  return ir::TensorOf(dims, mlir::getElementTypeOrSelf(type));
}

class ScanSimplifier {
 public:
  explicit ScanSimplifier(ir::ScanOp scan)
      : scan_(scan),
        body_(&scan.getBody().front()),
        length_(scan.getLength().getDims()[0]) {}

  void Run() {
    DropCarried();
    MoveInvariants();
    BatchSlices();
    Rebuild();
  }

 private:
  unsigned carried() { return scan_.getInitial().size(); }
  mlir::OperandRange yielded() { return body_->getTerminator()->getOperands(); }
  mlir::BlockArgument CarriedArgument(unsigned k) {
    return body_->getArgument(1 + k);
  }
  bool IsOutside(Value value) {
    return value.getParentRegion()->isProperAncestor(&scan_.getBody());
  }

  void MoveInvariants() {
    for (mlir::Operation& op :
         llvm::make_early_inc_range(body_->without_terminator())) {
      if (CanLeave(op) &&
          llvm::all_of(op.getOperands(), [&](Value v) { return IsOutside(v); }))
        op.moveBefore(scan_);
    }
  }

  // Replaces carried values that are known otherwise; Rebuild drops them.
  void DropCarried() {
    for (unsigned k = 0; k < carried(); ++k) {
      if (yielded()[k] != CarriedArgument(k)) continue;
      CarriedArgument(k).replaceAllUsesWith(scan_.getInitial()[k]);
      scan_.getResult(k).replaceAllUsesWith(scan_.getInitial()[k]);
    }
    for (unsigned k = 0; k < carried(); ++k) {
      for (unsigned first = 0; first < k; ++first) {
        if (yielded()[first] != yielded()[k]) continue;
        const bool same = scan_.getInitial()[first] == scan_.getInitial()[k];
        const bool unread =
            CarriedArgument(k).use_empty() && length_.IsKnownPositive();
        if (!same && !unread) continue;
        if (same) CarriedArgument(k).replaceAllUsesWith(CarriedArgument(first));
        scan_.getResult(k).replaceAllUsesWith(scan_.getResult(first));
        break;
      }
    }
  }

  // Whether the value is known for all steps, or does not change.
  bool IsKnown(Value value) {
    return IsOutside(value) || IsSlice(value) || sliced_.contains(value);
  }
  bool IsSlice(Value value) {
    auto argument = mlir::dyn_cast<mlir::BlockArgument>(value);
    return argument && argument.getOwner() == body_ &&
           argument.getArgNumber() > carried();
  }

  void BatchSlices() {
    // All that could be done for all steps at once.
    SmallVector<mlir::Operation*> able;
    for (mlir::Operation& op : body_->without_terminator()) {
      if (!CanLeave(op) ||
          !llvm::all_of(op.getOperands(), [&](Value v) { return IsKnown(v); }))
        continue;
      able.push_back(&op);
      for (Value result : op.getResults()) sliced_.insert(result);
    }
    // Of these, what is worth it.
    const bool all =
        llvm::all_of(llvm::seq<unsigned>(0, yielded().size()), [&](unsigned k) {
          return scan_.getResult(k).use_empty() ||
                 (k >= carried() && !IsOutside(yielded()[k]) &&
                  IsKnown(yielded()[k]));
        });
    for (mlir::Operation* op : able) {
      const bool follows = llvm::any_of(op->getOperands(), [&](Value value) {
        return value.getDefiningOp() && taken_.contains(value.getDefiningOp());
      });
      if (all || IsReduction(op) || follows) taken_.insert(op);
    }
    for (mlir::Operation* op : llvm::reverse(able)) {
      const bool wanted = llvm::any_of(
          op->getUsers(), [&](auto* user) { return taken_.contains(user); });
      if (wanted) taken_.insert(op);
    }

    for (auto [k, sequence] : llvm::enumerate(scan_.getSequences()))
      batched_[body_->getArgument(1 + carried() + k)] = sequence;
    mlir::OpBuilder builder(scan_);
    for (mlir::Operation* op : able) {
      if (!taken_.contains(op)) continue;
      if (auto reshape = mlir::dyn_cast<ir::ReshapeOp>(op)) {
        Batch(reshape, builder);
      } else {
        Batch(mlir::cast<ir::ComputeOp>(op), builder);
      }
    }
    // What is known for all steps need not be stacked again.
    for (unsigned k = carried(); k < yielded().size(); ++k) {
      auto it = batched_.find(yielded()[k]);
      if (it != batched_.end())
        scan_.getResult(k).replaceAllUsesWith(it->second);
    }
  }

  void Batch(ir::ReshapeOp op, mlir::OpBuilder& builder) {
    mlir::Type type = Stacked(op.getType(), length_);
    batched_[op.getResult()] = ir::ReshapeOp::create(
        builder, op.getLoc(), batched_.lookup(op.getX()),
        ir::DimsAttr::get(op.getContext(), ir::DimsOf(type)));
  }

  // The compute with the steps as dimension 0.
  void Batch(ir::ComputeOp op, mlir::OpBuilder& builder) {
    mlir::MLIRContext* context = op.getContext();
    const unsigned rank = op.getExtents().size();
    const unsigned inputs = op.getInputs().size();
    SmallVector<Dim> domain{length_};
    llvm::append_range(domain, op.getExtents());
    SmallVector<int64_t> reductions;
    for (int64_t dim : op.getReductions()) reductions.push_back(dim + 1);

    SmallVector<mlir::AffineMap> maps;
    auto add_map = [&](mlir::AffineMap map, bool with_steps) {
      map = map.shiftDims(1);
      SmallVector<mlir::AffineExpr> index;
      if (with_steps) index.push_back(mlir::getAffineDimExpr(0, context));
      llvm::append_range(index, map.getResults());
      maps.push_back(mlir::AffineMap::get(rank + 1, 0, index, context));
    };
    SmallVector<Value> operands, captures;
    for (auto [k, input] : llvm::enumerate(op.getInputs())) {
      Value all_steps = batched_.lookup(input);
      add_map(op.getMap(k), all_steps != nullptr);
      operands.push_back(all_steps ? all_steps : input);
    }
    for (Value capture : op.getCaptures()) {
      Value all_steps = batched_.lookup(capture);
      captures.push_back(all_steps ? all_steps : capture);
    }
    SmallVector<mlir::Type> types;
    SmallVector<llvm::StringRef> combiners;
    for (unsigned k = 0; k < op->getNumResults(); ++k) {
      add_map(op.getResultMap(k), true);
      types.push_back(Stacked(op->getResult(k).getType(), length_));
      combiners.push_back(op.getCombiner(k));
    }
    mlir::Block& block = op.getBody().front();
    auto made = ir::ComputeOp::create(
        builder, op.getLoc(), types, operands, captures, domain, reductions,
        maps, combiners,
        [&](mlir::OpBuilder& b, mlir::Location loc,
            mlir::ValueRange arguments) {
          mlir::IRMapping mapping;
          mapping.map(block.getArguments(), arguments);
          for (mlir::Operation& inner : block.without_terminator()) {
            if (auto index = mlir::dyn_cast<ir::IndexOp>(inner)) {
              mapping.map(
                  index.getResult(),
                  ir::IndexOp::create(b, index.getLoc(), b.getIndexType(),
                                      index.getDimension() + 1)
                      .getResult());
              continue;
            }
            auto extract = mlir::dyn_cast<ir::ExtractOp>(inner);
            auto source =
                extract
                    ? mlir::dyn_cast<mlir::BlockArgument>(extract.getSource())
                    : mlir::BlockArgument();
            if (source && source.getOwner() == &block &&
                batched_.contains(
                    op.getCaptures()[source.getArgNumber() - inputs])) {
              SmallVector<Value> indices{ir::IndexOp::create(
                  b, extract.getLoc(), b.getIndexType(), 0)};
              for (Value index : extract.getIndices())
                indices.push_back(mapping.lookup(index));
              mapping.map(extract.getResult(),
                          ir::ExtractOp::create(
                              b, extract.getLoc(), extract.getType(),
                              mapping.lookup(extract.getSource()), indices)
                              .getResult());
              continue;
            }
            b.clone(inner, mapping);
          }
          SmallVector<Value> values;
          for (Value value : block.getTerminator()->getOperands())
            values.push_back(mapping.lookupOrDefault(value));
          return values;
        });
    for (auto [before, after] : llvm::zip(op->getResults(), made->getResults()))
      batched_[before] = after;
  }

  // The scan with what it still needs.
  void Rebuild() {
    SmallVector<Value> initial, sequences, values;
    SmallVector<mlir::Type> types;
    SmallVector<unsigned> kept;  // results
    llvm::BitVector dropped(body_->getNumArguments());
    const unsigned old_carried = carried();
    for (unsigned k = 0; k < yielded().size(); ++k) {
      const bool is_carried = k < old_carried;
      if (scan_.getResult(k).use_empty() &&
          !(is_carried && !CarriedArgument(k).use_empty())) {
        if (is_carried) dropped.set(1 + k);
        continue;
      }
      kept.push_back(k);
      values.push_back(yielded()[k]);
      types.push_back(scan_.getResult(k).getType());
      if (is_carried) initial.push_back(scan_.getInitial()[k]);
    }
    if (kept.empty()) {
      scan_.erase();
      return;
    }
    body_->getTerminator()->setOperands(values);

    // What is done for all steps is walked where the body still reads it.
    SmallVector<Value> walked(scan_.getSequences());
    for (mlir::Operation& op : *body_) {
      if (!taken_.contains(&op)) continue;
      for (Value result : op.getResults()) {
        const bool read = llvm::any_of(result.getUsers(), [&](auto* user) {
          return !taken_.contains(user);
        });
        if (!read) continue;
        walked.push_back(batched_.lookup(result));
        result.replaceAllUsesWith(
            body_->addArgument(result.getType(), result.getLoc()));
      }
    }
    for (mlir::Operation& op :
         llvm::make_early_inc_range(llvm::reverse(*body_))) {
      if (CanLeave(op) && op.use_empty()) op.erase();
    }
    dropped.resize(body_->getNumArguments());
    for (auto [k, sequence] : llvm::enumerate(walked)) {
      const unsigned number = 1 + old_carried + k;
      if (body_->getArgument(number).use_empty()) {
        dropped.set(number);
      } else {
        sequences.push_back(sequence);
      }
    }
    body_->eraseArguments(dropped);

    mlir::OpBuilder builder(scan_);
    auto made =
        ir::ScanOp::create(builder, scan_.getLoc(), types, initial, sequences,
                           scan_.getLengthAttr(), scan_.getReverseAttr(),
                           /*conditional=*/nullptr);
    made.getBody().takeBody(scan_.getBody());
    for (auto [place, k] : llvm::enumerate(kept))
      scan_.getResult(k).replaceAllUsesWith(made->getResult(place));
    scan_.erase();
  }

  ir::ScanOp scan_;
  mlir::Block* body_;
  Dim length_;
  llvm::DenseSet<Value> sliced_;  // in the body, can be known for all steps
  llvm::DenseSet<mlir::Operation*> taken_;  // done for all steps at once
  llvm::DenseMap<Value, Value> batched_;    // in the body -> [length, ...]
};

class SimplifyScansPass
    : public mlir::PassWrapper<SimplifyScansPass,
                               mlir::OperationPass<mlir::ModuleOp>> {
 public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(SimplifyScansPass)
  llvm::StringRef getArgument() const override { return "simplify-scans"; }
  llvm::StringRef getDescription() const override {
    return "move out of scans what does not need the loop";
  }
  void getDependentDialects(mlir::DialectRegistry& registry) const override {
    registry.insert<ir::KeratinDialect>();
  }

  void runOnOperation() override {
    SmallVector<ir::ScanOp> scans;  // inner ones first
    getOperation().walk([&](ir::ScanOp scan) { scans.push_back(scan); });
    for (ir::ScanOp scan : scans) {
      // A loop that ends early has no step for every slice.
      if (!scan.getConditional()) ScanSimplifier(scan).Run();
    }
  }
};

}  // namespace

std::unique_ptr<mlir::Pass> CreateSimplifyScansPass() {
  return std::make_unique<SimplifyScansPass>();
}

}  // namespace keratin

// split-prepare: @stateless_call becomes @prepare and @call.
//
// @prepare computes, once for all calls, what depends only on variables that
// this function does not write: packed weights, folded scales. @call takes its
// results, the written variables and the inputs, and returns the outputs, the
// new values of the written variables, and the losses.
//
// Arguments and results carry their role in `keratin.kind` (prepared, state,
// input; output, state, loss), those of variables the variable's number in
// `keratin.index`.
//
// A value that is much larger than what it is made of (a broadcast) stays in
// @call: preparing it would cost memory and save nothing.
#include "ir/dialect/dialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Pass/Pass.h"
#include "passes/graph/passes.h"

namespace keratin {
namespace {

using llvm::SmallVector;
using mlir::Value;
using mlir::func::FuncOp;

llvm::StringRef KindOf(FuncOp function, unsigned argument) {
  auto kind =
      function.getArgAttrOfType<mlir::StringAttr>(argument, "keratin.kind");
  return kind ? kind.getValue() : "";
}

Dim ElementsOf(mlir::ValueRange values) {
  Dim total = 0;
  for (Value value : values) {
    Dim elements = 1;
    for (const Dim& dim : ir::DimsOf(value.getType())) elements *= dim;
    total += elements;
  }
  return total;
}

class SplitPreparePass
    : public mlir::PassWrapper<SplitPreparePass,
                               mlir::OperationPass<mlir::ModuleOp>> {
 public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(SplitPreparePass)
  llvm::StringRef getArgument() const override { return "split-prepare"; }
  llvm::StringRef getDescription() const override {
    return "split off what depends only on variables that are not written";
  }

  void runOnOperation() override {
    auto source = getOperation().lookupSymbol<FuncOp>("stateless_call");
    if (!source) return;
    function_ = source;
    mlir::Operation* terminator = source.front().getTerminator();

    // Which variables are written: their result is not their argument.
    SmallVector<unsigned> variables, inputs;
    for (unsigned k = 0; k < source.getNumArguments(); ++k) {
      (KindOf(source, k) == "input" ? inputs : variables).push_back(k);
    }
    SmallVector<unsigned> kept;  // results of @call
    for (unsigned k = 0; k < terminator->getNumOperands(); ++k) {
      if (auto variable = source.getResultAttrOfType<mlir::IntegerAttr>(
              k, "keratin.index")) {
        const unsigned argument = variable.getInt();
        if (terminator->getOperand(k) == source.getArgument(argument)) continue;
        written_.push_back(argument);
      }
      kept.push_back(k);
    }

    Classify();
    // What @call needs of @prepare.
    llvm::SetVector<Value> prepared;
    auto need = [&](Value value) {
      if (prepared_.contains(value)) prepared.insert(value);
    };
    for (mlir::Operation& op : source.front().without_terminator()) {
      if (preparing_.contains(&op) || op.getNumOperands() == 0) continue;
      op.walk([&](mlir::Operation* inner) {
        for (Value operand : inner->getOperands()) need(operand);
      });
    }
    for (unsigned k : kept) need(terminator->getOperand(k));

    mlir::OpBuilder builder(source);
    BuildPrepare(builder, variables, prepared.getArrayRef());
    BuildCall(builder, prepared.getArrayRef(), inputs, kept);
    source.erase();
  }

 private:
  // Finds the operations that can run in @prepare.
  void Classify() {
    for (unsigned k = 0; k < function_.getNumArguments(); ++k) {
      if (KindOf(function_, k) != "input" && !llvm::is_contained(written_, k)) {
        prepared_.insert(function_.getArgument(k));
      }
    }
    for (mlir::Operation& op : function_.front().without_terminator()) {
      if (op.getNumOperands() == 0 || op.getNumRegions() > 1) continue;
      bool movable = true, uses_variable = false;
      for (Value operand : op.getOperands()) {
        const bool constant = operand.getDefiningOp() &&
                              operand.getDefiningOp()->getNumOperands() == 0;
        if (constant) continue;
        movable = movable && prepared_.contains(operand);
        uses_variable = true;
      }
      const Dim before = ElementsOf(op.getOperands());
      const Dim after = ElementsOf(op.getResults());
      const bool larger = !after.IsConstant() || !before.IsConstant() ||
                          *after.AsConstant() > 2 * *before.AsConstant() + 4096;
      if (!movable || !uses_variable || larger) continue;
      if (mlir::isa<ir::ScanOp>(op)) continue;
      preparing_.insert(&op);
      for (Value result : op.getResults()) prepared_.insert(result);
    }
  }

  // The arguments that the mapping covers, then everything cloned that `take`
  // wants, constants as they are needed.
  void CloneBody(mlir::OpBuilder& builder, mlir::IRMapping& mapping,
                 llvm::function_ref<bool(mlir::Operation*)> take) {
    for (mlir::Operation& op : function_.front().without_terminator()) {
      if (op.getNumOperands() == 0 || take(&op)) builder.clone(op, mapping);
    }
  }

  FuncOp NewFunction(mlir::OpBuilder& builder, llvm::StringRef name,
                     llvm::ArrayRef<mlir::Type> arguments,
                     llvm::ArrayRef<mlir::Type> results) {
    auto function = FuncOp::create(builder, function_.getLoc(), name,
                                   builder.getFunctionType(arguments, results));
    function.addEntryBlock();
    return function;
  }

  void SetArgument(FuncOp function, unsigned k, llvm::StringRef kind,
                   unsigned from) {
    mlir::Builder b(&getContext());
    if (auto attributes = function_.getArgAttrDict(from)) {
      function.setArgAttrs(k, attributes);
    }
    function.setArgAttr(k, "keratin.kind", b.getStringAttr(kind));
    function.setArgAttr(k, "keratin.index", b.getI64IntegerAttr(from));
  }

  void BuildPrepare(mlir::OpBuilder& builder,
                    llvm::ArrayRef<unsigned> variables,
                    llvm::ArrayRef<Value> prepared) {
    SmallVector<mlir::Type> arguments, results;
    SmallVector<unsigned> taken;
    for (unsigned k : variables) {
      if (llvm::is_contained(written_, k)) continue;
      taken.push_back(k);
      arguments.push_back(function_.getArgument(k).getType());
    }
    for (Value value : prepared) results.push_back(value.getType());
    FuncOp function = NewFunction(builder, "prepare", arguments, results);
    mlir::IRMapping mapping;
    for (auto [place, k] : llvm::enumerate(taken)) {
      mapping.map(function_.getArgument(k), function.getArgument(place));
      SetArgument(function, place, "variable", k);
    }
    mlir::OpBuilder inside = mlir::OpBuilder::atBlockEnd(&function.front());
    CloneBody(inside, mapping,
              [&](mlir::Operation* op) { return preparing_.contains(op); });
    SmallVector<Value> values;
    for (Value value : prepared) values.push_back(mapping.lookup(value));
    mlir::func::ReturnOp::create(inside, function.getLoc(), values);
  }

  void BuildCall(mlir::OpBuilder& builder, llvm::ArrayRef<Value> prepared,
                 llvm::ArrayRef<unsigned> inputs,
                 llvm::ArrayRef<unsigned> kept) {
    mlir::Operation* terminator = function_.front().getTerminator();
    SmallVector<mlir::Type> arguments, results;
    for (Value value : prepared) arguments.push_back(value.getType());
    for (unsigned k : written_) {
      arguments.push_back(function_.getArgument(k).getType());
    }
    for (unsigned k : inputs) {
      arguments.push_back(function_.getArgument(k).getType());
    }
    for (unsigned k : kept)
      results.push_back(terminator->getOperand(k).getType());
    FuncOp function = NewFunction(builder, "call", arguments, results);
    mlir::IRMapping mapping;
    unsigned place = 0;
    for (Value value : prepared) {
      function.setArgAttr(place, "keratin.kind",
                          builder.getStringAttr("prepared"));
      mapping.map(value, function.getArgument(place++));
    }
    for (unsigned k : written_) {
      SetArgument(function, place, "state", k);
      mapping.map(function_.getArgument(k), function.getArgument(place++));
    }
    for (unsigned k : inputs) {
      SetArgument(function, place, "input", k);
      mapping.map(function_.getArgument(k), function.getArgument(place++));
    }
    mlir::OpBuilder inside = mlir::OpBuilder::atBlockEnd(&function.front());
    CloneBody(inside, mapping,
              [&](mlir::Operation* op) { return !preparing_.contains(op); });
    SmallVector<Value> values;
    for (auto [result, k] : llvm::enumerate(kept)) {
      values.push_back(mapping.lookup(terminator->getOperand(k)));
      if (auto attributes = function_.getResultAttrDict(k)) {
        function.setResultAttrs(result, attributes);
      }
      if (function.getResultAttr(result, "keratin.index")) {
        function.setResultAttr(result, "keratin.kind",
                               builder.getStringAttr("state"));
      }
    }
    mlir::func::ReturnOp::create(inside, function.getLoc(), values);
  }

  FuncOp function_;
  SmallVector<unsigned> written_;
  llvm::DenseSet<Value> prepared_;  // known when @prepare runs
  llvm::DenseSet<mlir::Operation*> preparing_;
};

}  // namespace

std::unique_ptr<mlir::Pass> CreateSplitPreparePass() {
  return std::make_unique<SplitPreparePass>();
}

}  // namespace keratin

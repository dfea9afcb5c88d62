// plan-memory: gives every tensor a place, and turns entry functions into calls
// of kernels over those places.
//
// Before: entry functions (public) over tensors, of launches, reshapes, scans
// and constants. After: the same functions over flat byte buffers, their roles
// in `keratin.role`:
//
//   func.func @call(
//       %x: memref<?xi8> {keratin.role = "argument", keratin.type = ...},
//       %y: memref<?xi8> {keratin.role = "result", keratin.type = ...},
//       %w: memref<?xi8> {keratin.role = "workspace"},
//       %batch: index {keratin.role = "symbol"})
//     attributes {keratin.entry, keratin.workspace = "4096*batch"}
//
// A value's place is the caller's argument, the caller's result, or an offset
// in the workspace. Values whose lifetimes do not meet share bytes. Sizes that
// are multiples of one expression in the symbols ("batch", "batch*seq") share
// an arena, in which offsets are numbers times the expression; so are the peak
// and every offset formulas. Reshapes are views. A scan is a loop: sequences
// and stacked results are walked in place, a carried value alternates between
// two buffers, or is read back from the stacked result that it is also written
// to; copies are made only where one value must stand in two places. Arguments
// and results must not overlap.
//
// It does not change what is computed, nor the order.
#include <map>

#include "ir/dialect/dialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Pass/Pass.h"
#include "passes/codegen/memory_plan.h"
#include "passes/codegen/passes.h"
#include "passes/codegen/tile_emitter.h"

namespace keratin {
namespace {

using llvm::SmallVector;
using mlir::Location;
using mlir::Type;
using mlir::Value;
namespace arith = mlir::arith;
namespace memref = mlir::memref;

// Rewrites one entry function by its plan.
class EntryWriter {
 public:
  EntryWriter(mlir::func::FuncOp function, const MemoryPlan& plan,
              llvm::ArrayRef<std::string> symbols, int& constants)
      : function_(function),
        plan_(plan),
        constants_(constants),
        symbol_names_(symbols),
        b_(function.getContext()) {
    bytes_type_ =
        mlir::MemRefType::get({mlir::ShapedType::kDynamic}, b_.getI8Type());
  }

  mlir::LogicalResult Run() { return Emit(function_.getBody().front()); }

 private:
  Value DimValue(const Dim& dim) {
    auto [entry, is_new] = dims_.try_emplace(dim.ToString());
    if (is_new) {
      mlir::OpBuilder::InsertionGuard guard(b_);
      b_.setInsertionPoint(dims_end_);
      entry->second = index_->Of(function_.getLoc(), dim);
    }
    return entry->second;
  }

  // The bytes of `storage` as elements.
  Value View(Location loc, Storage* storage, const Dim& elements,
             Type element) {
    auto type = mlir::MemRefType::get({mlir::ShapedType::kDynamic}, element);
    bool in_workspace = storage->kind == Storage::kWorkspace;
    Value base = in_workspace ? workspace_value_ : storage->base;
    Value offset = DimValue(in_workspace ? storage->offset : Dim(0));
    return memref::ViewOp::create(b_, loc, type, base, offset,
                                  mlir::ValueRange{DimValue(elements)});
  }
  Value Bytes(Location loc, Storage* storage, Type tensor) {
    return View(loc, storage, BytesOf(tensor), b_.getI8Type());
  }

  mlir::LogicalResult Emit(mlir::Block& old) {
    Location loc = function_.getLoc();
    auto exit = mlir::cast<mlir::func::ReturnOp>(old.getTerminator());
    b_.setInsertionPoint(function_);
    unsigned arguments = function_.getNumArguments(),
             results = function_.getNumResults();
    SmallVector<Type> types(arguments + results + 1, bytes_type_);
    types.append(symbol_names_.size(), b_.getIndexType());
    auto made = mlir::func::FuncOp::create(b_, loc, function_.getName(),
                                           b_.getFunctionType(types, {}));
    for (mlir::NamedAttribute attribute : function_->getDiscardableAttrs()) {
      made->setDiscardableAttr(attribute.getName(), attribute.getValue());
    }
    made->setAttr("keratin.entry", b_.getUnitAttr());
    made->setAttr("keratin.workspace",
                  b_.getStringAttr(plan_.workspace().ToString()));
    mlir::Block* entry = made.addEntryBlock();
    index_.emplace(b_, entry);
    auto describe = [&](unsigned at, llvm::StringRef role,
                        mlir::DictionaryAttr attributes, Type type) {
      mlir::NamedAttrList list(attributes);
      list.set("keratin.role", b_.getStringAttr(role));
      list.set("keratin.type", mlir::TypeAttr::get(type));
      made.setArgAttrs(at, list);
    };
    for (unsigned i = 0; i < arguments; ++i) {
      describe(i, "argument", function_.getArgAttrDict(i),
               function_.getArgumentTypes()[i]);
      plan_.StorageOf(old.getArgument(i))->base = entry->getArgument(i);
    }
    for (unsigned i = 0; i < results; ++i) {
      describe(arguments + i, "result", function_.getResultAttrDict(i),
               function_.getResultTypes()[i]);
      if (plan_.ResultInPlace(i))
        plan_.StorageOf(exit.getOperand(i))->base =
            entry->getArgument(arguments + i);
    }
    made.setArgAttr(arguments + results, "keratin.role",
                    b_.getStringAttr("workspace"));
    workspace_value_ = entry->getArgument(arguments + results);
    for (auto [k, name] : llvm::enumerate(symbol_names_)) {
      unsigned at = arguments + results + 1 + k;
      made.setArgAttr(at, "keratin.role", b_.getStringAttr("symbol"));
      made.setArgAttr(at, "keratin.name", b_.getStringAttr(name));
      index_->symbols[name] = entry->getArgument(at);
    }
    b_.setInsertionPointToStart(entry);
    dims_end_ = mlir::func::ReturnOp::create(b_, loc);
    auto code_end = dims_end_;
    // Sizes and offsets first, then the code.
    b_.setInsertionPoint(code_end);
    auto marker = arith::ConstantIndexOp::create(b_, loc, 0);
    dims_end_ = marker;
    b_.setInsertionPoint(code_end);
    if (failed(EmitBlock(old))) return mlir::failure();
    for (unsigned i = 0; i < results; ++i) {
      if (plan_.ResultInPlace(i)) continue;
      Storage target;
      target.kind = Storage::kBuffer;
      target.base = entry->getArgument(arguments + i);
      Type type = exit.getOperand(i).getType();
      Copy(exit.getLoc(), plan_.StorageOf(exit.getOperand(i)), &target, type);
    }
    if (marker->use_empty()) marker.erase();
    function_.erase();
    return mlir::success();
  }

  void Copy(Location loc, Storage* from, Storage* to, Type type) {
    memref::CopyOp::create(b_, loc, Bytes(loc, from, type),
                           Bytes(loc, to, type));
  }

  mlir::LogicalResult EmitBlock(mlir::Block& block) {
    for (mlir::Operation& op : block.without_terminator()) {
      if (auto launch = mlir::dyn_cast<ir::LaunchOp>(op)) {
        if (failed(EmitLaunch(launch))) return mlir::failure();
      } else if (auto scan = mlir::dyn_cast<ir::ScanOp>(op)) {
        if (failed(EmitScan(scan))) return mlir::failure();
      } else if (IsConstant(&op)) {
        if (failed(EmitConstant(&op))) return mlir::failure();
      }
    }
    return mlir::success();
  }

  mlir::LogicalResult EmitLaunch(ir::LaunchOp launch) {
    Location loc = launch.getLoc();
    auto kernel =
        mlir::SymbolTable::lookupNearestSymbolFrom<mlir::func::FuncOp>(
            function_, launch.getKernelAttr());
    if (!kernel)
      return launch.emitError("plan-memory: no function is named @")
             << launch.getKernel();
    auto names = kernel->getAttrOfType<mlir::ArrayAttr>("keratin.symbols");
    size_t symbols = names ? names.size() : 0;
    size_t buffers = launch->getNumOperands() + launch->getNumResults();
    if (kernel.getNumArguments() != buffers + symbols + 2) {
      return launch.emitError("plan-memory: @")
             << launch.getKernel() << " takes " << kernel.getNumArguments()
             << " arguments, " << buffers + symbols + 2 << " are needed";
    }
    SmallVector<Value> operands;
    auto add = [&](Value value) {
      auto type = mlir::dyn_cast<mlir::MemRefType>(
          kernel.getArgumentTypes()[operands.size()]);
      Dim elements = 1;
      for (const Dim& dim : ir::DimsOf(value.getType())) elements *= dim;
      operands.push_back(
          View(loc, plan_.StorageOf(value), elements, type.getElementType()));
    };
    for (Value operand : launch.getInputs()) add(operand);
    for (Value result : launch.getResults()) add(result);
    for (size_t k = 0; k < symbols; ++k) {
      operands.push_back(DimValue(Dim::Symbol(
          mlir::cast<mlir::StringAttr>(names[k]).getValue().str())));
    }
    Dim grid = 1;
    if (auto text = kernel->getAttrOfType<mlir::StringAttr>("keratin.grid")) {
      auto parsed = Dim::Parse(text.getValue().str());
      if (!parsed.ok())
        return launch.emitError("plan-memory: keratin.grid: ")
               << parsed.status().ToString();
      grid = *parsed;
    }
    operands.push_back(DimValue(0));
    operands.push_back(DimValue(grid));
    auto call = mlir::func::CallOp::create(b_, loc, kernel, operands);
    if (kernel->hasAttr("keratin.parallel") && !grid.IsConstant(1))
      call->setAttr("keratin.parallel", b_.getUnitAttr());
    return mlir::success();
  }

  // The bytes from `base` + `index` * size of one slice.
  Value Slice(Location loc, Value base, Value index, Type slice) {
    Value size = DimValue(BytesOf(slice));
    Value offset = arith::MulIOp::create(b_, loc, index, size);
    return memref::ViewOp::create(b_, loc, bytes_type_, base, offset,
                                  mlir::ValueRange{size});
  }

  mlir::LogicalResult EmitScan(ir::ScanOp scan) {
    Location loc = scan.getLoc();
    const ScanPlan& plan = plan_.PlanOf(scan);
    mlir::Block& body = scan.getBody().front();
    mlir::Operation* yield = body.getTerminator();
    unsigned carries = scan.getInitial().size(),
             sequences = scan.getSequences().size();
    unsigned stacked = plan.stacked_in_place.size();

    SmallVector<Value> sequence_bytes, stacked_bytes, initial;
    for (Value sequence : scan.getSequences()) {
      sequence_bytes.push_back(
          Bytes(loc, plan_.StorageOf(sequence), sequence.getType()));
    }
    for (unsigned j = 0; j < stacked; ++j) {
      Value result = scan.getResult(carries + j);
      stacked_bytes.push_back(
          Bytes(loc, plan_.StorageOf(result), result.getType()));
    }
    // Carried: where the value is; for two buffers also where the next goes,
    // and the other buffer.
    for (unsigned i = 0; i < carries; ++i) {
      Type type = scan.getInitial()[i].getType();
      initial.push_back(
          Bytes(loc, plan_.StorageOf(scan.getInitial()[i]), type));
      if (plan.carries[i].kind != Carry::kBuffers) continue;
      for (Storage* buffer : plan.carries[i].buffers)
        initial.push_back(Bytes(loc, buffer, type));
    }
    const Dim length = scan.getLength().getDims()[0];
    auto loop = mlir::scf::ForOp::create(b_, loc, DimValue(0), DimValue(length),
                                         DimValue(1), initial);
    {
      mlir::OpBuilder::InsertionGuard guard(b_);
      // The builder leaves the terminator out when there are results.
      if (loop.getBody()->mightHaveTerminator() && !loop.getBody()->empty())
        loop.getBody()->back().erase();
      b_.setInsertionPointToStart(loop.getBody());
      Value at = loop.getInductionVar();
      if (scan.getReverse())
        at = arith::SubIOp::create(b_, loc, DimValue(length - 1), at);
      if (plan.step != nullptr) {
        Value step = arith::IndexCastOp::create(b_, loc, b_.getI32Type(), at);
        memref::StoreOp::create(b_, loc, step,
                                View(loc, plan.step, 1, b_.getI32Type()),
                                mlir::ValueRange{DimValue(0)});
      }
      SmallVector<Value> current, next, other;
      unsigned argument = 0;
      for (unsigned i = 0; i < carries; ++i) {
        current.push_back(loop.getRegionIterArg(argument++));
        bool buffers = plan.carries[i].kind == Carry::kBuffers;
        next.push_back(buffers ? Value(loop.getRegionIterArg(argument++))
                               : Value());
        other.push_back(buffers ? Value(loop.getRegionIterArg(argument++))
                                : Value());
        plan_.StorageOf(body.getArgument(1 + i))->base = current[i];
      }
      for (unsigned k = 0; k < sequences; ++k) {
        mlir::BlockArgument slice = body.getArgument(1 + carries + k);
        plan_.StorageOf(slice)->base =
            Slice(loc, sequence_bytes[k], at, slice.getType());
      }
      SmallVector<Value> stacked_slices;
      for (unsigned j = 0; j < stacked; ++j) {
        Value value = yield->getOperand(carries + j);
        stacked_slices.push_back(
            Slice(loc, stacked_bytes[j], at, value.getType()));
        if (plan.stacked_in_place[j])
          plan_.StorageOf(value)->base = stacked_slices[j];
      }
      for (unsigned i = 0; i < carries; ++i) {
        if (plan.carries[i].in_place)
          plan_.StorageOf(yield->getOperand(i))->base = next[i];
      }
      // A step that the flag leaves out hands on what it was given.
      mlir::scf::IfOp taken;
      if (scan.getConditional()) {
        Value flag = memref::LoadOp::create(
            b_, loc,
            View(loc, plan_.StorageOf(body.getArgument(1)), 1, b_.getI8Type()),
            mlir::ValueRange{DimValue(0)});
        Value zero = arith::ConstantIntOp::create(b_, loc, 0, 8);
        taken = mlir::scf::IfOp::create(
            b_, loc, loop.getResultTypes(),
            arith::CmpIOp::create(b_, loc, arith::CmpIPredicate::ne, flag,
                                  zero),
            /*withElseRegion=*/true);
        b_.setInsertionPointToStart(taken.elseBlock());
        mlir::scf::YieldOp::create(b_, loc, loop.getRegionIterArgs());
        b_.setInsertionPointToStart(taken.thenBlock());
      }
      if (failed(EmitBlock(body))) return mlir::failure();

      auto copy_to = [&](Value from, Value to) {
        Storage target;
        target.kind = Storage::kBuffer;
        target.base = to;
        Copy(yield->getLoc(), plan_.StorageOf(from), &target, from.getType());
      };
      for (unsigned j = 0; j < stacked; ++j) {
        if (!plan.stacked_in_place[j])
          copy_to(yield->getOperand(carries + j), stacked_slices[j]);
      }
      SmallVector<Value> yielded;
      for (unsigned i = 0; i < carries; ++i) {
        const Carry& carry = plan.carries[i];
        if (carry.kind == Carry::kUnchanged) {
          yielded.push_back(current[i]);
        } else if (carry.kind == Carry::kThroughStacked) {
          yielded.push_back(stacked_slices[carry.stacked]);
        } else {
          if (!carry.in_place) copy_to(yield->getOperand(i), next[i]);
          yielded.append({next[i], other[i], next[i]});
        }
      }
      mlir::scf::YieldOp::create(b_, loc, yielded);
      if (taken) {
        b_.setInsertionPointToEnd(loop.getBody());
        mlir::scf::YieldOp::create(b_, loc, taken.getResults());
      }
    }
    unsigned result = 0;
    for (unsigned i = 0; i < carries; ++i) {
      plan_.StorageOf(scan.getResult(i))->base = loop.getResult(result);
      result += plan.carries[i].kind == Carry::kBuffers ? 3 : 1;
    }
    return mlir::success();
  }

  mlir::LogicalResult EmitConstant(mlir::Operation* op) {
    auto value = op->getAttrOfType<mlir::DenseElementsAttr>("value");
    if (!value)
      return op->emitError("plan-memory: a constant without a dense `value`");
    SmallVector<int8_t> bytes;
    if (value.getElementType().isInteger(1)) {
      for (bool bit : value.getValues<bool>()) bytes.push_back(bit);
    } else {
      llvm::ArrayRef<char> raw = value.getRawData();
      int64_t copies = value.isSplat() ? value.getNumElements() : 1;
      for (int64_t k = 0; k < copies; ++k) bytes.append(raw.begin(), raw.end());
    }
    auto type = mlir::MemRefType::get({static_cast<int64_t>(bytes.size())},
                                      b_.getI8Type());
    auto data = mlir::DenseElementsAttr::get(
        mlir::RankedTensorType::get(type.getShape(), b_.getI8Type()),
        llvm::ArrayRef<int8_t>(bytes));
    auto module = function_->getParentOfType<mlir::ModuleOp>();
    std::string name;
    do {
      name = "constant_" + std::to_string(constants_++);
    } while (module.lookupSymbol(name));
    {
      mlir::OpBuilder::InsertionGuard guard(b_);
      b_.setInsertionPointToStart(module.getBody());
      memref::GlobalOp::create(
          b_, op->getLoc(), name, b_.getStringAttr("private"), type, data,
          /*constant=*/true, b_.getI64IntegerAttr(kBufferAlignment));
    }
    Value global = memref::GetGlobalOp::create(b_, op->getLoc(), type, name);
    plan_.StorageOf(op->getResult(0))->base =
        memref::CastOp::create(b_, op->getLoc(), bytes_type_, global);
    return mlir::success();
  }

  mlir::func::FuncOp function_;
  const MemoryPlan& plan_;
  int& constants_;  // how many the module has names for
  llvm::ArrayRef<std::string> symbol_names_;
  mlir::OpBuilder b_;
  mlir::MemRefType bytes_type_;

  Value workspace_value_;
  std::optional<IndexBuilder> index_;
  std::map<std::string, Value> dims_;
  mlir::Operation* dims_end_ = nullptr;
};

class PlanMemoryPass
    : public mlir::PassWrapper<PlanMemoryPass,
                               mlir::OperationPass<mlir::ModuleOp>> {
 public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PlanMemoryPass)
  llvm::StringRef getArgument() const override { return "plan-memory"; }
  llvm::StringRef getDescription() const override {
    return "give every tensor a place in arguments, results or workspace";
  }
  void getDependentDialects(mlir::DialectRegistry& registry) const override {
    registry.insert<arith::ArithDialect, memref::MemRefDialect,
                    mlir::scf::SCFDialect, mlir::func::FuncDialect>();
  }

  void runOnOperation() override {
    SmallVector<mlir::func::FuncOp> entries;
    for (auto function : getOperation().getOps<mlir::func::FuncOp>()) {
      // A module read at the `buffers` phase is planned already.
      if (!function.isPrivate() && !function->hasAttr("keratin.entry")) {
        entries.push_back(function);
      }
    }
    if (entries.empty()) return;
    std::vector<std::string> symbols = ir::SymbolsOf(getOperation());
    llvm::SmallVector<llvm::StringRef> names(symbols.begin(), symbols.end());
    getOperation()->setAttr(
        "keratin.symbols", mlir::Builder(&getContext()).getStrArrayAttr(names));
    int constants = 0;
    for (auto entry : entries) {
      mlir::FailureOr<MemoryPlan> plan = MemoryPlan::Of(entry);
      if (failed(plan) ||
          failed(EntryWriter(entry, *plan, symbols, constants).Run()))
        return signalPassFailure();
    }
  }
};

}  // namespace

std::unique_ptr<mlir::Pass> CreatePlanMemoryPass() {
  return std::make_unique<PlanMemoryPass>();
}

}  // namespace keratin

// plan-memory: gives every tensor a place, and turns entry functions into calls
// of kernels over those places.
//
// Before: entry functions (public) over tensors, of launches, reshapes, scans
// and constants. After: the same functions over flat byte buffers, their roles
// in `keratin.role`:
//
//   func.func @call(%0: memref<?xi8> {keratin.role = "argument", keratin.type =
//   tensor<...>}, ...,   // in order
//                   %n: memref<?xi8> {keratin.role = "result", ...}, ..., %w:
//                   memref<?xi8> {keratin.role = "workspace"}, %batch: index
//                   {keratin.role = "symbol"}) attributes {keratin.entry,
//                   keratin.workspace = "4096*batch"}
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
#include <algorithm>
#include <deque>
#include <map>
#include <numeric>

#include "ir/dialect/dialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Pass/Pass.h"
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

constexpr int64_t kAlignment = 64;

Dim BytesOf(Type type) {
  Dim bytes = std::max<int64_t>(
      1, (mlir::getElementTypeOrSelf(type).getIntOrFloatBitWidth() + 7) / 8);
  for (const Dim& dim : ir::DimsOf(type)) bytes *= dim;
  return bytes;
}

bool IsReshape(mlir::Operation* op) {
  return op->getName().getStringRef() == "keratin.reshape";
}
bool IsConstant(mlir::Operation* op) {
  return op->getName().getStringRef() == "keratin.constant";
}

// The value whose bytes `value` shows.
Value Root(Value value) {
  while (mlir::Operation* op = value.getDefiningOp()) {
    if (!IsReshape(op)) break;
    value = op->getOperand(0);
  }
  return value;
}

// The bytes of one root value, and when they are in use.
struct Storage {
  enum Kind { kBuffer, kWorkspace } kind = kWorkspace;
  Dim bytes;
  int first = 0, last = 0;
  size_t depth = 0;               // of scans around its definition
  SmallVector<Storage*, 3> keep;  // whose bytes are read through this one
  Dim offset = 0;                 // kWorkspace
  Value base;                     // kBuffer: a memref<?xi8>
};

// How a scan carries one value.
struct Carry {
  enum Kind { kUnchanged, kThroughStacked, kBuffers } kind = kBuffers;
  int stacked = -1;          // kThroughStacked
  Storage* buffers[2] = {};  // kBuffers
  bool in_place = false;  // kBuffers: the body writes the next value where it
                          // belongs; else it is copied
};

struct ScanPlan {
  SmallVector<Carry, 4> carries;
  SmallVector<bool, 4> stacked_in_place;
  Storage* step = nullptr;
};

// Packs storages into one workspace and returns its size.
Dim AssignOffsets(std::deque<Storage>& storages) {
  // size = multiple * unit; one arena for each unit.
  struct Item {
    Storage* storage;
    int64_t multiple;
    int64_t at = 0;
  };
  struct Arena {
    Dim unit;
    std::vector<Item> items;
  };
  std::vector<Arena> arenas;
  for (Storage& storage : storages) {
    if (storage.kind != Storage::kWorkspace) continue;
    Dim unit = 1;
    int64_t multiple = 0;
    if (auto bytes = storage.bytes.AsConstant()) {
      multiple = *bytes;
    } else {
      multiple = std::abs(storage.bytes.offset());
      for (const DimTerm& term : storage.bytes.terms())
        multiple = std::gcd(multiple, term.coefficient);
      unit = *storage.bytes.DivideExactly(multiple);
    }
    multiple = (std::max<int64_t>(multiple, 1) + kAlignment - 1) / kAlignment *
               kAlignment;
    auto arena = std::find_if(arenas.begin(), arenas.end(),
                              [&](const Arena& a) { return a.unit == unit; });
    if (arena == arenas.end())
      arena = arenas.insert(unit.IsConstant() ? arenas.begin() : arenas.end(),
                            Arena{unit, {}});
    arena->items.push_back({&storage, multiple});
  }
  Dim base = 0;
  for (Arena& arena : arenas) {
    // The largest first, each into the smallest hole that its lifetime leaves.
    std::vector<Item*> order;
    for (Item& item : arena.items) order.push_back(&item);
    std::sort(order.begin(), order.end(), [](Item* a, Item* b) {
      return a->multiple != b->multiple
                 ? a->multiple > b->multiple
                 : a < b;  // items stand in program order
    });
    std::vector<Item*> placed;  // by offset
    int64_t peak = 0;
    for (Item* item : order) {
      int64_t end = 0, best = -1, best_hole = 0;
      for (Item* other : placed) {
        if (other->storage->last < item->storage->first ||
            item->storage->last < other->storage->first)
          continue;
        int64_t hole = other->at - end;
        if (hole >= item->multiple && (best < 0 || hole < best_hole))
          best = end, best_hole = hole;
        end = std::max(end, other->at + other->multiple);
      }
      item->at = best >= 0 ? best : end;
      peak = std::max(peak, item->at + item->multiple);
      placed.insert(
          std::upper_bound(placed.begin(), placed.end(), item,
                           [](Item* a, Item* b) { return a->at < b->at; }),
          item);
    }
    for (Item& item : arena.items)
      item.storage->offset = base + arena.unit * item.at;
    base += arena.unit * peak;
  }
  return base;
}

class EntryPlanner {
 public:
  EntryPlanner(mlir::func::FuncOp function, llvm::ArrayRef<std::string> symbols)
      : function_(function), symbol_names_(symbols), b_(function.getContext()) {
    bytes_type_ =
        mlir::MemRefType::get({mlir::ShapedType::kDynamic}, b_.getI8Type());
  }

  mlir::LogicalResult Run() {
    mlir::Block& body = function_.getBody().front();
    auto exit = mlir::cast<mlir::func::ReturnOp>(body.getTerminator());
    for (mlir::BlockArgument argument : body.getArguments())
      storage_[argument] = NewBuffer();
    for (Value result : exit.getOperands()) {
      Value root = Root(result);
      bool in_place = CanBePlaced(root, &body) && !claimed_.contains(root);
      if (in_place) claimed_.insert(root);
      result_in_place_.push_back(in_place);
    }
    if (failed(Analyze(body))) return mlir::failure();
    workspace_ = AssignOffsets(storages_);
    return Emit(body);
  }

 private:
  Storage* New(Type type) {
    Storage& storage = storages_.emplace_back();
    storage.bytes = BytesOf(type);
    storage.first = storage.last = position_;
    storage.depth = open_.size();
    return &storage;
  }
  Storage* NewBuffer() {
    Storage& storage = storages_.emplace_back();
    storage.kind = Storage::kBuffer;
    storage.depth = open_.size();
    return &storage;
  }

  // Whether the maker of `root` can be told where to write it.
  static bool CanBePlaced(Value root, mlir::Block* block) {
    mlir::Operation* op = root.getDefiningOp();
    if (op == nullptr || op->getBlock() != block) return false;
    if (auto scan = mlir::dyn_cast<ir::ScanOp>(op)) {
      return mlir::cast<mlir::OpResult>(root).getResultNumber() >=
             scan.getInitial().size();
    }
    return mlir::isa<ir::LaunchOp>(op);
  }

  // `storage` is read or written here. A value from outside a scan lives to the
  // scan's end.
  void Use(Storage* storage) {
    if (storage->depth < open_.size()) {
      open_[storage->depth].push_back(storage);
    } else {
      storage->last = std::max(storage->last, position_);
    }
    for (Storage* other : storage->keep) Use(other);
  }
  void Use(Value value) { Use(storage_[Root(value)]); }

  mlir::LogicalResult Analyze(mlir::Block& block) {
    for (mlir::Operation& op : block) {
      ++position_;
      if (auto scan = mlir::dyn_cast<ir::ScanOp>(op)) {
        if (failed(AnalyzeScan(scan))) return mlir::failure();
        continue;
      }
      if (IsReshape(&op)) {
        continue;
      } else if (IsConstant(&op)) {
        storage_[op.getResult(0)] = NewBuffer();
      } else if (mlir::isa<ir::LaunchOp>(op)) {
        for (Value result : op.getResults()) {
          storage_[result] =
              claimed_.contains(result) ? NewBuffer() : New(result.getType());
        }
        for (Value operand : op.getOperands()) Use(operand);
      } else if (op.hasTrait<mlir::OpTrait::IsTerminator>()) {
        for (Value operand : op.getOperands()) Use(operand);
      } else {
        return op.emitError(
            "plan-memory: this operation has no place in memory; it should "
            "have become a kernel");
      }
    }
    return mlir::success();
  }

  mlir::LogicalResult AnalyzeScan(ir::ScanOp scan) {
    mlir::Block& body = scan.getBody().front();
    mlir::Operation* yield = body.getTerminator();
    unsigned carries = scan.getInitial().size();
    unsigned stacked = yield->getNumOperands() - carries;
    ScanPlan& plan = scans_[scan];

    for (unsigned j = 0; j < stacked; ++j) {
      Value root = Root(yield->getOperand(carries + j));
      bool in_place = CanBePlaced(root, &body) && !claimed_.contains(root);
      if (in_place) claimed_.insert(root);
      plan.stacked_in_place.push_back(in_place);
    }
    bool runs = !scan.getConditional() &&
                scan.getLength().getDims()[0].IsKnownPositive();
    SmallVector<Storage*> stacked_storage;
    for (unsigned j = 0; j < stacked; ++j) {
      Value result = scan.getResult(carries + j);
      Storage* storage =
          claimed_.contains(result) ? NewBuffer() : New(result.getType());
      storage_[result] = storage;
      stacked_storage.push_back(storage);
    }
    for (unsigned i = 0; i < carries; ++i) {
      Value next = yield->getOperand(i);
      Value root = Root(next);
      Carry carry;
      Storage* result = NewBuffer();
      Storage* initial = storage_[Root(scan.getInitial()[i])];
      if (root == body.getArgument(1 + i)) {
        carry.kind = Carry::kUnchanged;
        result->keep = {initial};
      } else {
        for (unsigned j = 0; j < stacked; ++j) {
          if (plan.stacked_in_place[j] &&
              Root(yield->getOperand(carries + j)) == root)
            carry.stacked = j;
        }
        if (carry.stacked >= 0) {
          carry.kind = Carry::kThroughStacked;
          result->keep = {stacked_storage[carry.stacked]};
        } else {
          carry.in_place = CanBePlaced(root, &body) && !claimed_.contains(root);
          if (carry.in_place) claimed_.insert(root);
          for (Storage*& buffer : carry.buffers) {
            buffer = New(next.getType());
            result->keep.push_back(buffer);
          }
        }
        if (!runs) result->keep.push_back(initial);
      }
      plan.carries.push_back(carry);
      storage_[scan.getResult(i)] = result;
    }
    if (!body.getArgument(0).use_empty())
      plan.step = New(body.getArgument(0).getType());

    open_.emplace_back();
    for (mlir::BlockArgument argument : body.getArguments()) {
      storage_[argument] = argument.getArgNumber() == 0 && plan.step != nullptr
                               ? plan.step
                               : NewBuffer();
    }
    if (failed(Analyze(body))) return mlir::failure();
    ++position_;
    std::vector<Storage*> outside = std::move(open_.back());
    open_.pop_back();
    for (Storage* storage : outside) Use(storage);
    for (Value operand : scan.getOperands()) Use(operand);
    for (Value result : scan.getResults()) Use(result);
    if (plan.step != nullptr) Use(plan.step);
    return mlir::success();
  }

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
    made->setAttr("keratin.workspace", b_.getStringAttr(workspace_.ToString()));
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
      storage_[old.getArgument(i)]->base = entry->getArgument(i);
    }
    for (unsigned i = 0; i < results; ++i) {
      describe(arguments + i, "result", function_.getResultAttrDict(i),
               function_.getResultTypes()[i]);
      if (result_in_place_[i])
        storage_[Root(exit.getOperand(i))]->base =
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
      if (result_in_place_[i]) continue;
      Storage target;
      target.kind = Storage::kBuffer;
      target.base = entry->getArgument(arguments + i);
      Type type = exit.getOperand(i).getType();
      Copy(exit.getLoc(), storage_[Root(exit.getOperand(i))], &target, type);
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
          View(loc, storage_[Root(value)], elements, type.getElementType()));
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
    ScanPlan& plan = scans_[scan];
    mlir::Block& body = scan.getBody().front();
    mlir::Operation* yield = body.getTerminator();
    unsigned carries = scan.getInitial().size(),
             sequences = scan.getSequences().size();
    unsigned stacked = plan.stacked_in_place.size();

    SmallVector<Value> sequence_bytes, stacked_bytes, initial;
    for (Value sequence : scan.getSequences()) {
      sequence_bytes.push_back(
          Bytes(loc, storage_[Root(sequence)], sequence.getType()));
    }
    for (unsigned j = 0; j < stacked; ++j) {
      Value result = scan.getResult(carries + j);
      stacked_bytes.push_back(Bytes(loc, storage_[result], result.getType()));
    }
    // Carried: where the value is; for two buffers also where the next goes,
    // and the other buffer.
    for (unsigned i = 0; i < carries; ++i) {
      Type type = scan.getInitial()[i].getType();
      initial.push_back(Bytes(loc, storage_[Root(scan.getInitial()[i])], type));
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
        storage_[body.getArgument(1 + i)]->base = current[i];
      }
      for (unsigned k = 0; k < sequences; ++k) {
        mlir::BlockArgument slice = body.getArgument(1 + carries + k);
        storage_[slice]->base =
            Slice(loc, sequence_bytes[k], at, slice.getType());
      }
      SmallVector<Value> stacked_slices;
      for (unsigned j = 0; j < stacked; ++j) {
        Value value = yield->getOperand(carries + j);
        stacked_slices.push_back(
            Slice(loc, stacked_bytes[j], at, value.getType()));
        if (plan.stacked_in_place[j])
          storage_[Root(value)]->base = stacked_slices[j];
      }
      for (unsigned i = 0; i < carries; ++i) {
        if (plan.carries[i].in_place)
          storage_[Root(yield->getOperand(i))]->base = next[i];
      }
      // A step that the flag leaves out hands on what it was given.
      mlir::scf::IfOp taken;
      if (scan.getConditional()) {
        Value flag = memref::LoadOp::create(
            b_, loc,
            View(loc, storage_[body.getArgument(1)], 1, b_.getI8Type()),
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
        Copy(yield->getLoc(), storage_[Root(from)], &target, from.getType());
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
      storage_[scan.getResult(i)]->base = loop.getResult(result);
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
    for (int k = 0; name.empty() || module.lookupSymbol(name); ++k)
      name = "constant_" + std::to_string(k);
    {
      mlir::OpBuilder::InsertionGuard guard(b_);
      b_.setInsertionPointToStart(module.getBody());
      memref::GlobalOp::create(
          b_, op->getLoc(), name, b_.getStringAttr("private"), type, data,
          /*constant=*/true, b_.getI64IntegerAttr(kAlignment));
    }
    Value global = memref::GetGlobalOp::create(b_, op->getLoc(), type, name);
    storage_[op->getResult(0)]->base =
        memref::CastOp::create(b_, op->getLoc(), bytes_type_, global);
    return mlir::success();
  }

  mlir::func::FuncOp function_;
  llvm::ArrayRef<std::string> symbol_names_;
  mlir::OpBuilder b_;
  mlir::MemRefType bytes_type_;

  std::deque<Storage> storages_;
  llvm::DenseMap<Value, Storage*> storage_;  // of root values
  llvm::DenseSet<Value> claimed_;  // root values that are written straight to
                                   // where they must end up
  llvm::DenseMap<mlir::Operation*, ScanPlan> scans_;
  SmallVector<bool> result_in_place_;
  std::vector<std::vector<Storage*>>
      open_;  // for each scan around: the storages from outside that it uses
  int position_ = 0;

  Dim workspace_ = 0;
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
    for (auto entry : entries) {
      if (failed(EntryPlanner(entry, symbols).Run()))
        return signalPassFailure();
    }
  }
};

}  // namespace

std::unique_ptr<mlir::Pass> CreatePlanMemoryPass() {
  return std::make_unique<PlanMemoryPass>();
}

}  // namespace keratin

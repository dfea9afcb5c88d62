#include "passes/codegen/memory_plan.h"

#include <algorithm>
#include <numeric>

#include "mlir/IR/TypeUtilities.h"

namespace keratin {

using llvm::SmallVector;
using mlir::Type;
using mlir::Value;

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

Value Root(Value value) {
  while (mlir::Operation* op = value.getDefiningOp()) {
    if (!IsReshape(op)) break;
    value = op->getOperand(0);
  }
  return value;
}

namespace {

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
    multiple = (std::max<int64_t>(multiple, 1) + kBufferAlignment - 1) /
               kBufferAlignment * kBufferAlignment;
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

// Whether the maker of `root` can be told where to write it.
bool CanBePlaced(Value root, mlir::Block* block) {
  mlir::Operation* op = root.getDefiningOp();
  if (op == nullptr || op->getBlock() != block) return false;
  if (auto scan = mlir::dyn_cast<ir::ScanOp>(op)) {
    return mlir::cast<mlir::OpResult>(root).getResultNumber() >=
           scan.getInitial().size();
  }
  return mlir::isa<ir::LaunchOp>(op);
}

}  // namespace

mlir::FailureOr<MemoryPlan> MemoryPlan::Of(mlir::func::FuncOp function) {
  MemoryPlan plan;
  mlir::Block& body = function.getBody().front();
  for (mlir::BlockArgument argument : body.getArguments())
    plan.storage_[argument] = plan.NewBuffer();
  for (Value result : body.getTerminator()->getOperands())
    plan.result_in_place_.push_back(plan.Claim(Root(result), &body));
  if (failed(plan.Analyze(body))) return mlir::failure();
  plan.workspace_ = AssignOffsets(plan.storages_);
  return plan;
}

Storage* MemoryPlan::New(Type type) {
  Storage& storage = storages_.emplace_back();
  storage.bytes = BytesOf(type);
  storage.first = storage.last = position_;
  storage.depth = open_.size();
  return &storage;
}

Storage* MemoryPlan::NewBuffer() {
  Storage& storage = storages_.emplace_back();
  storage.kind = Storage::kBuffer;
  storage.depth = open_.size();
  return &storage;
}

// Claims `root` for the place where it must end up, if its maker can be told to
// write there and nothing else has claimed it.
bool MemoryPlan::Claim(Value root, mlir::Block* block) {
  return CanBePlaced(root, block) && claimed_.insert(root).second;
}

// `storage` is read or written here. A value from outside a scan lives to the
// scan's end.
void MemoryPlan::Use(Storage* storage) {
  if (storage->depth < open_.size()) {
    open_[storage->depth].push_back(storage);
  } else {
    storage->last = std::max(storage->last, position_);
  }
  for (Storage* other : storage->keep) Use(other);
}

mlir::LogicalResult MemoryPlan::Analyze(mlir::Block& block) {
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

mlir::LogicalResult MemoryPlan::AnalyzeScan(ir::ScanOp scan) {
  mlir::Block& body = scan.getBody().front();
  mlir::Operation* yield = body.getTerminator();
  unsigned carries = scan.getInitial().size();
  unsigned stacked = yield->getNumOperands() - carries;
  ScanPlan plan;

  for (unsigned j = 0; j < stacked; ++j) {
    Value root = Root(yield->getOperand(carries + j));
    plan.stacked_in_place.push_back(Claim(root, &body));
  }
  bool runs =
      !scan.getConditional() && scan.getLength().getDims()[0].IsKnownPositive();
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
        carry.in_place = Claim(root, &body);
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
  scans_[scan] = std::move(plan);
  return mlir::success();
}

}  // namespace keratin

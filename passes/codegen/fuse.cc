// fuse: groups computes into kernels.
//
// Three ways to join, and nothing else:
// - prologue: an element-wise producer with one reader is inlined where its
//   value is read, if each element is read once; one that costs next to nothing
//   (an index, a mask, a cast) is copied into every reader;
// - epilogue: an element-wise consumer that reads a value where it was made is
//   applied to it in registers;
// - rows: computes that share their outer dimensions and reduce the inner ones
//   (softmax, normalization) run row by row as stages of one kernel.
//
// Every group is checked not to close a cycle with computes outside it; the
// block is sorted again at the end.
//
// It does not choose loops or tiles: see schedule.h.
#include <memory>

#include "ir/dialect/dialect.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Pass/Pass.h"
#include "passes/codegen/passes.h"
#include "passes/codegen/schedule.h"

namespace keratin {
namespace {

using llvm::SmallVector;
using mlir::Value;
namespace arith = mlir::arith;

// Of a kernel: the time to compile one grows faster than its length.
constexpr size_t kMostMembers = 256;
constexpr int kMostStages = 16;

struct Group {
  SmallVector<ir::ComputeOp> ops;  // in program order
  SmallVector<int> stage;          // of each
  int shared = 0;        // loops shared by the stages, when there are several
  bool product = false;  // the anchor is a matrix product or convolution
  int stages = 1;
};

bool IsReduction(ir::ComputeOp op) { return !op.getReductions().empty(); }

bool UsesDim(mlir::AffineMap map, unsigned dim) {
  return llvm::any_of(map.getResults(), [&](mlir::AffineExpr e) {
    return e.isFunctionOfDim(dim);
  });
}

// A reduction in which inputs are used again along parallel dimensions: worth a
// register tile of its own.
bool IsProduct(ir::ComputeOp op) {
  if (!IsReduction(op) || op.getInputs().size() < 2) return false;
  int reused = 0;
  for (size_t input = 0; input < op.getInputs().size(); ++input) {
    for (unsigned dim = 0; dim < op.getExtents().size(); ++dim) {
      if (llvm::is_contained(op.getReductions(), static_cast<int64_t>(dim)))
        continue;
      if (!UsesDim(op.getMap(input), dim)) {
        ++reused;
        break;
      }
    }
  }
  return reused >= 1;
}

bool IsIdentity(mlir::AffineMap map, unsigned rank) {
  if (map.getNumResults() != rank) return false;
  for (auto [axis, expr] : llvm::enumerate(map.getResults())) {
    auto dim = mlir::dyn_cast<mlir::AffineDimExpr>(expr);
    if (!dim || dim.getPosition() != axis) return false;
  }
  return true;
}

Dim Elements(llvm::ArrayRef<Dim> shape) {
  Dim result = 1;
  for (const Dim& dim : shape) result = result * dim;
  return result;
}

double Bytes(Value tensor) {
  const unsigned bits =
      mlir::getElementTypeOrSelf(tensor.getType()).getIntOrFloatBitWidth();
  return Estimate(Elements(ir::DimsOf(tensor.getType()))) * (bits + 7) / 8;
}

// Whether repeating the body costs next to nothing: at most two cheap scalar
// operations.
bool IsCheap(ir::ComputeOp op) {
  if (IsReduction(op) || !op.getCaptures().empty()) return false;
  int cost = 0;
  for (mlir::Operation& inner : op.getBody().front().without_terminator()) {
    if (mlir::isa<arith::ConstantOp, ir::IndexOp, ir::DimOp>(inner)) continue;
    if (inner.getName().getDialectNamespace() == "math" ||
        mlir::isa<arith::DivFOp, ir::ExtractOp>(inner))
      return false;
    ++cost;
  }
  return cost <= 2;
}

class BlockFuser {
 public:
  explicit BlockFuser(mlir::Block& block) : block_(block) {}

  void Run() {
    CopyCheapProducers();
    int order = 0;
    for (auto op : block_.getOps<ir::ComputeOp>()) {
      groups_.push_back(std::make_unique<Group>());
      groups_.back()->ops.push_back(op);
      groups_.back()->stage.push_back(0);
      groups_.back()->product = IsProduct(op);
      group_of_[op] = groups_.back().get();
      order_[op] = order++;
    }
    SmallVector<ir::ComputeOp> ops(block_.getOps<ir::ComputeOp>());
    for (ir::ComputeOp op : ops) JoinEpilogue(op);
    for (ir::ComputeOp op : ops) JoinPrologue(op);
    for (ir::ComputeOp op : ops) JoinRows(op);
    for (std::unique_ptr<Group>& group : groups_) {
      if (!group->ops.empty()) Build(*group);
    }
    mlir::sortTopologically(&block_);
  }

 private:
  // A producer that is only an index, a mask or a cast is computed where it is
  // read.
  void CopyCheapProducers() {
    SmallVector<ir::ComputeOp> ops(block_.getOps<ir::ComputeOp>());
    for (ir::ComputeOp op : llvm::reverse(ops)) {
      if (!IsCheap(op) || op->hasOneUse() || op->use_empty()) continue;
      // A copy must move fewer bytes than a read of the value itself.
      double read = 0;
      for (Value input : op.getInputs()) read += Bytes(input);
      const bool small = 2 * read <= Bytes(op->getResult(0));
      if (!small) continue;
      SmallVector<mlir::OpOperand*> uses;
      for (mlir::OpOperand& use : op->getUses()) {
        auto reader = mlir::dyn_cast<ir::ComputeOp>(use.getOwner());
        const bool scalar_read =
            reader && use.getOperandNumber() < reader.getInputs().size();
        if (scalar_read && reader->getBlock() == &block_) uses.push_back(&use);
      }
      if (uses.size() < 2) continue;
      for (mlir::OpOperand* use : llvm::drop_begin(uses)) {
        mlir::OpBuilder builder(use->getOwner());
        mlir::Operation* copy = builder.clone(*op);
        use->set(copy->getResult(
            mlir::cast<mlir::OpResult>(use->get()).getResultNumber()));
      }
    }
  }

  Group* GroupOf(mlir::Operation* op) const {
    auto it = group_of_.find(op);
    return it == group_of_.end() ? nullptr : it->second;
  }

  // Whether some path leads from `from` to `to` through an operation outside
  // both.
  bool HasOtherPath(Group* from, Group* to) const {
    SmallVector<mlir::Operation*> work;
    llvm::DenseSet<mlir::Operation*> seen;
    auto add_users = [&](mlir::Operation* op, bool direct) {
      for (mlir::Operation* user : op->getUsers()) {
        mlir::Operation* local = block_.findAncestorOpInBlock(*user);
        if (local == nullptr) continue;
        Group* group = GroupOf(local);
        if (group == from || (direct && group == to && group != nullptr))
          continue;
        if (seen.insert(local).second) work.push_back(local);
      }
    };
    for (ir::ComputeOp op : from->ops) add_users(op, true);
    while (!work.empty()) {
      mlir::Operation* op = work.pop_back_val();
      Group* group = GroupOf(op);
      if (group != nullptr && group == to) return true;
      if (group != nullptr) {
        for (ir::ComputeOp member : group->ops) add_users(member, false);
      } else {
        add_users(op, false);
      }
    }
    return false;
  }

  // Moves all of `from` into `to`, at stages `offset` higher.
  void Merge(Group* from, Group* to, int offset) {
    for (auto [op, stage] : llvm::zip(from->ops, from->stage)) {
      to->ops.push_back(op);
      to->stage.push_back(stage + offset);
      group_of_[op] = to;
    }
    to->product = to->product || from->product;
    SmallVector<size_t> index;
    for (size_t k = 0; k < to->ops.size(); ++k) index.push_back(k);
    llvm::sort(index, [&](size_t a, size_t b) {
      return order_.lookup(to->ops[a]) < order_.lookup(to->ops[b]);
    });
    Group sorted = *to;
    for (auto [place, k] : llvm::enumerate(index)) {
      sorted.ops[place] = to->ops[k];
      sorted.stage[place] = to->stage[k];
    }
    to->ops = sorted.ops;
    to->stage = sorted.stage;
    from->ops.clear();
    from->stage.clear();
  }

  // Whether the two would make a kernel that takes long to compile.
  static bool IsLarge(const Group* a, const Group* b) {
    return a->ops.size() + b->ops.size() > kMostMembers;
  }

  // Whether a member of `group` is read through a capture by one of `readers`
  // (a gather needs the whole tensor in memory).
  static bool CapturesFrom(const Group* readers, const Group* group) {
    return llvm::any_of(readers->ops, [&](ir::ComputeOp op) {
      return llvm::any_of(op.getCaptures(), [&](Value capture) {
        return llvm::is_contained(group->ops,
                                  capture.getDefiningOp<ir::ComputeOp>());
      });
    });
  }

  // Whether every value made in `group` that a member of `readers` reads is
  // read exactly where it was made, over all of the member's domain.
  static bool ReadsInPlace(const Group* readers, const Group* group) {
    return llvm::all_of(readers->ops, [&](ir::ComputeOp op) {
      return ReadsInPlace(op, group);
    });
  }
  static bool ReadsInPlace(ir::ComputeOp op, const Group* group) {
    for (auto [number, input] : llvm::enumerate(op.getInputs())) {
      auto producer = input.getDefiningOp<ir::ComputeOp>();
      if (!producer || !llvm::is_contained(group->ops, producer)) continue;
      if (!IsIdentity(op.getMap(number), op.getExtents().size())) return false;
      // Of a part of the value, the first elements would be in place too.
      if (ir::DimsOf(input.getType()) != op.getExtents()) return false;
    }
    return true;
  }

  void JoinEpilogue(ir::ComputeOp op) {
    if (IsReduction(op)) return;
    for (unsigned result = 0; result < op->getNumResults(); ++result) {
      if (!IsIdentity(op.getMap(op.getInputs().size() + result),
                      op.getExtents().size()))
        return;
    }
    // Products first: their accumulators are in registers anyway.
    SmallVector<Group*> producers;
    for (Value input : op.getInputs()) {
      Group* group =
          input.getDefiningOp() ? GroupOf(input.getDefiningOp()) : nullptr;
      if (group && !llvm::is_contained(producers, group))
        producers.push_back(group);
    }
    SmallVector<Group*> ordered;
    llvm::copy_if(producers, std::back_inserter(ordered),
                  [](Group* group) { return group->product; });
    llvm::copy_if(producers, std::back_inserter(ordered),
                  [](Group* group) { return !group->product; });
    for (Group* producer : ordered) {
      Group* mine = group_of_[op];
      if (producer == mine || producer->stages > 1) continue;
      const bool has_anchor = llvm::any_of(producer->ops, IsReduction);
      const bool mine_has_anchor = llvm::any_of(mine->ops, IsReduction);
      if (has_anchor && mine_has_anchor) continue;
      // A group that already has an anchor takes in element-wise producers only
      // if they are element-wise chains.
      if (mine_has_anchor && !producer->ops.empty() &&
          !AllInPlace(producer, op))
        continue;
      if (CapturesFrom(mine, producer) || !ReadsInPlace(mine, producer))
        continue;
      if (IsLarge(producer, mine) || HasOtherPath(producer, mine)) continue;
      Merge(mine, producer, 0);
    }
  }

  // Whether every member of the element-wise `group` has the domain of `op`,
  // identically mapped.
  static bool AllInPlace(const Group* group, ir::ComputeOp op) {
    return llvm::all_of(group->ops, [&](ir::ComputeOp member) {
      if (IsReduction(member) ||
          member.getExtents().size() != op.getExtents().size())
        return false;
      for (unsigned result = 0; result < member->getNumResults(); ++result) {
        if (!IsIdentity(member.getMap(member.getInputs().size() + result),
                        member.getExtents().size()))
          return false;
      }
      // Its value must not be wanted elsewhere: an epilogue evaluates it, but
      // only the stage's own outputs are stored.
      return true;
    });
  }

  // An element-wise group read once by a reduction, each element once, is
  // evaluated at the reduction's input.
  void JoinPrologue(ir::ComputeOp op) {
    Group* mine = group_of_[op];
    if (!IsReduction(op) || mine->product) return;
    for (auto [number, input] : llvm::enumerate(op.getInputs())) {
      auto producer = input.getDefiningOp<ir::ComputeOp>();
      Group* group = producer ? GroupOf(producer) : nullptr;
      if (!group || group == mine || group->stages > 1 ||
          llvm::any_of(group->ops, IsReduction))
        continue;
      // Windows that overlap read an element more than once.
      if (!(Elements(op.getExtents()) == Elements(ir::DimsOf(input.getType()))))
        continue;
      const bool only_reader =
          llvm::all_of(group->ops, [&](ir::ComputeOp member) {
            return llvm::all_of(member->getUsers(), [&](mlir::Operation* user) {
              return user == op ||
                     llvm::is_contained(group->ops,
                                        mlir::dyn_cast<ir::ComputeOp>(user));
            });
          });
      if (!only_reader || CapturesFrom(mine, group) || IsLarge(group, mine) ||
          HasOtherPath(group, mine))
        continue;
      Merge(group, mine, 0);
    }
  }

  // The number of outer dimensions that all computes of the group share as
  // their first ones; a reduction's are its leading parallel dimensions.
  static int OuterDims(ir::ComputeOp op) {
    int outer = 0;
    while (outer < static_cast<int>(op.getExtents().size()) &&
           !llvm::is_contained(op.getReductions(), int64_t{outer}))
      ++outer;
    return outer;
  }

  void JoinRows(ir::ComputeOp op) {
    Group* mine = group_of_[op];
    if (mine->product || mine->stages > 1) return;
    for (Value input : op.getInputs()) {
      auto producer = input.getDefiningOp<ir::ComputeOp>();
      Group* group = producer ? GroupOf(producer) : nullptr;
      if (!group || group == mine || group->product) continue;
      if (!llvm::any_of(group->ops, IsReduction) && !IsReduction(op)) continue;
      int shared = 1 << 20;
      auto look = [&](Group* g) {
        for (ir::ComputeOp member : g->ops)
          shared = std::min(shared, OuterDims(member));
      };
      look(group);
      look(mine);
      // A row must be something to reduce: no reduction over everything, and
      // rows inside which stages do work.
      if (shared == 0 || (group->stages > 1 && shared < group->shared))
        continue;
      if (group->stages > 1) shared = group->shared;
      if (!SameRows(group, mine, shared)) continue;
      if (CapturesFrom(mine, group) || IsLarge(group, mine) ||
          group->stages >= kMostStages || HasOtherPath(group, mine))
        continue;
      const int offset = group->stages;
      Merge(mine, group, offset);
      group->stages = offset + 1;
      group->shared = shared;
      return JoinRows(op);
    }
  }

  // Whether the first `shared` dimensions of all members are the same, and
  // values pass between them along those alone.
  static bool SameRows(const Group* a, const Group* b, int shared) {
    ir::ComputeOp first = a->ops[0];
    for (const Group* group : {a, b}) {
      for (ir::ComputeOp member : group->ops) {
        for (int dim = 0; dim < shared; ++dim) {
          if (!(member.getExtents()[dim] == first.getExtents()[dim]))
            return false;
        }
        for (auto [number, value] : llvm::enumerate(llvm::concat<Value>(
                 SmallVector<Value>(member.getInputs()),
                 SmallVector<Value>(member->getResults())))) {
          mlir::AffineMap map = member.getMap(number);
          auto producer = value.getDefiningOp<ir::ComputeOp>();
          const bool internal =
              producer && (llvm::is_contained(a->ops, producer) ||
                           llvm::is_contained(b->ops, producer));
          if (!internal) continue;
          if (static_cast<int>(map.getNumResults()) < shared) return false;
          for (int dim = 0; dim < shared; ++dim) {
            auto expr = mlir::dyn_cast<mlir::AffineDimExpr>(map.getResult(dim));
            if (!expr || static_cast<int>(expr.getPosition()) != dim)
              return false;
          }
          for (int axis = shared; axis < static_cast<int>(map.getNumResults());
               ++axis) {
            for (int dim = 0; dim < shared; ++dim) {
              if (map.getResult(axis).isFunctionOfDim(dim)) return false;
            }
          }
        }
      }
    }
    return true;
  }

  void Build(Group& group) {
    llvm::SetVector<Value> inputs;
    SmallVector<Value> results;
    auto inside = [&](mlir::Operation* op) {
      return llvm::is_contained(group.ops,
                                mlir::dyn_cast_or_null<ir::ComputeOp>(op));
    };
    llvm::DenseMap<mlir::Operation*, int> stage;
    for (auto [op, number] : llvm::zip(group.ops, group.stage))
      stage[op] = number;
    for (ir::ComputeOp op : group.ops) {
      for (Value operand : op->getOperands()) {
        if (!inside(operand.getDefiningOp())) inputs.insert(operand);
      }
      for (Value result : op->getResults()) {
        const bool leaves =
            llvm::any_of(result.getUsers(), [&](mlir::Operation* user) {
              return !inside(user) || stage.lookup(user) != stage.lookup(op);
            });
        if (leaves) results.push_back(result);
      }
    }
    mlir::OpBuilder builder(group.ops.back());
    SmallVector<mlir::Type> types;
    for (Value result : results) types.push_back(result.getType());
    SmallVector<mlir::Location> locations;
    for (ir::ComputeOp op : group.ops) locations.push_back(op.getLoc());
    auto kernel = ir::KernelOp::create(
        builder, builder.getFusedLoc(locations), types, inputs.getArrayRef(),
        int64_t{group.stages > 1 ? group.shared : 0});
    mlir::Block* body = builder.createBlock(&kernel.getBody());
    mlir::IRMapping mapping;
    for (Value input : inputs)
      mapping.map(input, body->addArgument(input.getType(), input.getLoc()));
    builder.setInsertionPointToStart(body);
    for (ir::ComputeOp op : group.ops) {
      mlir::Operation* copy = builder.clone(*op, mapping);
      if (group.stages > 1)
        ir::SetStage(mlir::cast<ir::ComputeOp>(copy), stage[op]);
    }
    SmallVector<Value> yielded;
    for (Value result : results) yielded.push_back(mapping.lookup(result));
    ir::YieldOp::create(builder, kernel.getLoc(), yielded);
    for (auto [result, replacement] : llvm::zip(results, kernel.getResults()))
      result.replaceAllUsesWith(replacement);
    for (ir::ComputeOp op : llvm::reverse(group.ops)) op.erase();
  }

  mlir::Block& block_;
  SmallVector<std::unique_ptr<Group>> groups_;
  llvm::DenseMap<mlir::Operation*, Group*> group_of_;
  llvm::DenseMap<mlir::Operation*, int> order_;
};

class FusePass
    : public mlir::PassWrapper<FusePass, mlir::OperationPass<mlir::ModuleOp>> {
 public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(FusePass)
  llvm::StringRef getArgument() const override { return "fuse"; }
  llvm::StringRef getDescription() const override {
    return "group computes into kernels";
  }
  void runOnOperation() override {
    SmallVector<mlir::Block*> blocks;
    getOperation().walk([&](mlir::Block* block) {
      if (!mlir::isa<ir::ComputeOp, mlir::ModuleOp>(block->getParentOp()))
        blocks.push_back(block);
    });
    for (mlir::Block* block : blocks) BlockFuser(*block).Run();
  }
};

}  // namespace

std::unique_ptr<mlir::Pass> CreateFusePass() {
  return std::make_unique<FusePass>();
}

}  // namespace keratin

#include "passes/codegen/tile_emitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/codegen/body_evaluator.h"
#include "passes/codegen/combiner.h"
#include "passes/codegen/lanes.h"

namespace keratin {
namespace {

using llvm::SmallVector;
using mlir::Location;
using mlir::Value;
using mlir::ValueRange;
namespace arith = mlir::arith;
namespace scf = mlir::scf;

// Reductions of at most this many steps are written out instead of looped.
constexpr int64_t kUnrolledReduction = 16;

class StageEmitter {
 public:
  StageEmitter(mlir::OpBuilder& builder, const Stage& stage,
               const Schedule& schedule, KernelScope& scope)
      : builder_(builder),
        stage_(stage),
        schedule_(schedule),
        scope_(scope),
        evaluator_(builder, stage, schedule, scope),
        loc_(stage.outputs.empty() ? builder.getUnknownLoc()
                                   : stage.outputs[0].node->op.getLoc()) {
    place_.iteration.assign(stage.NumLoops(), Value());
  }

  mlir::LogicalResult Run(llvm::ArrayRef<Value> begin) {
    low_.resize(stage_.NumLoops());
    high_.resize(stage_.NumLoops());
    extent_.resize(stage_.NumLoops());
    for (int loop = 0; loop < stage_.NumLoops(); ++loop) {
      low_[loop] = Constant(0);
      high_[loop] = Extent(loop);
      extent_[loop] = stage_.loops[loop].extent;
    }
    for (auto [number, task] : llvm::enumerate(schedule_.tasks)) {
      low_[task.loop] = begin[number];
      const Dim& extent = stage_.loops[task.loop].extent;
      if (task.block == Dim(1)) {
        high_[task.loop] = Add(begin[number], Constant(1));
        extent_[task.loop] = 1;
        continue;
      }
      Value end = Add(begin[number], scope_.index.Of(loc_, task.block));
      // Whole blocks only: the size of every block is known.
      const bool whole =
          extent.IsConstant() && task.block.IsConstant() &&
          extent.AsConstant().value() % task.block.AsConstant().value() == 0;
      high_[task.loop] =
          whole ? end : scope_.index.Min(loc_, end, Extent(task.loop));
      extent_[task.loop] = whole ? task.block : Dim::Symbol("<block>");
    }
    for (int loop = 0; loop < stage_.NumLoops(); ++loop) {
      if (!stage_.loops[loop].reduction && loop != schedule_.lane &&
          loop != schedule_.row)
        outer_.push_back(loop);
    }
    return Outer(0);
  }

 private:
  Value Constant(int64_t value) { return scope_.index.Constant(value); }
  Value Add(Value a, Value b) { return scope_.index.Add(loc_, a, b); }
  Value Sub(Value a, Value b) { return scope_.index.Sub(loc_, a, b); }
  Value Extent(int loop) {
    return scope_.index.Of(loc_, stage_.loops[loop].extent);
  }

  // for (i = low; i < high; i += step) body(i)
  mlir::LogicalResult For(Value low, Value high, int64_t step,
                          llvm::function_ref<mlir::LogicalResult(Value)> body) {
    auto loop = scf::ForOp::create(builder_, loc_, low, high, Constant(step));
    mlir::OpBuilder::InsertionGuard guard(builder_);
    builder_.setInsertionPointToStart(loop.getBody());
    return body(loop.getInductionVar());
  }

  mlir::LogicalResult Outer(size_t depth) {
    if (depth == outer_.size()) return Lanes();
    const int loop = outer_[depth];
    if (extent_[loop] == Dim(1)) {
      place_.iteration[loop] = low_[loop];
      return Outer(depth + 1);
    }
    return For(low_[loop], high_[loop], 1, [&](Value i) {
      place_.iteration[loop] = i;
      return Outer(depth + 1);
    });
  }

  // Walks the lane loop in blocks of whole tiles, then the rest.
  mlir::LogicalResult Lanes() {
    const int lane = schedule_.lane;
    if (lane < 0 || schedule_.horizontal) return Rows(1, Value());
    const int64_t lanes = schedule_.lanes;
    const int64_t columns = lanes * schedule_.vectors;
    const Dim& extent = extent_[lane];
    if (extent.IsConstant()) {
      const int64_t whole = extent.AsConstant().value() / columns * columns;
      const int64_t rest = extent.AsConstant().value() - whole;
      if (whole == columns) {
        place_.iteration[lane] = low_[lane];
        if (failed(Rows(schedule_.vectors, Value()))) return mlir::failure();
      } else if (whole > 0) {
        Value end = Add(low_[lane], Constant(whole));
        if (failed(For(low_[lane], end, columns, [&](Value i) {
              place_.iteration[lane] = i;
              return Rows(schedule_.vectors, Value());
            }))) {
          return mlir::failure();
        }
      }
      if (rest == 0) return mlir::success();
      place_.iteration[lane] =
          whole == 0 ? low_[lane] : Value(Add(low_[lane], Constant(whole)));
      const int vectors = static_cast<int>((rest + lanes - 1) / lanes);
      Value mask;
      if (rest % lanes != 0) {
        mask = FirstLanes(builder_, loc_, lanes, rest % lanes);
      }
      return Rows(vectors, mask);
    }
    // Unknown or uneven: whole tiles, then single vectors, the last one masked.
    Value size = Sub(high_[lane], low_[lane]);
    Value rest = scope_.index.Remainder(loc_, size, columns);
    Value end = Sub(high_[lane], rest);
    if (failed(For(low_[lane], end, columns, [&](Value i) {
          place_.iteration[lane] = i;
          return Rows(schedule_.vectors, Value());
        }))) {
      return mlir::failure();
    }
    if (IsPanelled()) {
      // A panel is not cut: the rest of it is one masked tile of all its
      // vectors.
      return Partial(end, rest);
    }
    return For(end, high_[lane], lanes, [&](Value i) {
      place_.iteration[lane] = i;
      Value left = Sub(high_[lane], i);
      Value mask = FirstLanes(builder_, loc_, lanes, left);
      return Rows(1, mask);
    });
  }

  bool IsPanelled() const {
    return llvm::any_of(stage_.leaves, [&](const Access& a) {
      return a.panel != 0 && a.panel_loop == schedule_.lane;
    });
  }

  // The last panel of a block whose size is known only to be at most one panel
  // more: panels have static ends, since pack needs a constant number of
  // columns.
  mlir::LogicalResult Partial(Value begin, Value rest) {
    const int64_t extent =
        stage_.loops[schedule_.lane].extent.AsConstant().value();
    const int64_t lanes = schedule_.lanes;
    const int64_t tail = extent % (lanes * schedule_.vectors);
    if (tail == 0) return mlir::success();
    Value some = arith::CmpIOp::create(builder_, loc_, arith::CmpIPredicate::ne,
                                       rest, Constant(0));
    auto when = scf::IfOp::create(builder_, loc_, some, false);
    mlir::OpBuilder::InsertionGuard guard(builder_);
    builder_.setInsertionPointToStart(when.thenBlock());
    place_.iteration[schedule_.lane] = begin;
    Value mask;
    if (tail % lanes != 0) {
      mask = FirstLanes(builder_, loc_, lanes, tail % lanes);
    }
    return Rows(static_cast<int>((tail + lanes - 1) / lanes), mask);
  }

  mlir::LogicalResult Rows(int vectors, Value tail) {
    const int row = schedule_.row;
    if (row < 0) return Tile(1, vectors, tail);
    Value low = low_[row];
    const Dim& extent = extent_[row];
    // Tiles of all rows, then smaller ones for what is left.
    int rows = schedule_.rows;
    if (extent.IsConstant()) {
      int64_t done = 0;
      const int64_t total = extent.AsConstant().value();
      const int64_t whole = total / rows * rows;
      if (whole == rows) {
        place_.iteration[row] = low;
        if (failed(Tile(rows, vectors, tail))) return mlir::failure();
      } else if (whole > 0) {
        Value end = Add(low, Constant(whole));
        if (failed(RowLoop(low, end, rows, vectors, tail)))
          return mlir::failure();
      }
      done = whole;
      if (done == total) return mlir::success();
      place_.iteration[row] = done == 0 ? low : Value(Add(low, Constant(done)));
      return Tile(static_cast<int>(total - done), vectors, tail);
    }
    for (; rows >= 1; rows = rows > 4 ? 4 : rows > 1 ? 1 : 0) {
      Value left = Sub(high_[row], low);
      Value rest = scope_.index.Remainder(loc_, left, rows);
      Value end = Sub(high_[row], rest);
      if (failed(RowLoop(low, end, rows, vectors, tail)))
        return mlir::failure();
      low = end;
    }
    return mlir::success();
  }

  mlir::LogicalResult RowLoop(Value low, Value high, int rows, int vectors,
                              Value tail) {
    return For(low, high, rows, [&](Value i) {
      place_.iteration[schedule_.row] = i;
      return Tile(rows, vectors, tail);
    });
  }

  mlir::LogicalResult Tile(int rows, int vectors, Value tail) {
    if (stage_.anchor == nullptr) {
      evaluator_.BeginTile(&place_, vectors - 1, tail);
      return StoreOutputs(rows, vectors, {});
    }
    for (int loop = 0; loop < stage_.NumLoops(); ++loop) {
      if (stage_.loops[loop].reduction) place_.iteration[loop] = Value();
    }
    const int results = stage_.anchor->op->getNumResults();
    if (schedule_.horizontal) vectors = schedule_.vectors;
    const bool vectorized = schedule_.lane >= 0;
    // Accumulators in order of result, row, vector.
    SmallVector<Value> accumulators;
    for (int result = 0; result < results; ++result) {
      Combiner combiner = Combiner::Of(stage_.anchor->op, result);
      mlir::Type element = combiner.element;
      mlir::Type type =
          vectorized
              ? mlir::Type(mlir::VectorType::get({schedule_.lanes}, element))
              : element;
      Value identity = combiner.Identity(builder_, loc_, type);
      accumulators.append(rows * vectors, identity);
    }
    auto reduced = Reduce(0, rows, vectors, tail, accumulators);
    if (failed(reduced)) return mlir::failure();
    for (int loop = 0; loop < stage_.NumLoops(); ++loop) {
      if (stage_.loops[loop].reduction) place_.iteration[loop] = Value();
    }

    SmallVector<SmallVector<LaneValue>> values(results);
    int columns = schedule_.horizontal ? 1 : vectors;
    for (int result = 0; result < results; ++result) {
      Combiner combiner = Combiner::Of(stage_.anchor->op, result);
      for (int row = 0; row < rows; ++row) {
        llvm::ArrayRef<Value> line = llvm::ArrayRef<Value>(*reduced).slice(
            (result * rows + row) * vectors, vectors);
        if (schedule_.horizontal) {
          LaneValue value;
          value.value = combiner.AcrossLanes(builder_, loc_, line);
          values[result].push_back(value);
          continue;
        }
        for (Value accumulator : line) {
          LaneValue value;
          value.value = accumulator;
          value.kind = vectorized ? LaneValue::kVector : LaneValue::kScalar;
          values[result].push_back(value);
        }
      }
    }
    evaluator_.BeginTile(&place_, schedule_.horizontal ? -1 : vectors - 1,
                         schedule_.horizontal ? Value() : tail);
    evaluator_.SetAccumulators(values, columns);
    return StoreOutputs(rows, columns, values);
  }

  mlir::LogicalResult StoreOutputs(
      int rows, int vectors,
      llvm::ArrayRef<SmallVector<LaneValue>> accumulators) {
    for (int row = 0; row < rows; ++row) {
      for (int vector = 0; vector < vectors; ++vector) {
        for (const Output& output : stage_.outputs) {
          mlir::FailureOr<LaneValue> value = mlir::failure();
          if (output.node == stage_.anchor) {
            value = accumulators[output.result][row * vectors + vector];
          } else {
            value =
                evaluator_.Evaluate(output.node, output.result, row, vector);
          }
          if (failed(value)) return mlir::failure();
          evaluator_.Store(output, *value, row, vector);
        }
      }
    }
    return mlir::success();
  }

  // Runs the reduction loops from `depth` inwards and returns the accumulators
  // after them.
  mlir::FailureOr<SmallVector<Value>> Reduce(size_t depth, int rows,
                                             int vectors, Value tail,
                                             SmallVector<Value> accumulators) {
    if (depth == schedule_.reductions.size()) {
      return schedule_.horizontal ? ReduceLanes(rows, accumulators)
                                  : Step(rows, vectors, tail, accumulators);
    }
    const int loop = schedule_.reductions[depth];
    const Dim& extent = stage_.loops[loop].extent;
    int64_t remaining = 1;
    for (size_t inner = depth; inner < schedule_.reductions.size(); ++inner) {
      const Dim& e = stage_.loops[schedule_.reductions[inner]].extent;
      remaining = e.IsConstant() && remaining < 1000
                      ? remaining * e.AsConstant().value()
                      : 1000;
    }
    if (remaining <= kUnrolledReduction && !schedule_.horizontal) {
      for (int64_t i = 0; i < extent.AsConstant().value(); ++i) {
        place_.iteration[loop] = Constant(i);
        auto next = Reduce(depth + 1, rows, vectors, tail, accumulators);
        if (failed(next)) return mlir::failure();
        accumulators = *next;
      }
      return accumulators;
    }
    return ForWith(Constant(0), Extent(loop), 1, accumulators,
                   [&](Value i, SmallVector<Value> inner) {
                     place_.iteration[loop] = i;
                     return Reduce(depth + 1, rows, vectors, tail,
                                   std::move(inner));
                   });
  }

  mlir::FailureOr<SmallVector<Value>> ForWith(
      Value low, Value high, int64_t step, SmallVector<Value> carried,
      llvm::function_ref<
          mlir::FailureOr<SmallVector<Value>>(Value, SmallVector<Value>)>
          body) {
    auto loop =
        scf::ForOp::create(builder_, loc_, low, high, Constant(step), carried);
    mlir::OpBuilder::InsertionGuard guard(builder_);
    builder_.setInsertionPointToStart(loop.getBody());
    auto next = body(loop.getInductionVar(),
                     SmallVector<Value>(loop.getRegionIterArgs()));
    if (failed(next)) return mlir::failure();
    scf::YieldOp::create(builder_, loc_, *next);
    return SmallVector<Value>(loop.getResults());
  }

  // The horizontal reduction: whole tiles of vectors, then single ones, the
  // last one masked.
  mlir::FailureOr<SmallVector<Value>> ReduceLanes(
      int rows, SmallVector<Value> accumulators) {
    const int lane = schedule_.lane;
    const int64_t lanes = schedule_.lanes;
    const int vectors = schedule_.vectors;
    const int64_t columns = lanes * vectors;
    const Dim& extent = stage_.loops[lane].extent;
    Value high = Extent(lane);
    Value whole;
    if (extent.IsConstant()) {
      whole = Constant(extent.AsConstant().value() / columns * columns);
    } else {
      whole = Sub(high, scope_.index.Remainder(loc_, high, columns));
    }
    auto result =
        ForWith(Constant(0), whole, columns, accumulators,
                [&](Value i, SmallVector<Value> inner) {
                  place_.iteration[lane] = i;
                  return Step(rows, vectors, Value(), std::move(inner));
                });
    if (failed(result)) return mlir::failure();
    if (extent.IsConstant() && extent.AsConstant().value() % columns == 0)
      return result;
    // What is left goes into the first vector's accumulators.
    return ForWith(
        whole, high, lanes, *result,
        [&](Value i,
            SmallVector<Value> inner) -> mlir::FailureOr<SmallVector<Value>> {
          place_.iteration[lane] = i;
          Value left = Sub(high, i);
          Value mask = FirstLanes(builder_, loc_, lanes, left);
          SmallVector<Value> first;
          for (size_t k = 0; k < inner.size(); k += vectors)
            first.push_back(inner[k]);
          auto next = Step(rows, 1, mask, first);
          if (failed(next)) return mlir::failure();
          for (size_t k = 0; k < next->size(); ++k)
            inner[k * vectors] = (*next)[k];
          return inner;
        });
  }

  // Combines one step of the reduction into the accumulators.
  mlir::FailureOr<SmallVector<Value>> Step(int rows, int vectors, Value tail,
                                           SmallVector<Value> accumulators) {
    evaluator_.BeginTile(&place_, vectors - 1, tail);
    const int results = stage_.anchor->op->getNumResults();
    const bool vectorized = schedule_.lane >= 0;
    for (int result = 0; result < results; ++result) {
      Combiner combiner = Combiner::Of(stage_.anchor->op, result);
      auto factors = combiner.Factors(stage_.anchor->op, result);
      for (int row = 0; row < rows; ++row) {
        for (int vector = 0; vector < vectors; ++vector) {
          Value& accumulator =
              accumulators[(result * rows + row) * vectors + vector];
          Value mask =
              schedule_.horizontal ? evaluator_.TailMask(vector) : Value();
          if (factors) {
            auto a = evaluator_.EvaluateBody(stage_.anchor, factors->first, row,
                                             vector);
            auto b = evaluator_.EvaluateBody(stage_.anchor, factors->second,
                                             row, vector);
            if (failed(a) || failed(b)) return mlir::failure();
            accumulator = combiner.MultiplyAdd(
                builder_, loc_,
                vectorized ? evaluator_.ToVector(*a, loc_) : a->value,
                vectorized ? evaluator_.ToVector(*b, loc_) : b->value,
                accumulator, mask);
            continue;
          }
          auto value = evaluator_.Evaluate(stage_.anchor, result, row, vector);
          if (failed(value)) return mlir::failure();
          Value next =
              vectorized ? evaluator_.ToVector(*value, loc_) : value->value;
          if (mask) {
            next = arith::SelectOp::create(
                builder_, loc_, mask, next,
                combiner.Identity(builder_, loc_, next.getType()));
          }
          accumulator = combiner.Combine(builder_, loc_, accumulator, next);
        }
      }
    }
    return accumulators;
  }

  mlir::OpBuilder& builder_;
  const Stage& stage_;
  const Schedule& schedule_;
  KernelScope& scope_;
  BodyEvaluator evaluator_;
  Location loc_;
  TilePlace place_;
  SmallVector<Value> low_, high_;
  SmallVector<Dim> extent_;  // of the part of each loop that this task covers
  SmallVector<int> outer_;
};

}  // namespace

mlir::Type StorageType(mlir::Type element) {
  if (element.isInteger(1))
    return mlir::IntegerType::get(element.getContext(), 8);
  if (auto integer = mlir::dyn_cast<mlir::IntegerType>(element)) {
    return mlir::IntegerType::get(element.getContext(), integer.getWidth());
  }
  return element;
}

mlir::LogicalResult EmitStage(mlir::OpBuilder& builder, const Stage& stage,
                              const Schedule& schedule, KernelScope& scope,
                              llvm::ArrayRef<Value> begin) {
  return StageEmitter(builder, stage, schedule, scope).Run(begin);
}

}  // namespace keratin

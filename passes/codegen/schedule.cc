#include "passes/codegen/schedule.h"

#include <algorithm>
#include <cmath>

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeUtilities.h"

namespace keratin {
namespace {

// Scalar operations worth a task of their own.
constexpr double kTaskWork = 8192;
constexpr int kTransposedRows = 8;

// The widest arithmetic that matters for the lane count: 64 when a 64-bit float
// takes part, else 32.
int LaneBits(const Stage& stage) {
  int bits = 32;
  auto look = [&](const Access& access) {
    if (mlir::getElementTypeOrSelf(access.tensor.getType()).isF64()) bits = 64;
  };
  for (const Access& leaf : stage.leaves) look(leaf);
  for (const Output& output : stage.outputs) look(output.access);
  return bits;
}

bool IsOne(const Dim& dim) { return dim == Dim(1); }
bool IsZero(const Dim& dim) { return dim == Dim(0); }

// Rows that divide `extent` evenly with at most `limit` in a tile: 14 rows are
// two tiles of 7, not 8 and 6.
int BalancedRows(const Dim& extent, int limit) {
  if (!extent.IsConstant()) return limit;
  const int64_t n = extent.AsConstant().value();
  if (n <= 0) return 1;
  const int64_t tiles = (n + limit - 1) / limit;
  return static_cast<int>((n + tiles - 1) / tiles);
}

// Accumulators of a product with `rows` rows in a tile.
int VectorsForRows(int rows, const Target& target) {
  if (rows >= target.tile_rows - 2) return target.tile_vectors;
  const int accumulators = target.tile_rows * target.tile_vectors;
  return std::clamp(accumulators / std::max(rows, 2), target.tile_vectors, 8);
}

// Results without elements: their strides are 0, so no loop runs along lanes.
bool IsEmpty(const Stage& stage) {
  return llvm::any_of(stage.loops, [](const Loop& loop) {
    return !loop.reduction && IsZero(loop.extent);
  });
}

void ChooseLane(const Stage& stage, Schedule& schedule) {
  if (IsEmpty(stage)) return;
  // What is packed can be read along its panels alone.
  for (const Access& leaf : stage.leaves) {
    if (leaf.panel == 0) continue;
    schedule.lane = leaf.panel_loop;
    return;
  }
  double best = 0;
  for (int loop = stage.shared; loop < stage.NumLoops(); ++loop) {
    double score = 1;
    const double extent = Estimate(stage.loops[loop].extent);
    if (extent <= 1) continue;
    for (const Access& leaf : stage.leaves) {
      if (IsOne(leaf.strides[loop])) {
        score += 2;
      } else if (!IsZero(leaf.strides[loop])) {
        score -= 1.5;
      } else {
        score += 0.5;
      }
    }
    if (!stage.loops[loop].reduction) {
      for (const Output& output : stage.outputs) {
        score += IsOne(output.access.strides[loop])    ? 3
                 : IsZero(output.access.strides[loop]) ? 0
                                                       : -3;
      }
    }
    // A lane loop shorter than a vector leaves lanes idle.
    const double filled =
        extent / (std::ceil(extent / schedule.lanes) * schedule.lanes);
    score = (score <= 0 ? 0.01 : score) * (0.15 + filled);
    if (stage.loops[loop].reduction) score *= 0.9;
    if (score > best) {
      best = score;
      schedule.lane = loop;
    }
  }
  schedule.horizontal =
      schedule.lane >= 0 && stage.loops[schedule.lane].reduction;
}

// The loop that an input read across the lanes lies along: in tiles with rows
// along it, every cache line that is touched is used whole. -1: none.
int TransposedLoop(const Stage& stage, int lane) {
  if (lane < 0) return -1;
  for (const Access& leaf : stage.leaves) {
    if (IsZero(leaf.strides[lane]) || IsOne(leaf.strides[lane])) continue;
    for (int loop = stage.shared; loop < stage.NumLoops(); ++loop) {
      if (loop != lane && !stage.loops[loop].reduction &&
          IsOne(leaf.strides[loop]) && Estimate(stage.loops[loop].extent) > 1)
        return loop;
    }
  }
  return -1;
}

void ChooseTile(const Stage& stage, const Target& target, Schedule& schedule) {
  const int lane = schedule.lane;
  const double lane_extent = lane >= 0 ? Estimate(stage.loops[lane].extent) : 1;
  const int lane_vectors =
      static_cast<int>(std::min(64.0, std::ceil(lane_extent / schedule.lanes)));
  if (stage.anchor == nullptr) {
    schedule.row = TransposedLoop(stage, lane);
    if (schedule.row >= 0) {
      schedule.rows =
          BalancedRows(stage.loops[schedule.row].extent, kTransposedRows);
    }
    schedule.vectors = std::clamp(lane_vectors, 1, schedule.row < 0 ? 4 : 1);
    return;
  }
  if (schedule.horizontal) {
    schedule.vectors = std::clamp(lane_vectors, 1, 4);
    return;
  }
  // Rows: the parallel loop along which some input that fills lanes is used
  // again.
  auto leaves = stage.AnchorLeaves();
  bool broadcast_input = false;
  for (int loop = stage.NumLoops() - 1; loop >= stage.shared; --loop) {
    if (loop == lane || stage.loops[loop].reduction) continue;
    const bool reuses = llvm::any_of(leaves, [&](const Access* a) {
      return !a->UsesLoop(loop) && (lane < 0 || a->UsesLoop(lane));
    });
    const bool varies = llvm::any_of(
        leaves, [&](const Access* a) { return a->UsesLoop(loop); });
    if (!reuses || !varies) continue;
    if (schedule.row < 0 || Estimate(stage.loops[loop].extent) >
                                4 * Estimate(stage.loops[schedule.row].extent))
      schedule.row = loop;
  }
  int64_t panel = 0;
  for (const Access* leaf : leaves) {
    if (lane >= 0 && !leaf->UsesLoop(lane)) broadcast_input = true;
    if (leaf->panel != 0 && leaf->panel_loop == lane) panel = leaf->panel;
  }
  const bool product = broadcast_input && leaves.size() >= 2;
  if (schedule.row < 0 && !product) {
    // Pooling and column sums: a few rows side by side hide the latency of the
    // combiner.
    for (int loop = stage.NumLoops() - 1; loop >= stage.shared; --loop) {
      if (loop != lane && !stage.loops[loop].reduction) {
        schedule.row = loop;
        break;
      }
    }
  }
  const int row_limit = product ? target.tile_rows : 4;
  if (schedule.row >= 0)
    schedule.rows = BalancedRows(stage.loops[schedule.row].extent, row_limit);
  if (schedule.rows == 1) schedule.row = -1;
  if (panel != 0) {
    schedule.vectors = static_cast<int>(panel / schedule.lanes);
    while (schedule.rows * schedule.vectors >
               target.tile_rows * target.tile_vectors + 8 &&
           schedule.rows > 1)
      --schedule.rows;
  } else if (product) {
    schedule.vectors =
        std::clamp(lane_vectors, 1, VectorsForRows(schedule.rows, target));
  } else {
    schedule.vectors =
        std::clamp(lane_vectors, 1, 8 / std::max(schedule.rows, 2));
  }
}

// Splits the work into tasks: shared loops one iteration each; then loops from
// the outside in, as long as what is left inside is worth a task.
void ChooseTasks(const Stage& stage, const Target& target, Schedule& schedule) {
  schedule.work = 1;
  for (const Loop& loop : stage.loops) schedule.work *= Estimate(loop.extent);
  double inside = schedule.work;
  for (int loop = 0; loop < stage.shared; ++loop) {
    schedule.tasks.push_back({loop, 1});
    inside /= std::max(1.0, Estimate(stage.loops[loop].extent));
  }
  if (stage.shared > 0) return;

  const int64_t tile_columns = int64_t{schedule.lanes} * schedule.vectors;
  auto add = [&](int loop, Dim block) {
    const double blocks =
        std::ceil(Estimate(stage.loops[loop].extent) / Estimate(block));
    if (blocks <= 1 || inside < 2 * kTaskWork) return;
    if (inside / blocks < kTaskWork && stage.loops[loop].extent.IsConstant() &&
        block.IsConstant()) {
      // Blocks are too small alone: take several in one task.
      const double want = std::ceil(kTaskWork / (inside / blocks));
      block = block * Dim(static_cast<int64_t>(want));
    }
    const double tasks =
        std::ceil(Estimate(stage.loops[loop].extent) / Estimate(block));
    if (tasks <= 1) return;
    inside /= tasks;
    schedule.tasks.push_back({loop, block});
  };
  if (stage.anchor == nullptr || schedule.horizontal || schedule.lane < 0) {
    for (int loop = 0; loop < stage.NumLoops(); ++loop) {
      if (stage.loops[loop].reduction || loop == schedule.row) continue;
      add(loop, loop == schedule.lane ? Dim(tile_columns) : Dim(1));
    }
    if (schedule.row >= 0) add(schedule.row, Dim(int64_t{8} * schedule.rows));
  } else {
    // Loops that the panel operand (the inputs along lanes) varies with come
    // first, then blocks of rows, then panels, then the rest: a panel is used
    // for everything inside before the next one is fetched.
    auto leaves = stage.AnchorLeaves();
    auto on_panel = [&](int loop) {
      return llvm::any_of(leaves, [&](const Access* a) {
        return a->UsesLoop(schedule.lane) && a->UsesLoop(loop);
      });
    };
    for (int loop = 0; loop < stage.NumLoops(); ++loop) {
      if (!stage.loops[loop].reduction && loop != schedule.lane &&
          loop != schedule.row && on_panel(loop))
        add(loop, 1);
    }
    if (schedule.row >= 0) {
      double depth = 1;
      for (const Loop& loop : stage.loops)
        depth *= loop.reduction ? Estimate(loop.extent) : 1;
      const double rows_in_cache =
          static_cast<double>(target.l2_bytes) / 2 / (4 * depth);
      const int64_t block =
          std::clamp<int64_t>(static_cast<int64_t>(rows_in_cache), 64, 256) /
          schedule.rows * schedule.rows;
      if (Estimate(stage.loops[schedule.row].extent) >
          1.5 * static_cast<double>(block))
        add(schedule.row, Dim(block));
    }
    add(schedule.lane, Dim(tile_columns));
    for (int loop = 0; loop < stage.NumLoops(); ++loop) {
      if (!stage.loops[loop].reduction && loop != schedule.lane &&
          loop != schedule.row && !on_panel(loop))
        add(loop, 1);
    }
  }
}

}  // namespace

double Estimate(const Dim& dim) {
  if (dim.IsConstant()) return static_cast<double>(dim.AsConstant().value());
  DimBindings values;
  for (const std::string& symbol : dim.Symbols()) values[symbol] = 16;
  auto value = dim.Evaluate(values);
  return value.ok() ? std::max<double>(1, static_cast<double>(*value)) : 16;
}

int64_t PanelWidth(const Dim& rows, const Dim& columns, int element_bits,
                   const Target& target) {
  const int lanes = target.Lanes(std::max(element_bits, 32));
  const int tile_rows = BalancedRows(rows, target.tile_rows);
  int64_t vectors = VectorsForRows(tile_rows, target);
  if (columns.IsConstant())
    vectors = std::clamp<int64_t>(
        (columns.AsConstant().value() + lanes - 1) / lanes, 1, vectors);
  return vectors * lanes;
}

Schedule MakeSchedule(const Stage& stage, const Target& target) {
  Schedule schedule;
  schedule.lanes = target.Lanes(LaneBits(stage));
  ChooseLane(stage, schedule);
  ChooseTile(stage, target, schedule);
  for (int loop = 0; loop < stage.NumLoops(); ++loop) {
    if (stage.loops[loop].reduction && loop != schedule.lane)
      schedule.reductions.push_back(loop);
  }
  ChooseTasks(stage, target, schedule);
  return schedule;
}

}  // namespace keratin

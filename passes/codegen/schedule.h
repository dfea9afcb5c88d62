// How a stage is looped over: which loop becomes vector lanes, which rows of
// the register tile, which run as tasks.
//
// A schedule depends on shapes and the target only, never on fusion or threads,
// so that the arithmetic of an element is the same however it is reached.
//
//   matrix product          lanes along columns, rows along rows, tile_rows x
//                           tile_vectors accumulators, tasks are panels of
//                           columns
//   depthwise convolution   lanes along channels, rows along width
//   sum over the last axis  lanes along the reduced axis ("horizontal"), four
//                           vectors of partial sums
#ifndef KERATIN_PASSES_CODEGEN_SCHEDULE_H_
#define KERATIN_PASSES_CODEGEN_SCHEDULE_H_

#include "passes/codegen/stage.h"
#include "passes/codegen/target.h"

namespace keratin {

struct Task {
  int loop;
  // Iterations of the loop in one task; a Dim, so that "all of it" can be said
  // of an unknown extent.
  Dim block;
};

struct Schedule {
  int lanes = 1;  // elements in a vector
  int lane = -1;  // the loop across lanes; -1: none, everything is scalar
  bool horizontal = false;  // `lane` is a reduction
  int vectors = 1;          // vectors side by side in a tile
  int row = -1;             // the loop across the rows of a tile; -1: none
  int rows = 1;
  llvm::SmallVector<Task, 4> tasks;      // outermost first; shared loops first
  llvm::SmallVector<int, 4> reductions;  // outermost first, without `lane`
  // Estimated scalar operations of the whole stage, unknown sizes taken as 16.
  double work = 0;
};

Schedule MakeSchedule(const Stage& stage, const Target& target);

// Columns in a panel of the right operand of a product with `rows` rows and
// `columns` columns.
int64_t PanelWidth(const Dim& rows, const Dim& columns, int element_bits,
                   const Target& target);

// A number for an extent: its value, or 16 for each unknown symbol.
double Estimate(const Dim& dim);

}  // namespace keratin

#endif  // KERATIN_PASSES_CODEGEN_SCHEDULE_H_

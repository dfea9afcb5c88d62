// Patterns of simplify on computes: what is read through a move is read where
// it comes from.
//
// A move is a compute whose body yields an input: a transpose, broadcast,
// slice, or reversal, by its index map. A reader of its result reads the move's
// input instead, by the composed map. Likewise a reshape that only adds or
// drops axes of size 1, and a value that does not depend on the place (a
// splat): its body goes into the reader's.
//
//   transpose [1, 0] then x[d0, d1]   becomes   x[d1, d0]
#ifndef KERATIN_PASSES_GRAPH_COMPOSE_MAPS_H_
#define KERATIN_PASSES_GRAPH_COMPOSE_MAPS_H_

#include "ir/dialect/dialect.h"

namespace keratin {

// Reads every input and captured tensor of `op` at its origin. Returns the
// compute that stands in place of `op`, which is another one if inputs went;
// null if nothing changed.
ir::ComputeOp ReadOrigins(ir::ComputeOp op);

// A move that leaves the order of elements as it is: replaced by a reshape, or
// by its input. Returns whether it was.
bool ReplaceByView(ir::ComputeOp op);

// Folds constants in the body, and erases what is unused there. Returns whether
// anything changed.
bool FoldBody(ir::ComputeOp op);

}  // namespace keratin

#endif  // KERATIN_PASSES_GRAPH_COMPOSE_MAPS_H_

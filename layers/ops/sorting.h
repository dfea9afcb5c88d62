// Sorting of keras.ops.
//
// Invariant: ascending and stable, NaN last; costs the square of the axis in
// work.
//
// Example:
//   auto [values, indices] = TopK(logits, 5);
#ifndef KERATIN_LAYERS_OPS_SORTING_H_
#define KERATIN_LAYERS_OPS_SORTING_H_

#include <optional>

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.sort, argsort (int32).
Tensor Sort(const Operand& x, int axis = -1);
Tensor ArgSort(const Operand& x, int axis = -1);

// keras.ops.argpartition (int32): first where the kth + 1 least elements stood,
// rising, then the places of the others.
Tensor ArgPartition(const Operand& x, int64_t kth, int axis = -1);

// keras.ops.top_k: the k greatest of the last axis, falling, and where they
// stood (int32).
struct TopKResult {
  Tensor values;
  Tensor indices;
};
TopKResult TopK(const Operand& x, int64_t k);
// keras.ops.in_top_k.
Tensor InTopK(const Operand& targets, const Operand& predictions, int64_t k);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_SORTING_H_

// Elements combined by number of keras.ops: segments and scattering.
//
// Invariant: whatever has a number outside is left out. Every element is looked
// at for every place, all of it vectorized: work is the product of the sizes.
//
// Example:
//   Tensor sums = SegmentSum(x, ids, 4);      // x [n, d], ids [n]: [4, d]
#ifndef KERATIN_LAYERS_OPS_SEGMENTS_H_
#define KERATIN_LAYERS_OPS_SEGMENTS_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.segment_sum, segment_max, segment_min and their like for products,
// over the first axis. An empty segment is what the combination starts from: 0,
// 1, the least or the greatest value of the type.
Tensor SegmentSum(const Operand& data, const Operand& segment_ids,
                  int64_t num_segments);
Tensor SegmentProd(const Operand& data, const Operand& segment_ids,
                   int64_t num_segments);
Tensor SegmentMax(const Operand& data, const Operand& segment_ids,
                  int64_t num_segments);
Tensor SegmentMin(const Operand& data, const Operand& segment_ids,
                  int64_t num_segments);

// keras.ops.scatter: zeros of that shape, with the values added at the indices
// [.., k] of the first k axes; negative ones count from the end.
Tensor Scatter(const Operand& indices, const Operand& values,
               const Shape& shape);

// How an update meets what is there; kSet: the last of several stays.
enum class Update { kSet, kAdd, kMax, kMin, kMul };
// "add", "max", ..; nothing for an unknown name.
std::optional<Update> UpdateOf(absl::string_view name);
// keras.ops.scatter_update: indices [n, k], updates [n, ..].
Tensor ScatterUpdate(const Operand& inputs, const Operand& indices,
                     const Operand& updates, Update update = Update::kSet);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_SEGMENTS_H_

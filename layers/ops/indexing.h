// Parts of tensors: slicing, elements by number.
//
// Invariant: slices follow Python (negative positions count from the end,
// slices beyond the end are shortened), also where sizes are unknown. Numbers
// given by tensors follow jax.numpy: take and take_along_axis give NaN (the
// least integer) outside the axis, x[numbers] takes the nearest element.
//
// Example:
//   Tensor last = GetItem(x, {Index::All(), Index::At(-1)});  // x[:, -1]
//   Tensor even =                                             // x[..., ::2]
//       GetItem(x, {Index::Ellipsis(),
//                   Index::Range(std::nullopt, std::nullopt, 2)});
#ifndef KERATIN_LAYERS_OPS_INDEXING_H_
#define KERATIN_LAYERS_OPS_INDEXING_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// One part of what stands between the brackets of x[...].
struct Index {
  enum class Kind { kAt, kRange, kEllipsis, kNewAxis, kTensor };
  Kind kind = Kind::kRange;
  std::optional<int64_t> start, stop, step;  // kRange; kAt: start
  Tensor tensor;                             // kTensor: integers

  static Index At(int64_t position) {
    return {.kind = Kind::kAt,
            .start = position,
            .stop = {},
            .step = {},
            .tensor = {}};
  }
  static Index Range(std::optional<int64_t> start, std::optional<int64_t> stop,
                     std::optional<int64_t> step = std::nullopt) {
    return {.kind = Kind::kRange,
            .start = start,
            .stop = stop,
            .step = step,
            .tensor = {}};
  }
  static Index All() { return Index(); }
  static Index Ellipsis() {
    return {.kind = Kind::kEllipsis,
            .start = {},
            .stop = {},
            .step = {},
            .tensor = {}};
  }
  static Index NewAxis() {
    return {.kind = Kind::kNewAxis,
            .start = {},
            .stop = {},
            .step = {},
            .tensor = {}};
  }
  static Index Elements(Tensor numbers) {
    return {.kind = Kind::kTensor,
            .start = {},
            .stop = {},
            .step = {},
            .tensor = std::move(numbers)};
  }
};

// x[key]; at most one tensor of numbers in the key.
Tensor GetItem(const Operand& x, absl::Span<const Index> key);

// keras.ops.take: numbers may be negative; without an axis of the flat tensor.
Tensor Take(const Operand& x, const Operand& indices,
            std::optional<int> axis = std::nullopt);
// keras.ops.take_along_axis.
Tensor TakeAlongAxis(const Operand& x, const Operand& indices,
                     std::optional<int> axis = std::nullopt);

// keras.ops.slice: a block of `shape` from `start`, moved inside the tensor if
// need be. One start for each axis.
Tensor Slice(const Operand& x, absl::Span<const Operand> start,
             const Shape& shape);
// keras.ops.slice_update.
Tensor SliceUpdate(const Operand& x, absl::Span<const Operand> start,
                   const Operand& updates);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_INDEXING_H_

// Shapes of keras.ops: the same elements in another arrangement.
//
// Invariant: unknown sizes stay expressions in the symbols; an equality that a
// new shape needs and that is not known is recorded in the trace and checked
// when the compiled function is entered.
//
// Example:
//   Tensor y = Reshape(x, {-1, 6, 4});          // x (batch, 4, 6)
//   Tensor z = Transpose(y, {0, 2, 1});
#ifndef KERATIN_LAYERS_OPS_SHAPING_H_
#define KERATIN_LAYERS_OPS_SHAPING_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.reshape: one size may be -1, what is left.
Tensor Reshape(const Operand& x, const Shape& new_shape);
// keras.ops.ravel.
Tensor Ravel(const Operand& x);
// keras.ops.transpose; without axes, reversed.
Tensor Transpose(const Operand& x, absl::Span<const int> axes);
inline Tensor Transpose(const Operand& x, std::initializer_list<int> axes) {
  return Transpose(x, absl::MakeConstSpan(axes.begin(), axes.size()));
}
Tensor Transpose(const Operand& x);
// keras.ops.moveaxis, swapaxes.
Tensor MoveAxis(const Operand& x, absl::Span<const int> source,
                absl::Span<const int> destination);
Tensor MoveAxis(const Operand& x, int source, int destination);
Tensor SwapAxes(const Operand& x, int axis1, int axis2);
// keras.ops.expand_dims: positions count in the result.
Tensor ExpandDims(const Operand& x, const Axes& axis);
// keras.ops.squeeze; without axes, those of size literally 1.
Tensor Squeeze(const Operand& x, const Axes& axis = {});
// keras.ops.flip, roll, rot90; roll without an axis rolls the flat tensor.
Tensor Flip(const Operand& x, const Axes& axis = {});
Tensor Roll(const Operand& x, absl::Span<const int64_t> shift,
            absl::Span<const int> axis);
Tensor Rot90(const Operand& x, int k = 1, int axis1 = 0, int axis2 = 1);

// keras.ops.concatenate, stack, append (axis), hstack, vstack, dstack.
Tensor Concatenate(absl::Span<const Operand> xs, int axis = 0);
Tensor Stack(absl::Span<const Operand> xs, int axis = 0);
Tensor HStack(absl::Span<const Operand> xs);
Tensor VStack(absl::Span<const Operand> xs);
Tensor DStack(absl::Span<const Operand> xs);
// keras.ops.split into equal sections, or before each of the indices.
std::vector<Tensor> Split(const Operand& x, int64_t sections, int axis = 0);
std::vector<Tensor> SplitAt(const Operand& x, absl::Span<const int64_t> indices,
                            int axis = 0);
// keras.ops.array_split: the first sections one longer where it does not
// divide.
std::vector<Tensor> ArraySplit(const Operand& x, int64_t sections,
                               int axis = 0);
// keras.ops.unstack.
std::vector<Tensor> Unstack(const Operand& x, int axis = 0);
// keras.ops.repeat, every element or by its own count; keras.ops.tile.
Tensor Repeat(const Operand& x, absl::Span<const int64_t> repeats,
              std::optional<int> axis = std::nullopt);
Tensor Repeat(const Operand& x, int64_t repeats,
              std::optional<int> axis = std::nullopt);
Tensor Tile(const Operand& x, absl::Span<const int64_t> repeats);

// Elements [start, limit) of one axis, every `stride`-th.
Tensor SliceAxis(const Tensor& x, int axis, const Dim& start, const Dim& limit,
                 int64_t stride = 1);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_SHAPING_H_

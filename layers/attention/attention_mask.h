// The masks of attention layers: which position of the query may see which
// position of the value. True: it may.
//
// Invariant: bool, of rank 2 at least, and broadcast to [batch, T, S]: T steps
// of the query, S steps of key and value.
#ifndef KERATIN_LAYERS_ATTENTION_ATTENTION_MASK_H_
#define KERATIN_LAYERS_ATTENTION_ATTENTION_MASK_H_

#include <cstdint>
#include <optional>

#include "ir/trace/tensor.h"

namespace keratin {

// [1, T, S]: a step sees itself and those before it.
Tensor CausalMask(const Dim& query_steps, const Dim& value_steps);
// [1, T, S]: a step sees those less than `window` steps away.
Tensor SlidingWindowMask(const Dim& query_steps, const Dim& value_steps,
                         int64_t window);

// What a call knows; a tensor that is not ok(), 0 or false: nothing.
struct AttentionMaskParts {
  Tensor query;      // [batch, T]
  Tensor value;      // [batch, S]
  Tensor key;        // [batch, S]
  Tensor attention;  // [batch, T, S], or what broadcasts to it
  bool causal = false;
  std::optional<int64_t> sliding_window;
  Dim query_steps, value_steps;
};
// All of them at once; not ok() if there are none.
Tensor MergeAttentionMasks(const AttentionMaskParts& parts);

// The mask with axes of size 1 (of heads, and of other batch axes) before the
// last `attention_axes` * 2 axes, until it has that rank.
Tensor WithHeadAxes(Tensor mask, int rank, int attention_axes);

}  // namespace keratin

#endif  // KERATIN_LAYERS_ATTENTION_ATTENTION_MASK_H_

// Attention of keras.ops.
//
// Invariant: scores, masks and softmax are in float32 (as jax.nn's), the result
// in the operands' common type.
//
// Example:
//   Tensor y = DotProductAttention(query, key, value, {.is_causal = true});
#ifndef KERATIN_LAYERS_OPS_ATTENTION_H_
#define KERATIN_LAYERS_OPS_ATTENTION_H_

#include <optional>

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

struct AttentionOptions {
  std::optional<Operand> bias = std::nullopt;  // added to scores, broadcasts
  std::optional<Operand> mask = std::nullopt;  // true: attend, broadcasts
  std::optional<double> scale = std::nullopt;  // default: 1 / sqrt(depth)
  bool is_causal = false;
};

// keras.ops.dot_product_attention. query [batch, time, heads, depth], key and
// value [batch, source, key heads, depth]; heads is a multiple of key heads
// (grouped queries). bias and mask broadcast to [batch, heads, time, source].
Tensor DotProductAttention(const Operand& query, const Operand& key,
                           const Operand& value,
                           const AttentionOptions& options = {});

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_ATTENTION_H_

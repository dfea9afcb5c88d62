#include "layers/attention/attention_mask.h"

#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/shaping.h"

namespace keratin {

Tensor CausalMask(const Dim& query_steps, const Dim& value_steps) {
  return ops::ExpandDims(ops::Tri(query_steps, value_steps, 0, DType::kBool),
                         0);
}

Tensor SlidingWindowMask(const Dim& query_steps, const Dim& value_steps,
                         int64_t window) {
  Tensor row = ops::ExpandDims(ops::ArangeSize(query_steps), {0, 2});
  Tensor column = ops::ExpandDims(ops::ArangeSize(value_steps), {0, 1});
  return ops::Less(ops::Abs(row - column), window);
}

Tensor MergeAttentionMasks(const AttentionMaskParts& parts) {
  Tensor merged;
  const auto merge = [&](const Tensor& mask) {
    merged = merged.ok() ? ops::LogicalAnd(merged, mask) : mask;
  };
  const auto steps = [](const Tensor& mask, int axis) {
    return ops::ExpandDims(ops::Cast(mask, DType::kBool), axis);
  };
  if (parts.attention.ok()) merge(ops::Cast(parts.attention, DType::kBool));
  if (parts.query.ok()) merge(steps(parts.query, -1));
  if (parts.value.ok()) merge(steps(parts.value, -2));
  if (parts.key.ok()) merge(steps(parts.key, -2));
  if (parts.causal) merge(CausalMask(parts.query_steps, parts.value_steps));
  if (parts.sliding_window.has_value()) {
    merge(SlidingWindowMask(parts.query_steps, parts.value_steps,
                            *parts.sliding_window));
  }
  return merged;
}

Tensor WithHeadAxes(Tensor mask, int rank, int attention_axes) {
  while (mask.ok() && mask.rank() < rank)
    mask = ops::ExpandDims(mask, -2 * attention_axes - 1);
  return mask;
}

}  // namespace keratin

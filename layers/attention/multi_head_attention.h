// MultiHeadAttention: attention in several heads between projections.
// Keras: keras.layers.MultiHeadAttention.
//
// query [batch, T, features], value and key [batch, S, ..] → [batch, T,
// features], and with return_attention_scores [batch, heads, T, S] too. More
// axes between batch and features are batch axes, or attended over together
// (attention_axes).
//
// Call arguments: query, value, key (the value by default), query_mask,
// value_mask, key_mask, attention_mask, return_attention_scores, training,
// use_causal_mask.
//
//   MultiHeadAttention attend({.num_heads = 8, .key_dim = 64});
//   Value y = attend(Arguments{{x, x}, {{"use_causal_mask", true}}});
#ifndef KERATIN_LAYERS_ATTENTION_MULTI_HEAD_ATTENTION_H_
#define KERATIN_LAYERS_ATTENTION_MULTI_HEAD_ATTENTION_H_

#include <cstdint>
#include <optional>

#include "layers/base/layer_ptr.h"

namespace keratin {

struct MultiHeadAttentionOptions {
  int64_t num_heads = 0;                  // required
  int64_t key_dim = 0;                    // required
  std::optional<int64_t> value_dim = {};  // none: key_dim
  double dropout = 0;
  bool use_bias = true;
  // Sizes of the result's last axes; none: the query's last.
  Ints output_shape = {};
  // Axes attended over; none: all but the batch and the features.
  Ints attention_axes = {};
  // Only keys less than that many steps from the query's step are seen.
  std::optional<int64_t> sliding_window = {};
  // Another way to compute the same in Keras; here it changes nothing, and
  // excludes what it excludes there: dropout and the return of scores.
  bool flash_attention = false;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {}, bias_regularizer = {};
  Constraint kernel_constraint = {}, bias_constraint = {};
  // Multiplies the heads by a sigmoid of one more projection of the query.
  bool use_gate = false;
  std::optional<int64_t> seed = {};

  void Describe(Fields& f);
};
KERATIN_DECLARE_LAYER(MultiHeadAttention);

}  // namespace keratin

#endif  // KERATIN_LAYERS_ATTENTION_MULTI_HEAD_ATTENTION_H_

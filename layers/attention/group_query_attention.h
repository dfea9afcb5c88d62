// GroupQueryAttention: attention in which several heads of the query share a
// head of key and value. Keras: keras.layers.GroupQueryAttention.
//
// query [batch, T, features], value and key [batch, S, ..] → [batch, T,
// features], and with return_attention_scores [batch, num_query_heads, T, S].
// It is called as MultiHeadAttention is.
//
//   GroupQueryAttention attend(
//       {.head_dim = 64, .num_query_heads = 8, .num_key_value_heads = 2});
#ifndef KERATIN_LAYERS_ATTENTION_GROUP_QUERY_ATTENTION_H_
#define KERATIN_LAYERS_ATTENTION_GROUP_QUERY_ATTENTION_H_

#include <cstdint>
#include <optional>

#include "layers/base/layer_ptr.h"

namespace keratin {

struct GroupQueryAttentionOptions {
  int64_t head_dim = 0;             // required
  int64_t num_query_heads = 0;      // required
  int64_t num_key_value_heads = 0;  // required; divides num_query_heads
  double dropout = 0;
  bool use_bias = true;
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
KERATIN_DECLARE_LAYER(GroupQueryAttention);

}  // namespace keratin

#endif  // KERATIN_LAYERS_ATTENTION_GROUP_QUERY_ATTENTION_H_

// Attention: values weighted by how their keys agree with a query, without
// projections. Keras: keras.layers.Attention.
//
// [query [batch, T, dim], value [batch, S, features], key [batch, S, dim] (the
// value by default)] → [batch, T, features], and with return_attention_scores
// [batch, T, S] too.
//
// Call arguments: inputs, mask (of query and value), training,
// return_attention_scores, use_causal_mask.
//
//   KerasTensor y = Attention({.use_scale = true})({query, value});
#ifndef KERATIN_LAYERS_ATTENTION_ATTENTION_H_
#define KERATIN_LAYERS_ATTENTION_ATTENTION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "layers/base/layer_ptr.h"

namespace keratin {

struct AttentionOptions {
  // Multiplies the scores by a weight.
  bool use_scale = false;
  // "dot": the product of query and key; "concat": tanh of their sum.
  std::string score_mode = "dot";
  double dropout = 0;
  std::optional<int64_t> seed = {};

  void Describe(Fields& f) {
    f("use_scale", use_scale)("score_mode", score_mode)("dropout", dropout)(
        "seed", seed);
  }
};
KERATIN_DECLARE_LAYER(Attention);

}  // namespace keratin

#endif  // KERATIN_LAYERS_ATTENTION_ATTENTION_H_

// AdditiveAttention: Attention whose scores are sums of tanh(query + key),
// weighted by feature (Bahdanau's). Keras: keras.layers.AdditiveAttention.
//
//   KerasTensor y = AdditiveAttention({.dropout = 0.1})({query, value});
#ifndef KERATIN_LAYERS_ATTENTION_ADDITIVE_ATTENTION_H_
#define KERATIN_LAYERS_ATTENTION_ADDITIVE_ATTENTION_H_

#include <cstdint>
#include <optional>

#include "layers/base/layer_ptr.h"

namespace keratin {

struct AdditiveAttentionOptions {
  // Weights the features.
  bool use_scale = true;
  double dropout = 0;
  std::optional<int64_t> seed = {};

  void Describe(Fields& f) {
    f("use_scale", use_scale)("dropout", dropout)("seed", seed);
  }
};
KERATIN_DECLARE_LAYER(AdditiveAttention);

}  // namespace keratin

#endif  // KERATIN_LAYERS_ATTENTION_ADDITIVE_ATTENTION_H_

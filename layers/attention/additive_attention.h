// AdditiveAttention: Attention whose scores are sums of tanh(query + key),
// weighted by feature (Bahdanau's). Keras: keras.layers.AdditiveAttention.
//
//   {.use_scale = true, .dropout = 0.1}
#ifndef KERATIN_LAYERS_ATTENTION_ADDITIVE_ATTENTION_H_
#define KERATIN_LAYERS_ATTENTION_ADDITIVE_ATTENTION_H_

#include "layers/attention/attention.h"

namespace keratin {

class AdditiveAttention : public Attention {
 public:
  AdditiveAttention() { options_.use_scale = true; }

 protected:
  void Describe(Fields& fields) override;
  absl::Status BuildScores(const Shape& query) override;
  Tensor Scores(const Tensor& query, const Tensor& key) override;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_ATTENTION_ADDITIVE_ATTENTION_H_

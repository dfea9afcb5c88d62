// MultiHeadAttention: attention in several heads between projections.
// Keras: keras.layers.MultiHeadAttention.
//
// query [batch, T, features], value and key [batch, S, ..] → [batch, T,
// features], and with return_attention_scores [batch, heads, T, S] too. More
// axes between batch and features are batch axes, or attended over together
// (attention_axes).
//
//   {.num_heads = 8, .key_dim = 64, .dropout = 0.1}
#ifndef KERATIN_LAYERS_ATTENTION_MULTI_HEAD_ATTENTION_H_
#define KERATIN_LAYERS_ATTENTION_MULTI_HEAD_ATTENTION_H_

#include "layers/attention/projected_attention.h"

namespace keratin {

struct MultiHeadAttentionOptions : ProjectedAttentionOptions {
  int64_t num_heads = 0;
  int64_t key_dim = 0;
  std::optional<int64_t> value_dim;  // none: key_dim
  // Sizes of the result's last axes; none: the query's last.
  std::optional<std::vector<int64_t>> output_shape;
  // Axes attended over; none: all but the batch and the features.
  std::optional<std::vector<int64_t>> attention_axes;

  void Describe(Fields& fields);
};

class MultiHeadAttention : public ProjectedAttention {
 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Configured() override;
  Heads heads() const override;
  const ProjectedAttentionOptions& options() const override { return options_; }

 private:
  MultiHeadAttentionOptions options_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_ATTENTION_MULTI_HEAD_ATTENTION_H_

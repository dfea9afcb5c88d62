// GroupQueryAttention: attention in which several heads of the query share a
// head of key and value. Keras: keras.layers.GroupQueryAttention.
//
// query [batch, T, features], value and key [batch, S, ..] → [batch, T,
// features], and with return_attention_scores [batch, num_query_heads, T, S].
//
//   {.head_dim = 64, .num_query_heads = 8, .num_key_value_heads = 2}
#ifndef KERATIN_LAYERS_ATTENTION_GROUP_QUERY_ATTENTION_H_
#define KERATIN_LAYERS_ATTENTION_GROUP_QUERY_ATTENTION_H_

#include "layers/attention/projected_attention.h"

namespace keratin {

struct GroupQueryAttentionOptions : ProjectedAttentionOptions {
  int64_t head_dim = 0;
  int64_t num_query_heads = 0;
  int64_t num_key_value_heads = 0;  // divides num_query_heads

  void Describe(Fields& fields);
};

class GroupQueryAttention : public ProjectedAttention {
 public:
  GroupQueryAttention() { set_class_name("GroupedQueryAttention"); }

 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Configured() override;
  Heads heads() const override;
  const ProjectedAttentionOptions& options() const override { return options_; }

 private:
  GroupQueryAttentionOptions options_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_ATTENTION_GROUP_QUERY_ATTENTION_H_

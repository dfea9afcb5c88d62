#include "layers/attention/multi_head_attention.h"

#include "layers/attention/projected_attention.h"

namespace keratin {
namespace {

class MultiHeadAttentionLayer
    : public ProjectedAttentionOf<MultiHeadAttentionOptions> {
  absl::Status Configured() override {
    MultiHeadAttentionOptions& o = options_;
    if (!o.value_dim.has_value()) o.value_dim = o.key_dim;
    absl::Status status = CheckPositive("num_heads", o.num_heads);
    if (status.ok()) status = CheckPositive("key_dim", o.key_dim);
    if (status.ok()) status = CheckPositive("value_dim", *o.value_dim);
    if (!status.ok()) return status;
    return Set({.query = o.num_heads,
                .key = o.num_heads,
                .key_dim = o.key_dim,
                .value_dim = *o.value_dim,
                .output_shape = o.output_shape.values(),
                .attention_axes = o.attention_axes.values(),
                .takes_query_mask = false,
                .takes_masks_away = true},
               ProjectedAttentionOptions::Of(o));
  }
  absl::Status BuildFrom(const Arguments& arguments) override {
    absl::Status status = ProjectedAttention::BuildFrom(arguments);
    if (options_.attention_axes.is_none())
      options_.attention_axes = attention_axes();
    return status;
  }
};

}  // namespace

void MultiHeadAttentionOptions::Describe(Fields& f) {
  f.Required("num_heads")
      .Required("key_dim")("num_heads", num_heads)("key_dim", key_dim)(
          "value_dim", value_dim)("output_shape", output_shape)(
          "attention_axes", attention_axes);
  ProjectedAttentionOptions::Describe(f, *this);
  f.Written("activity_regularizer", Value());
}

KERATIN_DEFINE_LAYER("keras", MultiHeadAttention, MultiHeadAttentionLayer);

}  // namespace keratin

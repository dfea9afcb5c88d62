#include "layers/attention/multi_head_attention.h"

#include "absl/strings/str_cat.h"

namespace keratin {

void MultiHeadAttentionOptions::Describe(Fields& f) {
  f.Required("num_heads")
      .Required("key_dim")("num_heads", num_heads)("key_dim", key_dim)(
          "value_dim", value_dim)("output_shape", output_shape)(
          "attention_axes", attention_axes);
  ProjectedAttentionOptions::Describe(f);
}

absl::Status MultiHeadAttention::Configured() {
  // Keras hands it to the projections alone.
  set_activity_regularizer(Value());
  if (options_.num_heads <= 0 || options_.key_dim <= 0 ||
      options_.value_dim.value_or(1) <= 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'num_heads', 'key_dim' and 'value_dim' must be positive, not ",
        options_.num_heads, ", ", options_.key_dim, " and ",
        options_.value_dim.value_or(options_.key_dim)));
  }
  return options_.Check();
}

ProjectedAttention::Heads MultiHeadAttention::heads() const {
  return {
      .query = options_.num_heads,
      .key = options_.num_heads,
      .key_dim = options_.key_dim,
      .value_dim = options_.value_dim.value_or(options_.key_dim),
      .output_shape = options_.output_shape.value_or(std::vector<int64_t>()),
      .attention_axes =
          options_.attention_axes.value_or(std::vector<int64_t>()),
      .takes_query_mask = false,
      .takes_masks_away = true};
}

KERATIN_REGISTER_LAYER("keras", MultiHeadAttention);

}  // namespace keratin

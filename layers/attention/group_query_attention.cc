#include "layers/attention/group_query_attention.h"

#include "absl/strings/str_cat.h"

namespace keratin {

void GroupQueryAttentionOptions::Describe(Fields& f) {
  f.Required("head_dim")
      .Required("num_query_heads")
      .Required("num_key_value_heads")("head_dim", head_dim)(
          "num_query_heads", num_query_heads)("num_key_value_heads",
                                              num_key_value_heads);
  ProjectedAttentionOptions::Describe(f);
}

absl::Status GroupQueryAttention::Configured() {
  if (options_.head_dim <= 0 || options_.num_key_value_heads <= 0 ||
      options_.num_query_heads <= 0 ||
      options_.num_query_heads % options_.num_key_value_heads != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("'head_dim' must be positive and 'num_query_heads' a "
                     "multiple of 'num_key_value_heads', not ",
                     options_.head_dim, ", ", options_.num_query_heads, " and ",
                     options_.num_key_value_heads));
  }
  return options_.Check();
}

ProjectedAttention::Heads GroupQueryAttention::heads() const {
  return {.query = options_.num_query_heads,
          .key = options_.num_key_value_heads,
          .key_dim = options_.head_dim,
          .value_dim = options_.head_dim,
          .prefix = "_"};
}

KERATIN_REGISTER_LAYER("keras", GroupQueryAttention);

}  // namespace keratin

#include "layers/attention/group_query_attention.h"

#include "absl/strings/str_cat.h"
#include "layers/attention/projected_attention.h"

namespace keratin {
namespace {

class GroupQueryAttentionLayer
    : public ProjectedAttentionOf<GroupQueryAttentionOptions> {
 public:
  GroupQueryAttentionLayer() { set_class_name("GroupedQueryAttention"); }

 private:
  absl::Status Configured() override {
    const GroupQueryAttentionOptions& o = options_;
    if (o.head_dim <= 0 || o.num_key_value_heads <= 0 ||
        o.num_query_heads <= 0 ||
        o.num_query_heads % o.num_key_value_heads != 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'head_dim' must be positive and 'num_query_heads' a "
          "multiple of 'num_key_value_heads', not ",
          o.head_dim, ", ", o.num_query_heads, " and ", o.num_key_value_heads));
    }
    return Set({.query = o.num_query_heads,
                .key = o.num_key_value_heads,
                .key_dim = o.head_dim,
                .value_dim = o.head_dim,
                .prefix = "_",
                .regularizes_itself = true},
               ProjectedAttentionOptions::Of(o));
  }
};

}  // namespace

void GroupQueryAttentionOptions::Describe(Fields& f) {
  f.Required("head_dim")
      .Required("num_query_heads")
      .Required("num_key_value_heads")("head_dim", head_dim)(
          "num_query_heads", num_query_heads)("num_key_value_heads",
                                              num_key_value_heads);
  ProjectedAttentionOptions::Describe(f, *this);
  f.Written("activity_regularizer", Value());
}

KERATIN_DEFINE_LAYER("keras", GroupQueryAttention, GroupQueryAttentionLayer);

}  // namespace keratin

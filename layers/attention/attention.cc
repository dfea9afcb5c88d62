#include "layers/attention/attention.h"

#include "absl/strings/str_cat.h"
#include "layers/attention/base_attention.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/linear.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

class AttentionLayer : public AttentionWith<AttentionOptions> {
  absl::Status Configured() override {
    if (options_.score_mode != "dot" && options_.score_mode != "concat") {
      return absl::InvalidArgumentError(
          absl::StrCat("'score_mode' must be 'dot' or 'concat', not '",
                       options_.score_mode, "'"));
    }
    return AttentionWith::Configured();
  }
  absl::Status Build(const Shape&) override {
    if (options_.use_scale)
      scale_ = AddWeight({.name = "scale", .shape = {}, .initializer = "ones"});
    if (options_.score_mode == "concat") {
      concat_score_weight_ = AddWeight(
          {.name = "concat_score_weight", .shape = {}, .initializer = "ones"});
    }
    return absl::OkStatus();
  }
  Tensor Scores(const Tensor& query, const Tensor& key) override {
    if (!concat_score_weight_) {
      Tensor scores = ops::MatMul(query, ops::SwapAxes(key, -2, -1));
      return scale_ ? scores * scale_ : scores;
    }
    Tensor sum = ops::ExpandDims(query, -2) + ops::ExpandDims(key, -3);
    if (scale_) sum = scale_->value() * sum;
    return concat_score_weight_->value() * ops::Sum(ops::Tanh(sum), -1);
  }

  Weight scale_, concat_score_weight_;
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", Attention, AttentionLayer);

}  // namespace keratin

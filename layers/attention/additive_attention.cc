#include "layers/attention/additive_attention.h"

#include "layers/attention/base_attention.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

class AdditiveAttentionLayer : public AttentionWith<AdditiveAttentionOptions> {
  absl::Status Build(const Shape& query) override {
    if (options_.use_scale) {
      scale_ = AddWeight({.name = "scale",
                          .shape = {query.back()},
                          .initializer = "glorot_uniform"});
    }
    return absl::OkStatus();
  }
  Tensor Scores(const Tensor& query, const Tensor& key) override {
    Tensor sum =
        ops::Tanh(ops::ExpandDims(query, -2) + ops::ExpandDims(key, -3));
    if (scale_) sum = scale_->value() * sum;
    return ops::Sum(sum, -1);
  }

  Weight scale_;
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", AdditiveAttention, AdditiveAttentionLayer);

}  // namespace keratin

#include "layers/attention/additive_attention.h"

#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {

void AdditiveAttention::Describe(Fields& f) {
  f("use_scale", options_.use_scale)("dropout", options_.dropout)(
      "seed", options_.seed);
}

absl::Status AdditiveAttention::BuildScores(const Shape& query) {
  if (!options_.use_scale) return absl::OkStatus();
  scale_ = AddWeight({.name = "scale",
                      .shape = {query.back()},
                      .initializer = "glorot_uniform"});
  return absl::OkStatus();
}

Tensor AdditiveAttention::Scores(const Tensor& query, const Tensor& key) {
  Tensor sum = ops::Tanh(ops::ExpandDims(query, -2) + ops::ExpandDims(key, -3));
  if (scale_ != nullptr) sum = scale_->value() * sum;
  return ops::Sum(sum, -1);
}

KERATIN_REGISTER_LAYER("keras", AdditiveAttention);

}  // namespace keratin

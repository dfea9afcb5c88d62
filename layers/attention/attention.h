// Attention: values weighted by how their keys agree with a query, without
// projections. Keras: keras.layers.Attention.
//
// [query [batch, T, dim], value [batch, S, features], key [batch, S, dim] (the
// value by default)] → [batch, T, features], and with return_attention_scores
// [batch, T, S] too.
//
// Call arguments: inputs, mask (of query and value), training,
// return_attention_scores, use_causal_mask.
//
//   {.use_scale = true, .score_mode = "dot", .dropout = 0.1}
#ifndef KERATIN_LAYERS_ATTENTION_ATTENTION_H_
#define KERATIN_LAYERS_ATTENTION_ATTENTION_H_

#include <optional>
#include <string>

#include "layers/base/layer.h"

namespace keratin {

struct AttentionOptions {
  // Multiplies the scores by a weight.
  bool use_scale = false;
  // "dot": the product of query and key; "concat": tanh of their sum.
  std::string score_mode = "dot";
  double dropout = 0;
  std::optional<int64_t> seed;

  void Describe(Fields& fields);
};

class Attention : public Layer {
 public:
  bool supports_masking() const override { return true; }
  bool keeps_masks() const override { return true; }
  Tensor ComputeMask(const Value&, const CallContext&) override {
    return Tensor();
  }

 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Configured() override;
  absl::Status BuildFrom(const Arguments& arguments) override;
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;

  // How every step of the query agrees with every step of the key: [batch, T,
  // S].
  virtual Tensor Scores(const Tensor& query, const Tensor& key);
  // Makes the weights, from the shape of the query.
  virtual absl::Status BuildScores(const Shape& query);

  AttentionOptions options_;
  Variable* scale_ = nullptr;

 private:
  Variable* concat_score_weight_ = nullptr;
  Variable* seed_state_ = nullptr;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_ATTENTION_ATTENTION_H_

// BaseAttention: what attention without projections shares, whatever the
// scores: masks, dropout of the scores, the weighted sum of the values.
#ifndef KERATIN_LAYERS_ATTENTION_BASE_ATTENTION_H_
#define KERATIN_LAYERS_ATTENTION_BASE_ATTENTION_H_

#include <cstdint>
#include <optional>

#include "layers/base/layer.h"

namespace keratin {

class BaseAttention : public Layer {
 public:
  bool supports_masking() const override { return true; }
  // That of the query.
  Value ComputeMask(const Value&, const CallContext& context) override {
    return context.masks.empty() ? Value() : Value(context.masks[0]);
  }

 protected:
  // How every step of the query agrees with every step of the key: [batch, T,
  // S].
  virtual Tensor Scores(const Tensor& query, const Tensor& key) = 0;

  // In Configured.
  void SetDropout(double rate, std::optional<int64_t> seed);
  // Of the shape of the query.
  CallSignature signature() const override {
    return {.arguments = {"inputs", "mask", "training",
                          "return_attention_scores", "use_causal_mask"}};
  }
  std::optional<bool> training_default() const override { return false; }
  absl::Status BuildFrom(const Arguments& arguments) override;
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;

 private:
  double dropout_ = 0;
  Variable* seed_state_ = nullptr;
};

// The same of a class of options.
template <typename O>
class AttentionWith : public BaseAttention {
 public:
  using Options = O;
  void set_options(Options options) { options_ = std::move(options); }

 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Configured() override {
    SetDropout(options_.dropout, options_.seed);
    return absl::OkStatus();
  }

  Options options_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_ATTENTION_BASE_ATTENTION_H_

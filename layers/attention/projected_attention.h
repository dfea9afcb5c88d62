// ProjectedAttention: attention between projections of query, key and value, in
// several heads; what MultiHeadAttention and GroupQueryAttention share.
//
// Query, key and value go through an EinsumDense each into [.., heads, depth];
// every head attends by scaled products (with dropout of the scores while
// training, optionally gated), and one more EinsumDense joins the heads.
//
// Call arguments, as Keras's: query, value, key (the value by default),
// query_mask, value_mask, key_mask, attention_mask, return_attention_scores,
// training, use_causal_mask. Masks that the tensors bear count as given.
#ifndef KERATIN_LAYERS_ATTENTION_PROJECTED_ATTENTION_H_
#define KERATIN_LAYERS_ATTENTION_PROJECTED_ATTENTION_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "layers/base/layer.h"

namespace keratin {

// The arguments that both layers have.
struct ProjectedAttentionOptions {
  double dropout = 0;
  bool use_bias = true;
  std::optional<int64_t> sliding_window;
  bool flash_attention = false;
  bool use_gate = false;
  Initializer kernel_initializer, bias_initializer;
  Regularizer kernel_regularizer, bias_regularizer;
  Constraint kernel_constraint, bias_constraint;
  std::optional<int64_t> seed;

  // Out of the options of one of the layers.
  template <typename O>
  static ProjectedAttentionOptions Of(const O& o) {
    return {.dropout = o.dropout,
            .use_bias = o.use_bias,
            .sliding_window = o.sliding_window,
            .flash_attention = o.flash_attention,
            .use_gate = o.use_gate,
            .kernel_initializer = o.kernel_initializer,
            .bias_initializer = o.bias_initializer,
            .kernel_regularizer = o.kernel_regularizer,
            .bias_regularizer = o.bias_regularizer,
            .kernel_constraint = o.kernel_constraint,
            .bias_constraint = o.bias_constraint,
            .seed = o.seed};
  }
  // Describes these fields of the options of one of the layers.
  template <typename O>
  static void Describe(Fields& f, O& o) {
    f("dropout", o.dropout)("use_bias", o.use_bias)("use_gate", o.use_gate)(
        "sliding_window", o.sliding_window)("kernel_initializer",
                                            o.kernel_initializer)(
        "bias_initializer", o.bias_initializer)("kernel_regularizer",
                                                o.kernel_regularizer)(
        "bias_regularizer", o.bias_regularizer)("kernel_constraint",
                                                o.kernel_constraint)(
        "bias_constraint", o.bias_constraint)("seed", o.seed);
  }
  absl::Status Check() const;
};

class ProjectedAttention : public Layer {
 public:
  bool supports_masking() const override { return true; }
  Value GetConfig() override;

 protected:
  struct Heads {
    int64_t query = 1;  // a multiple of
    int64_t key = 1;    // and of value
    int64_t key_dim = 1;
    int64_t value_dim = 1;
    // Of the result's last axes; empty: the query's last.
    std::vector<int64_t> output_shape = {};
    // Axes of the query that attention runs over; empty: all but the batch and
    // the features.
    std::vector<int64_t> attention_axes = {};
    // What the attributes of the projections begin with, in saved weights.
    std::string prefix = "";
    // Whether a query_mask that is given counts, beside the one it bears.
    bool takes_query_mask = true;
    // Whether the call takes the masks from the tensors it is called on.
    bool takes_masks_away = false;
    // Whether the activity regularizer is the layer's, too, and not only that
    // of its projections.
    bool regularizes_itself = false;
  };
  // In Configured.
  absl::Status Set(Heads heads, ProjectedAttentionOptions options);

  CallSignature signature() const override {
    return {
        .arguments = {"query", "value", "key", "query_mask", "value_mask",
                      "key_mask", "attention_mask", "return_attention_scores",
                      "training", "use_causal_mask"},
        .required = 2,
        .shapes = {"query_shape", "value_shape", "key_shape"}};
  }
  absl::Status BuildFrom(const Arguments& arguments) override;
  // Once it is built.
  const std::vector<int64_t>& attention_axes() const { return attention_axes_; }
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;

 private:
  LayerOptions PartOptions(const char* name) const;
  // Tracks an EinsumDense from `bound` last axes of an input of that rank.
  Layer* AddProjection(const char* name, int input_rank, int bound,
                       std::vector<int64_t> sizes,
                       const char* activation = "linear");
  // From projections [.., heads, depth]; `scores` [.., heads, T, S] if they are
  // wanted or dropped out.
  Tensor Attend(const Tensor& query, Tensor key, Tensor value,
                const Tensor& mask, bool causal, bool want_scores,
                Tensor* scores);

  Heads heads_;
  ProjectedAttentionOptions projected_;
  Regularizer projection_regularizer_;
  std::vector<int64_t> attention_axes_;
  Layer *query_dense_ = nullptr, *key_dense_ = nullptr, *gate_dense_ = nullptr,
        *value_dense_ = nullptr, *output_dense_ = nullptr;
  Layer *softmax_ = nullptr, *dropout_ = nullptr;
};

// The same of a class of options.
template <typename O>
class ProjectedAttentionOf : public ProjectedAttention {
 public:
  using Options = O;
  void set_options(Options options) { options_ = std::move(options); }

 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }

  Options options_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_ATTENTION_PROJECTED_ATTENTION_H_

// ReversibleEmbedding: rows of a table by number; called with reverse=True, the
// products of its input with all rows. Keras: keras.layers.ReversibleEmbedding.
//
//   int [...] → [..., output_dim]
//   reverse: [..., output_dim] → [..., input_dim]
#ifndef KERATIN_LAYERS_CORE_REVERSIBLE_EMBEDDING_H_
#define KERATIN_LAYERS_CORE_REVERSIBLE_EMBEDDING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <typeinfo>
#include <vector>

#include "layers/base/layer_ptr.h"
#include "layers/core/embedding_table.h"

namespace keratin {

struct ReversibleEmbeddingOptions {
  int64_t input_dim = 0, output_dim = 0;  // required
  // Whether products are with the table itself, or with a matrix of their own.
  bool tie_weights = true;
  Initializer embeddings_initializer = "uniform";
  Regularizer embeddings_regularizer = {};
  Constraint embeddings_constraint = {};
  bool mask_zero = false;
  // Of the products; none: as it comes.
  std::optional<std::string> reverse_dtype = {};
  // Products y become cap · tanh(y / cap).
  std::optional<double> logit_soft_cap = {};
  std::optional<int64_t> lora_rank = {};
  Value lora_alpha = {};  // a number; none: the rank
  QuantizationConfig quantization_config = {};

  void Describe(Fields& f);
};
KERATIN_DECLARE_LAYER(ReversibleEmbedding);

// For classes of one's own to derive from.
class ReversibleEmbeddingLayer
    : public EmbeddingTable<ReversibleEmbeddingOptions> {
 public:
  bool supports_masking() const override { return options_.mask_zero; }
  // The call says which of its two ways bears a mask.
  Value ComputeMask(const Value&, const CallContext&) override {
    return Value();
  }

  std::vector<Variable*> own_variables() const override;
  absl::Status SaveOwnVariables(VariableStore& store) const override;

 protected:
  const std::type_info& quantized_class() const override {
    return typeid(ReversibleEmbeddingLayer);
  }
  absl::Status Configured() override;
  absl::Status Build(const Shape&) override;
  absl::Status QuantizeWeights(const QuantizationConfig& config,
                               const DTypePolicy& policy) override;
  CallSignature signature() const override {
    return {.arguments = {"inputs", "reverse"}};
  }
  Value CallWith(const CallContext&, const Arguments& arguments) override;

 private:
  Tensor Products(const Tensor& x) const;

  QuantizableWeight reverse_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_CORE_REVERSIBLE_EMBEDDING_H_

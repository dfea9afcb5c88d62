// Embedding: rows of a table by number. int [...] → [..., output_dim].
// Keras: keras.layers.Embedding.
#ifndef KERATIN_LAYERS_CORE_EMBEDDING_H_
#define KERATIN_LAYERS_CORE_EMBEDDING_H_

#include <cstdint>
#include <optional>
#include <typeinfo>

#include "layers/base/layer_ptr.h"
#include "layers/core/embedding_table.h"

namespace keratin {

struct EmbeddingOptions {
  int64_t input_dim = 0, output_dim = 0;  // required
  Initializer embeddings_initializer = "uniform";
  Regularizer embeddings_regularizer = {};
  Constraint embeddings_constraint = {};
  // Whether 0 stands for no input, which the mask then says.
  bool mask_zero = false;
  std::optional<int64_t> lora_rank = {};
  Value lora_alpha = {};  // a number; none: the rank
  QuantizationConfig quantization_config = {};

  void Describe(Fields& f);
};
KERATIN_DECLARE_LAYER(Embedding);

// For classes of one's own to derive from.
class EmbeddingLayer : public EmbeddingTable<EmbeddingOptions> {
 public:
  bool supports_masking() const override { return options_.mask_zero; }
  Value ComputeMask(const Value& inputs, const CallContext&) override {
    return inputs.is_tensor() ? Value(MaskOf(inputs.as_tensor())) : Value();
  }

 protected:
  const std::type_info& quantized_class() const override {
    return typeid(EmbeddingLayer);
  }
  absl::Status Build(const Shape&) override;
  Tensor Call(const Tensor& x) override { return Rows(x); }
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_CORE_EMBEDDING_H_

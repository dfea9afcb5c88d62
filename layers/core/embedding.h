// Embedding: rows of a table by number. int [...] → [..., output_dim].
// Keras: keras.layers.Embedding.
#ifndef KERATIN_LAYERS_CORE_EMBEDDING_H_
#define KERATIN_LAYERS_CORE_EMBEDDING_H_

#include <cstdint>
#include <optional>

#include "layers/base/layer_ptr.h"

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

}  // namespace keratin

#endif  // KERATIN_LAYERS_CORE_EMBEDDING_H_

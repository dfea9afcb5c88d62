// Embedding: rows of a table by number. int [...] → [..., output_dim].
// Keras: keras.layers.Embedding.
#ifndef KERATIN_LAYERS_CORE_EMBEDDING_H_
#define KERATIN_LAYERS_CORE_EMBEDDING_H_

#include <cstdint>

#include "layers/base/layer_ptr.h"

namespace keratin {

struct EmbeddingOptions {
  int64_t input_dim = 0, output_dim = 0;  // required
  Initializer embeddings_initializer = "uniform";
  Regularizer embeddings_regularizer = {};
  Constraint embeddings_constraint = {};
  // Whether 0 stands for no input, which the mask then says.
  bool mask_zero = false;

  void Describe(Fields& f) {
    f.Required("input_dim")
        .Required("output_dim")("input_dim", input_dim)(
            "output_dim", output_dim)("embeddings_initializer",
                                      embeddings_initializer)(
            "embeddings_regularizer", embeddings_regularizer)(
            "embeddings_constraint", embeddings_constraint)("mask_zero",
                                                            mask_zero);
    f.Legacy("weights").Legacy("input_length");
    f.Written("activity_regularizer", Value())
        .Written("quantization_config", Value());
  }
};
KERATIN_DECLARE_LAYER(Embedding);

}  // namespace keratin

#endif  // KERATIN_LAYERS_CORE_EMBEDDING_H_

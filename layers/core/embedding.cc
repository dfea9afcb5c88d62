#include "layers/core/embedding.h"

namespace keratin {

void EmbeddingOptions::Describe(Fields& f) {
  f.Required("input_dim")
      .Required("output_dim")("input_dim", input_dim)("output_dim", output_dim)(
          "embeddings_initializer", embeddings_initializer)(
          "embeddings_regularizer", embeddings_regularizer)(
          "embeddings_constraint", embeddings_constraint)(
          "mask_zero", mask_zero)("quantization_config", quantization_config);
  DescribeLora(f, lora_rank, lora_alpha);
  f.Legacy("weights").Legacy("input_length");
  f.Written("activity_regularizer", Value());
}

absl::Status EmbeddingLayer::Build(const Shape&) {
  absl::Status status = BuildTable(false);
  return status.ok() ? Adapt() : status;
}

KERATIN_DEFINE_LAYER("keras", Embedding, EmbeddingLayer);

}  // namespace keratin

#include "layers/core/embedding.h"

#include "layers/core/embedding_table.h"
#include "layers/ops/comparison.h"

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

namespace {

class EmbeddingLayer : public EmbeddingTable<EmbeddingOptions> {
 public:
  bool supports_masking() const override { return options_.mask_zero; }
  Tensor ComputeMask(const Value& inputs, const CallContext&) override {
    return inputs.is_tensor() ? MaskOf(inputs.as_tensor()) : Tensor();
  }

 protected:
  absl::Status Build(const Shape&) override {
    absl::Status status = BuildTable(false);
    return status.ok() ? Adapt() : status;
  }
  Tensor Call(const Tensor& x) override { return Rows(x); }
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", Embedding, EmbeddingLayer);

}  // namespace keratin

#include "layers/core/embedding.h"

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/comparison.h"
#include "layers/ops/indexing.h"

namespace keratin {
namespace {

class EmbeddingLayer : public LayerWith<EmbeddingOptions> {
 public:
  bool supports_masking() const override { return options_.mask_zero; }
  Tensor ComputeMask(const Value& inputs, const CallContext&) override {
    if (!options_.mask_zero || !inputs.is_tensor()) return Tensor();
    return ops::NotEqual(inputs.as_tensor(), 0);
  }

 protected:
  absl::Status Configured() override {
    if (options_.input_dim > 0 && options_.output_dim > 0)
      return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "'input_dim' and 'output_dim' must be positive integers, not ",
        options_.input_dim, " and ", options_.output_dim));
  }
  absl::Status Build(const Shape&) override {
    embeddings_ = AddWeight({.name = "embeddings",
                             .shape = {options_.input_dim, options_.output_dim},
                             .initializer = options_.embeddings_initializer,
                             .regularizer = options_.embeddings_regularizer,
                             .constraint = options_.embeddings_constraint});
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    Tensor numbers = x;
    if (x.dtype() != DType::kInt32) numbers = trace::Convert(x, DType::kInt32);
    return ops::Take(embeddings_, numbers, 0);
  }

 private:
  Weight embeddings_;
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", Embedding, EmbeddingLayer);

}  // namespace keratin

// EmbeddingTable: what Embedding and ReversibleEmbedding share, a table of rows
// that are taken by number.
#ifndef KERATIN_LAYERS_CORE_EMBEDDING_TABLE_H_
#define KERATIN_LAYERS_CORE_EMBEDDING_TABLE_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/quantizers/adaptable_layer.h"

namespace keratin {

template <typename O>
class EmbeddingTable : public AdaptableLayer<O> {
 protected:
  std::vector<std::string> quantization_modes() const override {
    return {"int8", "int4"};
  }
  absl::Status Configured() override {
    this->set_autocast(false);
    if (this->options_.input_dim > 0 && this->options_.output_dim > 0)
      return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "'input_dim' and 'output_dim' must be positive integers, not ",
        this->options_.input_dim, " and ", this->options_.output_dim));
  }
  // `reversible`: its transpose is multiplied by too, of inputs that are
  // quantized.
  absl::Status BuildTable(bool reversible) {
    const Shape shape = {this->options_.input_dim, this->options_.output_dim};
    return this->BuildWeight(
        {.spec = {.name = "embeddings",
                  .shape = shape,
                  .initializer = this->options_.embeddings_initializer,
                  .regularizer = this->options_.embeddings_regularizer,
                  .constraint = this->options_.embeddings_constraint},
         .product = MatrixRows(),
         .quantizes_inputs = {reversible, reversible},
         .matrix = shape,
         .block_axis = 1});
  }
  Tensor Rows(const Tensor& x) const {
    const bool number =
        x.dtype() == DType::kInt32 || x.dtype() == DType::kInt64;
    return this->weight_.Rows(number ? x : ops::Cast(x, DType::kInt32),
                              this->compute_dtype());
  }
  // None unless 0 stands for no input.
  Tensor MaskOf(const Tensor& x) const {
    return this->options_.mask_zero ? ops::NotEqual(x, 0) : Tensor();
  }
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_CORE_EMBEDDING_TABLE_H_

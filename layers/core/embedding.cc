// Embedding: rows of a table by number. int [...] → [..., output_dim].
// Keras: keras.layers.Embedding.
#include "ir/trace/ops.h"
#include "layers/base/layer.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/indexing.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

class Embedding : public Layer {
 public:
  Tensor ComputeMask(const Value& inputs, const CallContext&) override {
    if (!mask_zero_ || !inputs.is_tensor()) return Tensor();
    return ops::NotEqual(inputs.as_tensor(), 0);
  }

 protected:
  void Describe(Fields& f) override {
    f.Required("input_dim")
        .Required("output_dim")("input_dim", input_dim_)(
            "output_dim", output_dim_)("embeddings_initializer", initializer_)(
            "embeddings_regularizer", regularizer_)(
            "embeddings_constraint", constraint_)("mask_zero", mask_zero_);
    f.Only("weights", Value()).Only("input_length", Value());
  }
  absl::Status Build(const Shape&) override {
    embeddings_ = AddWeight({.name = "embeddings",
                             .shape = {input_dim_, output_dim_},
                             .initializer = initializer_,
                             .regularizer = regularizer_,
                             .constraint = constraint_});
    return absl::OkStatus();
  }
  bool casts_inputs() const override { return true; }
  Tensor Call(const Tensor& x) override {
    Tensor numbers = x;
    if (x.dtype() != DType::kInt32) numbers = trace::Convert(x, DType::kInt32);
    return ops::Take(*embeddings_, numbers, 0);
  }

 private:
  int64_t input_dim_ = 0, output_dim_ = 0;
  bool mask_zero_ = false;
  Value initializer_, regularizer_, constraint_;
  Variable* embeddings_ = nullptr;
};
KERATIN_REGISTER_LAYER("keras", Embedding);

}  // namespace
}  // namespace keratin

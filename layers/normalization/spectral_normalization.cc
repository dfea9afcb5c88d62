#include "layers/normalization/spectral_normalization.h"

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/linear.h"
#include "layers/ops/normalization.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {

void SpectralNormalizationOptions::Describe(Fields& f) {
  f.Required("layer")("layer", layer)("power_iterations", power_iterations);
}

absl::Status SpectralNormalization::Configured() {
  if (options_.power_iterations < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("'power_iterations' must be positive, not ",
                     options_.power_iterations));
  }
  auto layer = LayerRegistry::Deserialize(options_.layer);
  if (!layer.ok()) return layer.status();
  layer_ = Track("layer", *std::move(layer));
  return absl::OkStatus();
}

absl::Status SpectralNormalization::BuildFrom(const Arguments& arguments) {
  absl::Status status = layer_->EnsureBuilt(arguments);
  if (!status.ok()) return status;
  for (Variable* variable : layer_->own_variables()) {
    if (variable->name() == "kernel" || variable->name() == "embeddings")
      kernel_ = variable;
  }
  if (kernel_ == nullptr || kernel_->shape().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the layer '", layer_->name(), "' of class '", layer_->class_name(),
        "' has neither a kernel nor embeddings"));
  }
  vector_u_ = AddWeight(
      {.name = "vector_u",
       .shape = {1, kernel_->shape().back()},
       .dtype = kernel_->dtype(),
       .trainable = false,
       .initializer = Value::Dict(
           {{"module", "keras.initializers"},
            {"class_name", "TruncatedNormal"},
            {"config", Value::Dict({{"mean", 0.0}, {"stddev", 0.02}})}})});
  return absl::OkStatus();
}

void SpectralNormalization::NormalizeKernel() {
  const Tensor kernel = *kernel_;
  const Tensor before = *vector_u_;
  if (!kernel.ok() || !before.ok()) return;
  const Tensor weights = ops::Reshape(kernel, {-1, kernel.dim(-1)});
  const Tensor transposed = ops::Transpose(weights);
  Tensor u = before, v;
  for (int64_t k = 0; k < options_.power_iterations; ++k) {
    v = ops::Normalize(ops::MatMul(u, transposed), ops::Axes());
    u = ops::Normalize(ops::MatMul(v, weights), ops::Axes());
  }
  const Tensor sigma = ops::MatMul(ops::MatMul(v, weights), ops::Transpose(u));
  const Tensor normal = ops::Reshape(kernel / sigma, kernel.shape());
  // A kernel of zeros stays.
  const Tensor zero = ops::All(ops::Equal(kernel, 0));
  vector_u_->Assign(ops::Cast(ops::Where(zero, before, u), vector_u_->dtype()));
  kernel_->Assign(
      ops::Cast(ops::Where(zero, kernel, normal), kernel_->dtype()));
}

Value SpectralNormalization::CallWith(const CallContext& context,
                                      const Arguments& arguments) {
  const Value* x = arguments.Find(0, "inputs");
  if (x == nullptr || !x->is_tensor()) return Value(Fail("takes one tensor"));
  if (context.training) NormalizeKernel();
  return Value(ops::Cast((*layer_)(x->as_tensor()), x->as_tensor().dtype()));
}

KERATIN_REGISTER_LAYER("keras", SpectralNormalization);

}  // namespace keratin

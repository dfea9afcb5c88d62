#include "layers/normalization/spectral_normalization.h"

#include "absl/strings/str_cat.h"
#include "layers/initializers/initializers.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/linear.h"
#include "layers/ops/normalization.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {

namespace {

class SpectralNormalizationLayer
    : public LayerWith<SpectralNormalizationOptions> {
 public:
  // Keras saves the layer's kernel here too.
  std::vector<Variable*> own_variables() const override {
    return {kernel_, vector_u_};
  }

 private:
  absl::Status Configured() override {
    Track("layer", options_.layer.shared());
    return CheckPositive("power_iterations", options_.power_iterations);
  }
  std::optional<bool> training_default() const override { return false; }
  absl::Status BuildFrom(const Arguments& arguments) override {
    Layer& layer = *options_.layer;
    absl::Status status = layer.EnsureBuilt(arguments);
    if (!status.ok()) return status;
    for (Variable* variable : layer.own_variables()) {
      if (variable->name() == "kernel" || variable->name() == "embeddings")
        kernel_ = variable;
    }
    if (kernel_ == nullptr || kernel_->shape().empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the layer '", layer.name(), "' of class '", layer.class_name(),
          "' has neither a kernel nor embeddings"));
    }
    vector_u_ = AddWeight(
        {.name = "vector_u",
         .shape = {1, kernel_->shape().back()},
         .dtype = kernel_->dtype(),
         .trainable = false,
         .initializer = initializers::TruncatedNormal({.stddev = 0.02})});
    return absl::OkStatus();
  }
  Tensor CallIn(const CallContext& context, const Tensor& x) override {
    if (context.training) NormalizeKernel();
    return ops::Cast(options_.layer(x), x.dtype());
  }
  // Assigns vector_u and the kernel.
  void NormalizeKernel() {
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
    const Tensor sigma =
        ops::MatMul(ops::MatMul(v, weights), ops::Transpose(u));
    const Tensor normal = ops::Reshape(kernel / sigma, kernel.shape());
    // A kernel of zeros stays.
    const Tensor zero = ops::All(ops::Equal(kernel, 0));
    vector_u_->Assign(
        ops::Cast(ops::Where(zero, before, u), vector_u_->dtype()));
    kernel_->Assign(
        ops::Cast(ops::Where(zero, kernel, normal), kernel_->dtype()));
  }

  Variable* kernel_ = nullptr;  // the layer's
  Weight vector_u_;
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", SpectralNormalization,
                     SpectralNormalizationLayer);

}  // namespace keratin

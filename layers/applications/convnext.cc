#include "layers/applications/convnext.h"

#include "absl/strings/str_cat.h"
#include "layers/initializers/initializers.h"
#include "layers/ops/arithmetic.h"

namespace keratin {
namespace {

constexpr char kModule[] = "keras.src.applications.convnext";

class LayerScaleLayer : public LayerWith<LayerScaleOptions> {
 public:
  std::string module() const override { return kModule; }

 private:
  absl::Status Configured() override {
    if (options_.projection_dim > 0) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "'projection_dim' must be positive, not ", options_.projection_dim));
  }
  absl::Status Build(const Shape&) override {
    gamma_ = AddWeight(
        {.shape = {options_.projection_dim},
         .initializer = initializers::Constant(options_.init_values)});
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    return ops::Multiply(x, gamma_->value());
  }

  Weight gamma_;
};

class StochasticDepthLayer : public LayerWith<StochasticDepthOptions> {
 public:
  std::string module() const override { return kModule; }

 private:
  Tensor CallIn(const CallContext& context, const Tensor& x) override {
    if (!context.training || options_.drop_path_rate == 0) return x;
    return Fail(
        "StochasticDepth draws from Keras's global seed generator in training, "
        "which no model holds; compile it for inference");
  }
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", LayerScale, LayerScaleLayer);
KERATIN_DEFINE_LAYER("keras", StochasticDepth, StochasticDepthLayer);

}  // namespace keratin

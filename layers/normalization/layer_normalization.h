// LayerNormalization: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta,
// by the statistics of each example over some axes. Keras:
// keras.layers.LayerNormalization.
//
//   {.axis = {-1}, .epsilon = 1e-6}
#ifndef KERATIN_LAYERS_NORMALIZATION_LAYER_NORMALIZATION_H_
#define KERATIN_LAYERS_NORMALIZATION_LAYER_NORMALIZATION_H_

#include <vector>

#include "layers/base/layer.h"

namespace keratin {

struct LayerNormalizationOptions {
  std::vector<int64_t> axis = {-1};
  double epsilon = 1e-3;
  bool center = true, scale = true;
  // x / sqrt(variance + epsilon) * gamma instead.
  bool rms_scaling = false;
  Value beta_initializer = "zeros", gamma_initializer = "ones";
  Value beta_regularizer, gamma_regularizer;
  Value beta_constraint, gamma_constraint;

  void Describe(Fields& fields);
};

class LayerNormalization : public Layer {
 public:
  bool supports_masking() const override { return true; }

 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Build(const Shape& input) override;
  Tensor Call(const Tensor& x) override;

 private:
  LayerNormalizationOptions options_;
  Variable *gamma_ = nullptr, *beta_ = nullptr;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_NORMALIZATION_LAYER_NORMALIZATION_H_

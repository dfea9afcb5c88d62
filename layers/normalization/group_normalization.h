// GroupNormalization: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta,
// by the statistics of each example over groups of channels. Keras:
// keras.layers.GroupNormalization.
//
//   {.groups = 8}     // -1: a group for each channel
#ifndef KERATIN_LAYERS_NORMALIZATION_GROUP_NORMALIZATION_H_
#define KERATIN_LAYERS_NORMALIZATION_GROUP_NORMALIZATION_H_

#include "layers/base/layer.h"

namespace keratin {

struct GroupNormalizationOptions {
  int64_t groups = 32;
  int64_t axis = -1;
  double epsilon = 1e-3;
  bool center = true, scale = true;
  Value beta_initializer = "zeros", gamma_initializer = "ones";
  Value beta_regularizer, gamma_regularizer;
  Value beta_constraint, gamma_constraint;

  void Describe(Fields& fields);
};

class GroupNormalization : public Layer {
 public:
  bool supports_masking() const override { return true; }

 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Build(const Shape& input) override;
  Tensor Call(const Tensor& x) override;

 private:
  GroupNormalizationOptions options_;
  Variable *gamma_ = nullptr, *beta_ = nullptr;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_NORMALIZATION_GROUP_NORMALIZATION_H_

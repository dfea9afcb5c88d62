// RMSNormalization: y = x / sqrt(mean(x²) + epsilon) * scale, over some axes.
// Keras: keras.layers.RMSNormalization.
//
//   {.axis = {-1}, .epsilon = 1e-6}
#ifndef KERATIN_LAYERS_NORMALIZATION_RMS_NORMALIZATION_H_
#define KERATIN_LAYERS_NORMALIZATION_RMS_NORMALIZATION_H_

#include <vector>

#include "layers/base/layer.h"

namespace keratin {

struct RMSNormalizationOptions {
  std::vector<int64_t> axis = {-1};
  double epsilon = 1e-6;

  void Describe(Fields& fields);
};

class RMSNormalization : public Layer {
 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Build(const Shape& input) override;
  Tensor Call(const Tensor& x) override;

 private:
  RMSNormalizationOptions options_;
  Variable* scale_ = nullptr;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_NORMALIZATION_RMS_NORMALIZATION_H_

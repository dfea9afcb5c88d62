// Rescaling: y = x * scale + offset. Keras: keras.layers.Rescaling.
//
// scale and offset are numbers, or lists of them that broadcast to x.
//
//   {.scale = 1.0 / 255}    // bytes to [0, 1]
#ifndef KERATIN_LAYERS_PREPROCESSING_RESCALING_H_
#define KERATIN_LAYERS_PREPROCESSING_RESCALING_H_

#include "layers/base/layer.h"

namespace keratin {

struct RescalingOptions {
  Value scale = 1.0;
  Value offset = 0.0;

  void Describe(Fields& fields);
};

class Rescaling : public Layer {
 public:
  bool supports_masking() const override { return true; }

 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Configured() override;
  Tensor Call(const Tensor& x) override;

 private:
  RescalingOptions options_;
  Array scale_, offset_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_PREPROCESSING_RESCALING_H_

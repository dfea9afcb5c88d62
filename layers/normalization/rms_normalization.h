// RMSNormalization: y = x / sqrt(mean(x²) + epsilon) * scale, over some axes.
// Keras: keras.layers.RMSNormalization.
//
//   KerasTensor y = RMSNormalization({.epsilon = 1e-5})(x);
#ifndef KERATIN_LAYERS_NORMALIZATION_RMS_NORMALIZATION_H_
#define KERATIN_LAYERS_NORMALIZATION_RMS_NORMALIZATION_H_

#include "layers/base/layer_ptr.h"

namespace keratin {

struct RMSNormalizationOptions {
  Axis axis = -1;
  double epsilon = 1e-6;

  void Describe(Fields& f) { f("axis", axis)("epsilon", epsilon); }
};
KERATIN_DECLARE_LAYER(RMSNormalization);

}  // namespace keratin

#endif  // KERATIN_LAYERS_NORMALIZATION_RMS_NORMALIZATION_H_

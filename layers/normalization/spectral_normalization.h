// SpectralNormalization: a layer whose kernel is divided by its greatest
// singular value, found by power iterations, at each call while training.
// Keras: keras.layers.SpectralNormalization.
//
//   KerasTensor y = SpectralNormalization(
//       {.layer = Conv2D({.filters = 8, .kernel_size = 3})})(x);
#ifndef KERATIN_LAYERS_NORMALIZATION_SPECTRAL_NORMALIZATION_H_
#define KERATIN_LAYERS_NORMALIZATION_SPECTRAL_NORMALIZATION_H_

#include <cstdint>

#include "layers/base/layer_ptr.h"

namespace keratin {

struct SpectralNormalizationOptions {
  LayerPtr layer = {};  // required; has a kernel or embeddings
  int64_t power_iterations = 1;

  void Describe(Fields& f) {
    f.Required("layer")("layer", layer)("power_iterations", power_iterations);
  }
};
KERATIN_DECLARE_LAYER(SpectralNormalization);

}  // namespace keratin

#endif  // KERATIN_LAYERS_NORMALIZATION_SPECTRAL_NORMALIZATION_H_

// The layers that the models of keras.applications.convnext are made of besides
// those of keras.layers. Files name them by their class alone.
//
//   KerasTensor y = LayerScale({.init_values = 1e-6, .projection_dim = 96})(x);
#ifndef KERATIN_LAYERS_APPLICATIONS_CONVNEXT_H_
#define KERATIN_LAYERS_APPLICATIONS_CONVNEXT_H_

#include <cstdint>

#include "layers/base/layer_ptr.h"

namespace keratin {

// keras.src.applications.convnext.LayerScale: x times a learned vector over the
// last axis.
struct LayerScaleOptions {
  double init_values = 0;      // required
  int64_t projection_dim = 0;  // required

  void Describe(Fields& f) {
    f.Required("init_values")("init_values", init_values)
        .Required("projection_dim")("projection_dim", projection_dim);
  }
};
KERATIN_DECLARE_LAYER(LayerScale);

// keras.src.applications.convnext.StochasticDepth: x, save in training, where
// Keras draws from a generator that belongs to no model: an error, unless the
// rate is 0.
struct StochasticDepthOptions {
  double drop_path_rate = 0;  // required

  void Describe(Fields& f) {
    f.Required("drop_path_rate")("drop_path_rate", drop_path_rate);
  }
};
KERATIN_DECLARE_LAYER(StochasticDepth);

}  // namespace keratin

#endif  // KERATIN_LAYERS_APPLICATIONS_CONVNEXT_H_

// Rescaling: y = x * scale + offset. Keras: keras.layers.Rescaling.
//
// scale and offset are numbers, or lists of them that broadcast to x.
//
//   KerasTensor y = Rescaling({.scale = 1.0 / 255})(x);  // bytes to [0, 1]
#ifndef KERATIN_LAYERS_PREPROCESSING_RESCALING_H_
#define KERATIN_LAYERS_PREPROCESSING_RESCALING_H_

#include "layers/base/layer_ptr.h"
#include "layers/base/numbers.h"

namespace keratin {

struct RescalingOptions {
  Numbers scale = 1.0;  // required
  Numbers offset = 0.0;

  void Describe(Fields& f) {
    f.Required("scale")("scale", scale)("offset", offset);
  }
};
KERATIN_DECLARE_LAYER(Rescaling);

}  // namespace keratin

#endif  // KERATIN_LAYERS_PREPROCESSING_RESCALING_H_

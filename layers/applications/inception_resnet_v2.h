// The layer that the model of keras.applications.inception_resnet_v2 is made of
// besides those of keras.layers. Files name it by its class alone.
//
//   Value y = CustomScaleLayer({.scale = 0.17})({{Value::List({x, up})}, {}});
#ifndef KERATIN_LAYERS_APPLICATIONS_INCEPTION_RESNET_V2_H_
#define KERATIN_LAYERS_APPLICATIONS_INCEPTION_RESNET_V2_H_

#include "layers/base/layer_ptr.h"

namespace keratin {

// keras.src.applications.inception_resnet_v2.CustomScaleLayer: the first of two
// tensors, plus `scale` times the second.
struct CustomScaleLayerOptions {
  double scale = 0;  // required

  void Describe(Fields& f) { f.Required("scale")("scale", scale); }
};
KERATIN_DECLARE_LAYER(CustomScaleLayer);

}  // namespace keratin

#endif  // KERATIN_LAYERS_APPLICATIONS_INCEPTION_RESNET_V2_H_

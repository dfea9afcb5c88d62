// UnitNormalization: x divided by its Euclidean norm over some axes. Keras:
// keras.layers.UnitNormalization.
//
//   KerasTensor y = UnitNormalization({.axis = {1, 2}})(x);
#ifndef KERATIN_LAYERS_NORMALIZATION_UNIT_NORMALIZATION_H_
#define KERATIN_LAYERS_NORMALIZATION_UNIT_NORMALIZATION_H_

#include "layers/base/layer_ptr.h"

namespace keratin {

struct UnitNormalizationOptions {
  Axis axis = -1;

  void Describe(Fields& f) { f("axis", axis); }
};
KERATIN_DECLARE_LAYER(UnitNormalization);

}  // namespace keratin

#endif  // KERATIN_LAYERS_NORMALIZATION_UNIT_NORMALIZATION_H_

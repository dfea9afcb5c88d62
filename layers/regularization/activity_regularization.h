// ActivityRegularization: what it is given, and a loss on it: l1 times the sum
// of magnitudes and l2 times that of squares, over the size of the batch.
// Keras: keras.layers.ActivityRegularization.
//
//   KerasTensor y = ActivityRegularization({.l2 = 0.01})(x);
#ifndef KERATIN_LAYERS_REGULARIZATION_ACTIVITY_REGULARIZATION_H_
#define KERATIN_LAYERS_REGULARIZATION_ACTIVITY_REGULARIZATION_H_

#include "layers/base/layer_ptr.h"

namespace keratin {

struct ActivityRegularizationOptions {
  double l1 = 0, l2 = 0;

  void Describe(Fields& f) { f("l1", l1)("l2", l2); }
};
KERATIN_DECLARE_LAYER(ActivityRegularization);

}  // namespace keratin

#endif  // KERATIN_LAYERS_REGULARIZATION_ACTIVITY_REGULARIZATION_H_

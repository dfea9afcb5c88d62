// TimeDistributed: a layer applied to every step of a sequence.
// [batch, time, ...] -> [batch, time, ...]. Keras:
// keras.layers.TimeDistributed.
//
// One scan over the time axis, which the compiler turns into one computation
// over all steps where they do not depend on each other. As in Keras the layer
// is computed without what its call operator adds (casts, masks of the outputs,
// its own activity loss), and its state goes from step to step where the number
// of steps is known, else every step starts from the same. What it adds as
// losses, it adds for each step; of an unknown number, there is the sum.
//
//   KerasTensor y = TimeDistributed({.layer = Dense({.units = 8})})(x);
#ifndef KERATIN_LAYERS_RNN_TIME_DISTRIBUTED_H_
#define KERATIN_LAYERS_RNN_TIME_DISTRIBUTED_H_

#include "layers/base/layer_ptr.h"

namespace keratin {

struct TimeDistributedOptions {
  LayerPtr layer = {};  // required

  void Describe(Fields& f) { f.Required("layer")("layer", layer); }
};
KERATIN_DECLARE_LAYER(TimeDistributed);

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_TIME_DISTRIBUTED_H_

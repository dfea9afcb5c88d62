// Bidirectional: a recurrent layer forwards and one backwards, their outputs
// merged. Keras: keras.layers.Bidirectional.
//
// The backward layer is given, or a copy of the first that runs backwards; its
// outputs are turned round, so that all are in the order of the steps. The
// first half of `initial_state` is the forward layer's.
//
//   KerasTensor y = Bidirectional({.layer = LSTM({.units = 8})})(x);
#ifndef KERATIN_LAYERS_RNN_BIDIRECTIONAL_H_
#define KERATIN_LAYERS_RNN_BIDIRECTIONAL_H_

#include <optional>
#include <string>

#include "layers/base/layer_ptr.h"

namespace keratin {

struct BidirectionalOptions {
  // A recurrent layer, of which the forward layer is a copy. Required.
  LayerPtr layer = {};
  // "sum", "mul", "concat" or "ave"; none: both outputs are returned.
  std::optional<std::string> merge_mode = "concat";
  // None: a copy of the first that runs backwards.
  LayerPtr backward_layer = {};

  void Describe(Fields& f) {
    f.Required("layer")("layer", layer)("merge_mode", merge_mode)(
        "backward_layer", backward_layer);
  }
};
KERATIN_DECLARE_LAYER(Bidirectional);

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_BIDIRECTIONAL_H_

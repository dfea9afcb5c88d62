// StackedRNNCells: cells one above the other as one cell, each taking the
// output of the one below.
//
// Its states are a list with the states of each cell. Keras:
// keras.layers.StackedRNNCells.
//
//   StackedRNNCells(
//       {.cells = {LSTMCell({.units = 8}), GRUCell({.units = 4})}});
#ifndef KERATIN_LAYERS_RNN_STACKED_RNN_CELLS_H_
#define KERATIN_LAYERS_RNN_STACKED_RNN_CELLS_H_

#include <vector>

#include "layers/base/layer_ptr.h"

namespace keratin {

struct StackedRNNCellsOptions {
  std::vector<LayerPtr> cells = {};  // required, the lowest first

  void Describe(Fields& f) { f.Required("cells")("cells", cells); }
};
KERATIN_DECLARE_LAYER(StackedRNNCells);

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_STACKED_RNN_CELLS_H_

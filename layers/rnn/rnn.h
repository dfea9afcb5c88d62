// RNN: any cell along a sequence; a list of cells is a stack of them.
// Keras: keras.layers.RNN.
//
//   RNN({.cell = LSTMCell({.units = 8}), .return_sequences = true})(x);
//   RNN({.cell = {LSTMCell({.units = 8}), GRUCell({.units = 4})}})(x);
#ifndef KERATIN_LAYERS_RNN_RNN_H_
#define KERATIN_LAYERS_RNN_RNN_H_

#include <initializer_list>
#include <utility>

#include "layers/base/layer_ptr.h"

namespace keratin {

// A cell (recurrent_cell.h), or several: a stack of them.
class CellField {
 public:
  CellField() = default;
  CellField(LayerPtr cell) : cell_(std::move(cell)) {}  // NOLINT
  CellField(std::initializer_list<LayerPtr> cells);     // NOLINT

  const LayerPtr& cell() const { return cell_; }

 private:
  LayerPtr cell_;
};
absl::Status Read(const Value& value, CellField& field);
Value Written(const CellField& field);
absl::Status Check(const CellField& field);

struct RNNOptions {
  CellField cell = {};  // required
  bool return_sequences = false, return_state = false;
  bool go_backwards = false, stateful = false, unroll = false;
  bool zero_output_for_mask = false;

  void Describe(Fields& f);
};
KERATIN_DECLARE_LAYER(RNN);

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_RNN_H_

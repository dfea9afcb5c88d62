// SimpleRNN: SimpleRNNCell along a sequence, [batch, time, in] -> [batch,
// units], or [batch, time, units] with return_sequences. Keras:
// keras.layers.SimpleRNN.
//
//   SimpleRNNOptions options{{.units = 64}, {.return_sequences = true}};
#ifndef KERATIN_LAYERS_RNN_SIMPLE_RNN_H_
#define KERATIN_LAYERS_RNN_SIMPLE_RNN_H_

#include <memory>

#include "layers/rnn/recurrent_layer.h"
#include "layers/rnn/simple_rnn_cell.h"

namespace keratin {

struct SimpleRNNOptions : SimpleRNNCellOptions, RecurrenceOptions {
  using Cell = SimpleRNNCellOptions;
};

class SimpleRNN : public RecurrentLayerOf<SimpleRNNOptions> {
 protected:
  absl::Status Configured() override {
    return SetOwnCell(std::make_unique<SimpleRNNCell>(), "simple_rnn_cell");
  }
  int sequence_rank() const override { return 3; }
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_SIMPLE_RNN_H_

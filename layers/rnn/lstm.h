// LSTM: LSTMCell along a sequence, [batch, time, in] -> [batch, units], or
// [batch, time, units] with return_sequences. Keras: keras.layers.LSTM.
//
//   LSTMOptions options{{.units = 64}, {.return_sequences = true}};
#ifndef KERATIN_LAYERS_RNN_LSTM_H_
#define KERATIN_LAYERS_RNN_LSTM_H_

#include <memory>

#include "layers/rnn/lstm_cell.h"
#include "layers/rnn/recurrent_layer.h"

namespace keratin {

struct LSTMOptions : LSTMCellOptions, RecurrenceOptions {
  using Cell = LSTMCellOptions;
};

class LSTM : public RecurrentLayerOf<LSTMOptions> {
 protected:
  absl::Status Configured() override {
    return SetOwnCell(std::make_unique<LSTMCell>(), "lstm_cell");
  }
  int sequence_rank() const override { return 3; }
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_LSTM_H_

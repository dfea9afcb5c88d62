// ConvLSTM1D, ConvLSTM2D, ConvLSTM3D: ConvLSTMCell along a sequence of one to
// three spatial axes. [batch, time, *spatial, in] -> [batch, *convolved,
// filters], or [batch, time, *convolved, filters] with return_sequences.
// Keras: keras.layers.ConvLSTM1D, ConvLSTM2D, ConvLSTM3D.
#ifndef KERATIN_LAYERS_RNN_CONV_LSTM_H_
#define KERATIN_LAYERS_RNN_CONV_LSTM_H_

#include <memory>

#include "layers/rnn/conv_lstm_cell.h"
#include "layers/rnn/recurrent_layer.h"

namespace keratin {

struct ConvLSTMOptions : ConvLSTMCellOptions, RecurrenceOptions {
  using Cell = ConvLSTMCellOptions;
};

template <int rank>
class ConvLSTM : public RecurrentLayerOf<ConvLSTMOptions> {
 protected:
  absl::Status Configured() override {
    return SetOwnCell(std::make_unique<ConvLSTMCell>(rank), "conv_lstm_cell");
  }
  int sequence_rank() const override { return rank + 3; }
};

class ConvLSTM1D : public ConvLSTM<1> {};
class ConvLSTM2D : public ConvLSTM<2> {};
class ConvLSTM3D : public ConvLSTM<3> {};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_CONV_LSTM_H_

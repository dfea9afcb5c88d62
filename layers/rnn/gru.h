// GRU: GRUCell along a sequence, [batch, time, in] -> [batch, units], or
// [batch, time, units] with return_sequences. Keras: keras.layers.GRU.
//
//   GRUOptions options{{.units = 64}, {.return_sequences = true}};
#ifndef KERATIN_LAYERS_RNN_GRU_H_
#define KERATIN_LAYERS_RNN_GRU_H_

#include <memory>

#include "layers/rnn/gru_cell.h"
#include "layers/rnn/recurrent_layer.h"

namespace keratin {

struct GRUOptions : GRUCellOptions, RecurrenceOptions {
  using Cell = GRUCellOptions;
};

class GRU : public RecurrentLayerOf<GRUOptions> {
 protected:
  absl::Status Configured() override {
    return SetOwnCell(std::make_unique<GRUCell>(), "gru_cell");
  }
  int sequence_rank() const override { return 3; }
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_GRU_H_

// RNN: any cell along a sequence; a list of cells is a stack of them.
// Keras: keras.layers.RNN.
#ifndef KERATIN_LAYERS_RNN_RNN_H_
#define KERATIN_LAYERS_RNN_RNN_H_

#include "layers/rnn/recurrent_layer.h"

namespace keratin {

struct RNNOptions : RecurrenceOptions {
  Value cell = {};  // as Keras serializes it
};

class RNN : public RecurrentLayer {
 public:
  RecurrenceOptions& recurrence() override { return options_; }

 protected:
  void Describe(Fields& f) override;
  absl::Status Configured() override;

 private:
  RNNOptions options_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_RNN_H_

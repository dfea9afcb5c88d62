#include "layers/rnn/simple_rnn.h"

#include "layers/rnn/gated_cell.h"
#include "layers/rnn/recurrent_layer.h"
#include "layers/rnn/simple_rnn_cell.h"

namespace keratin {
namespace {

class SimpleRNNLayer : public RecurrentLayerOf<SimpleRNNOptions> {
  absl::Status Configured() override {
    return SetCell(SimpleRNNCell(CellOptionsOf<SimpleRNNCellOptions>(options_),
                                 OwnCell("simple_rnn_cell")));
  }
  int sequence_rank() const override { return 3; }
};

}  // namespace

void SimpleRNNOptions::Describe(Fields& f) {
  DescribeRecurrence(f, *this);
  DescribeCell(f, *this);
  // Keras does not write it.
  if (f.reading()) f("seed", seed);
  f.Written("activity_regularizer", Value());
}

KERATIN_DEFINE_LAYER("keras", SimpleRNN, SimpleRNNLayer);

}  // namespace keratin

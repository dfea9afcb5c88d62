#include "layers/rnn/lstm.h"

#include "layers/rnn/gated_cell.h"
#include "layers/rnn/lstm_cell.h"
#include "layers/rnn/recurrent_layer.h"

namespace keratin {
namespace {

class LSTMLayer : public RecurrentLayerOf<LSTMOptions> {
  absl::Status Configured() override {
    return SetCell(LSTMCell(CellOptionsOf<LSTMCellOptions>(options_),
                            OwnCell("lstm_cell")));
  }
  int sequence_rank() const override { return 3; }
};

}  // namespace

void LSTMOptions::Describe(Fields& f) {
  DescribeRecurrence(f, *this);
  DescribeCell(f, *this);
  f("seed", seed);
  f.Written("activity_regularizer", Value());
}

KERATIN_DEFINE_LAYER("keras", LSTM, LSTMLayer);

}  // namespace keratin

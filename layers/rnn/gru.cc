#include "layers/rnn/gru.h"

#include "layers/rnn/gated_cell.h"
#include "layers/rnn/gru_cell.h"
#include "layers/rnn/recurrent_layer.h"

namespace keratin {
namespace {

class GRULayer : public RecurrentLayerOf<GRUOptions> {
  absl::Status Configured() override {
    return SetCell(
        GRUCell(CellOptionsOf<GRUCellOptions>(options_), OwnCell("gru_cell")));
  }
  int sequence_rank() const override { return 3; }
};

}  // namespace

void GRUOptions::Describe(Fields& f) {
  DescribeRecurrence(f, *this);
  DescribeCell(f, *this);
  f("seed", seed);
  f.Written("activity_regularizer", Value());
}

KERATIN_DEFINE_LAYER("keras", GRU, GRULayer);

}  // namespace keratin

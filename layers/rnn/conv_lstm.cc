#include "layers/rnn/conv_lstm.h"

#include "layers/rnn/conv_lstm_cell.h"
#include "layers/rnn/recurrent_layer.h"

namespace keratin {
namespace {

template <int kRank>
class ConvLSTMLayer : public RecurrentLayerOf<ConvLSTMOptions> {
  absl::Status Configured() override {
    ConvLSTMOptions& o = options_;
    auto cell = CellOptionsOf<ConvLSTMCellOptions>(o);
    cell.rank = kRank;
    cell.filters = o.filters;
    cell.kernel_size = o.kernel_size;
    cell.strides = o.strides;
    cell.padding = o.padding;
    cell.data_format = o.data_format;
    cell.dilation_rate = o.dilation_rate;
    // Written as the cell reads them.
    absl::Status status = Window().Configure(kRank, o);
    if (!status.ok()) return status;
    return SetCell(Make<ConvLSTMCell>(cell, OwnCell("conv_lstm_cell")));
  }
  int sequence_rank() const override { return kRank + 3; }
};

}  // namespace

void ConvLSTMOptions::Describe(Fields& f) {
  DescribeRecurrence(f, *this);
  DescribeConvolution(f, *this);
  DescribeCell(f, *this);
  f("seed", seed);
  f.Written("activity_regularizer", Value());
}

KERATIN_DEFINE_LAYER("keras", ConvLSTM1D, ConvLSTMLayer<1>);
KERATIN_DEFINE_LAYER("keras", ConvLSTM2D, ConvLSTMLayer<2>);
KERATIN_DEFINE_LAYER("keras", ConvLSTM3D, ConvLSTMLayer<3>);

}  // namespace keratin

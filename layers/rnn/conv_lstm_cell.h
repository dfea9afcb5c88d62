// ConvLSTMCell: the step of an LSTM whose products are convolutions.
//
//   i, f, o = recurrent_activation(x * kernel + bias + h * recurrent_kernel)
//   c' = f c + i activation(x * kernel + bias + h * recurrent_kernel)
//   h' = o activation(c')
//
// x [batch, *spatial, in], h and c [batch, *convolved, filters] (channels
// first: in and filters on axis 1); states are convolved with "same" padding.
// Gates stand in the order i, f, c, o. Keras:
// keras.src.layers.rnn.conv_lstm.ConvLSTMCell.
#ifndef KERATIN_LAYERS_RNN_CONV_LSTM_CELL_H_
#define KERATIN_LAYERS_RNN_CONV_LSTM_CELL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "layers/convolutional/window.h"
#include "layers/core/activation_field.h"
#include "layers/rnn/gated_cell.h"

namespace keratin {

// The fields of the convolution, of a cell or a layer.
template <typename O>
void DescribeConvolution(Fields& f, O& o) {
  f.Required("filters")("filters", o.filters)
      .Required("kernel_size")("kernel_size", o.kernel_size)(
          "strides", o.strides)("padding", o.padding)(
          "data_format", o.data_format)("dilation_rate", o.dilation_rate);
}

struct ConvLSTMCellOptions {
  // Spatial axes: no argument of Keras's layers, which have it in their name.
  int rank = 2;
  int64_t filters = 0;    // required
  Ints kernel_size = {};  // required
  Ints strides = 1;
  std::string padding = "valid";  // or "same"
  DataFormat data_format = {};
  Ints dilation_rate = 1;
  ActivationField activation = "tanh";
  ActivationField recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  bool unit_forget_bias = true;
  Regularizer kernel_regularizer = {}, recurrent_regularizer = {},
              bias_regularizer = {};
  Constraint kernel_constraint = {}, recurrent_constraint = {},
             bias_constraint = {};
  double dropout = 0, recurrent_dropout = 0;
  std::optional<int64_t> seed = {};

  void Describe(Fields& f) {
    DescribeConvolution(f, *this);
    DescribeCell(f, *this);
    f("seed", seed);
  }
};

class ConvLSTMCell : public GatedCell<ConvLSTMCellOptions> {
 public:
  std::vector<int64_t> state_size() const override {
    return {options_.filters, options_.filters};
  }
  Shape OutputShape(const Shape& step) const override;
  Value InitialState(const Shape& step) const override;

 protected:
  absl::Status Configured() override;
  absl::Status Build(const Shape& input) override;
  StepResult Step(const Tensor& x, const std::vector<Tensor>& states,
                  bool training) override;

 private:
  Window window_;                  // of the input
  ops::ConvOptions state_window_;  // of the states
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_CONV_LSTM_CELL_H_

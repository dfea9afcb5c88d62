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

#include <optional>
#include <string>
#include <vector>

#include "layers/core/activation_field.h"
#include "layers/ops/convolution.h"
#include "layers/rnn/gated_cell.h"

namespace keratin {

struct ConvLSTMCellOptions {
  // Spatial axes: no argument of Keras's layers, which have it in their name.
  int rank = 2;
  int64_t filters = 0;
  // One number for all spatial axes, or one for each.
  std::vector<int64_t> kernel_size = {};
  std::vector<int64_t> strides = {1};
  std::string padding = "valid";
  std::optional<std::string> data_format = {};
  std::vector<int64_t> dilation_rate = {1};
  ActivationField activation = ActivationField("tanh");
  ActivationField recurrent_activation = ActivationField("sigmoid");
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  bool unit_forget_bias = true;
  Regularizer kernel_regularizer = {};
  Regularizer recurrent_regularizer = {};
  Regularizer bias_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint recurrent_constraint = {};
  Constraint bias_constraint = {};
  double dropout = 0;
  double recurrent_dropout = 0;
  std::optional<int64_t> seed = {};

  void Describe(Fields& f) {
    f.Required("filters")("filters", filters)
        .Required("kernel_size")("kernel_size", kernel_size)(
            "strides", strides)("padding", padding)("data_format", data_format)(
            "dilation_rate", dilation_rate)(
            "recurrent_activation", recurrent_activation)("unit_forget_bias",
                                                          unit_forget_bias);
    DescribeCell(f, *this);
  }
};

class ConvLSTMCell : public GatedCell<ConvLSTMCellOptions> {
 public:
  explicit ConvLSTMCell(int rank) { options_.rank = rank; }

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
  int channel_axis() const;

  ops::ConvOptions input_options_, state_options_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_CONV_LSTM_CELL_H_

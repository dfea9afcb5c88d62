// LSTMCell: the step of a long short-term memory.
//
//   i, f, o = recurrent_activation(x · kernel + h · recurrent_kernel + bias)
//   c' = f c + i activation(x · kernel + h · recurrent_kernel + bias)
//   h' = o activation(c')
//
// x [batch, in], h and c [batch, units]; gates stand in the order i, f, c, o.
// Keras: keras.layers.LSTMCell.
#ifndef KERATIN_LAYERS_RNN_LSTM_CELL_H_
#define KERATIN_LAYERS_RNN_LSTM_CELL_H_

#include <optional>

#include "layers/core/activation_field.h"
#include "layers/rnn/gated_cell.h"

namespace keratin {

struct LSTMCellOptions {
  int64_t units = 0;
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
    f.Required("units")("units", units)(
        "recurrent_activation", recurrent_activation)("unit_forget_bias",
                                                      unit_forget_bias);
    DescribeCell(f, *this);
  }
};

class LSTMCell : public GatedCell<LSTMCellOptions> {
 public:
  std::vector<int64_t> state_size() const override {
    return {options_.units, options_.units};
  }

 protected:
  absl::Status Configured() override;
  absl::Status Build(const Shape& input) override;
  StepResult Step(const Tensor& x, const std::vector<Tensor>& states,
                  bool training) override;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_LSTM_CELL_H_

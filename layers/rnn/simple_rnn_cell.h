// SimpleRNNCell: h' = activation(x · kernel + bias + h · recurrent_kernel).
// x [batch, in], h [batch, units]. Keras: keras.layers.SimpleRNNCell.
#ifndef KERATIN_LAYERS_RNN_SIMPLE_RNN_CELL_H_
#define KERATIN_LAYERS_RNN_SIMPLE_RNN_CELL_H_

#include <optional>

#include "layers/core/activation_field.h"
#include "layers/rnn/gated_cell.h"

namespace keratin {

struct SimpleRNNCellOptions {
  int64_t units = 0;
  ActivationField activation = ActivationField("tanh");
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
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
    f.Required("units")("units", units);
    DescribeCell(f, *this);
  }
};

class SimpleRNNCell : public GatedCell<SimpleRNNCellOptions> {
 public:
  std::vector<int64_t> state_size() const override { return {options_.units}; }

 protected:
  absl::Status Configured() override;
  absl::Status Build(const Shape& input) override;
  StepResult Step(const Tensor& x, const std::vector<Tensor>& states,
                  bool training) override;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_SIMPLE_RNN_CELL_H_

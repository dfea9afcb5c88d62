// GRUCell: the step of a gated recurrent unit.
//
//   z, r = recurrent_activation(x · kernel + bias + h · recurrent_kernel)
//   h' = z h + (1 - z) activation(x · kernel + bias + what r lets through of h)
//
// With reset_after, r gates h · recurrent_kernel + its own bias (bias has two
// rows), else h before the product. x [batch, in], h [batch, units]; gates
// stand in the order z, r, h. Keras: keras.layers.GRUCell.
#ifndef KERATIN_LAYERS_RNN_GRU_CELL_H_
#define KERATIN_LAYERS_RNN_GRU_CELL_H_

#include <optional>

#include "layers/core/activation_field.h"
#include "layers/rnn/gated_cell.h"

namespace keratin {

struct GRUCellOptions {
  int64_t units = 0;
  ActivationField activation = ActivationField("tanh");
  ActivationField recurrent_activation = ActivationField("sigmoid");
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
  bool reset_after = true;
  std::optional<int64_t> seed = {};

  void Describe(Fields& f) {
    f.Required("units")("units", units)("recurrent_activation",
                                        recurrent_activation)("reset_after",
                                                              reset_after);
    DescribeCell(f, *this);
  }
};

class GRUCell : public GatedCell<GRUCellOptions> {
 public:
  std::vector<int64_t> state_size() const override { return {options_.units}; }

 protected:
  absl::Status Configured() override;
  absl::Status Build(const Shape& input) override;
  StepResult Step(const Tensor& x, const std::vector<Tensor>& states,
                  bool training) override;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_GRU_CELL_H_

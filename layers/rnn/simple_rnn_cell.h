// SimpleRNNCell: h' = activation(x · kernel + bias + h · recurrent_kernel).
// x [batch, in], h [batch, units]. Keras: keras.layers.SimpleRNNCell.
#ifndef KERATIN_LAYERS_RNN_SIMPLE_RNN_CELL_H_
#define KERATIN_LAYERS_RNN_SIMPLE_RNN_CELL_H_

#include <cstdint>
#include <optional>

#include "layers/base/layer_ptr.h"
#include "layers/core/activation_field.h"

namespace keratin {

struct SimpleRNNCellOptions {
  int64_t units = 0;  // required
  ActivationField activation = "tanh";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {}, recurrent_regularizer = {},
              bias_regularizer = {};
  Constraint kernel_constraint = {}, recurrent_constraint = {},
             bias_constraint = {};
  double dropout = 0, recurrent_dropout = 0;
  std::optional<int64_t> seed = {};

  void Describe(Fields& f);
};
KERATIN_DECLARE_LAYER(SimpleRNNCell);

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_SIMPLE_RNN_CELL_H_

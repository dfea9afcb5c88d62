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

#include <cstdint>
#include <optional>

#include "layers/base/layer_ptr.h"
#include "layers/core/activation_field.h"

namespace keratin {

struct LSTMCellOptions {
  int64_t units = 0;  // required
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

  void Describe(Fields& f);
};
KERATIN_DECLARE_LAYER(LSTMCell);

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_LSTM_CELL_H_

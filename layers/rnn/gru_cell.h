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

#include <cstdint>
#include <optional>

#include "layers/base/layer_ptr.h"
#include "layers/core/activation_field.h"

namespace keratin {

struct GRUCellOptions {
  int64_t units = 0;  // required
  ActivationField activation = "tanh";
  ActivationField recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {}, recurrent_regularizer = {},
              bias_regularizer = {};
  Constraint kernel_constraint = {}, recurrent_constraint = {},
             bias_constraint = {};
  double dropout = 0, recurrent_dropout = 0;
  bool reset_after = true;
  std::optional<int64_t> seed = {};

  void Describe(Fields& f);
};
KERATIN_DECLARE_LAYER(GRUCell);

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_GRU_CELL_H_

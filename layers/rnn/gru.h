// GRU: GRUCell along a sequence, [batch, time, in] -> [batch, units], or
// [batch, time, units] with return_sequences. Keras: keras.layers.GRU.
//
//   KerasTensor y = GRU({.units = 64, .return_sequences = true})(x);
#ifndef KERATIN_LAYERS_RNN_GRU_H_
#define KERATIN_LAYERS_RNN_GRU_H_

#include <cstdint>
#include <optional>

#include "layers/base/layer_ptr.h"
#include "layers/core/activation_field.h"

namespace keratin {

struct GRUOptions {
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
  std::optional<int64_t> seed = {};
  bool return_sequences = false, return_state = false;
  bool go_backwards = false, stateful = false, unroll = false;
  bool reset_after = true;
  bool zero_output_for_mask = false;

  void Describe(Fields& f);
};
KERATIN_DECLARE_LAYER(GRU);

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_GRU_H_

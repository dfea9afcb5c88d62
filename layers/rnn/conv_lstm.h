// ConvLSTM1D, ConvLSTM2D, ConvLSTM3D: ConvLSTMCell along a sequence of one to
// three spatial axes. [batch, time, *spatial, in] -> [batch, *convolved,
// filters], or [batch, time, *convolved, filters] with return_sequences.
// Keras: keras.layers.ConvLSTM1D, ConvLSTM2D, ConvLSTM3D.
//
//   KerasTensor y = ConvLSTM2D({.filters = 8, .kernel_size = {3, 3}})(x);
#ifndef KERATIN_LAYERS_RNN_CONV_LSTM_H_
#define KERATIN_LAYERS_RNN_CONV_LSTM_H_

#include <cstdint>
#include <optional>
#include <string>

#include "layers/base/layer_ptr.h"
#include "layers/core/activation_field.h"
#include "layers/core/data_format.h"

namespace keratin {

struct ConvLSTMOptions {
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
  bool return_sequences = false, return_state = false;
  bool go_backwards = false, stateful = false, unroll = false;
  bool zero_output_for_mask = false;

  void Describe(Fields& f);
};
using ConvLSTM1DOptions = ConvLSTMOptions;
using ConvLSTM2DOptions = ConvLSTMOptions;
using ConvLSTM3DOptions = ConvLSTMOptions;
KERATIN_DECLARE_LAYER(ConvLSTM1D);
KERATIN_DECLARE_LAYER(ConvLSTM2D);
KERATIN_DECLARE_LAYER(ConvLSTM3D);

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_CONV_LSTM_H_

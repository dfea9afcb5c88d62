// Convolutions: y = activation(x * kernel + bias), over one, two or three
// spatial axes. Keras: keras.layers.Conv1D, Conv2D, Conv3D.
//
// [batch, *spatial, in] → [batch, *convolved, filters], or with the channels on
// axis 1. The kernel is [*kernel_size, in / groups, filters].
//
//   KerasTensor y = Conv2D({.filters = 8, .kernel_size = {3, 3}})(x);
#ifndef KERATIN_LAYERS_CONVOLUTIONAL_CONV_H_
#define KERATIN_LAYERS_CONVOLUTIONAL_CONV_H_

#include <cstdint>
#include <optional>
#include <string>

#include "layers/base/layer_ptr.h"
#include "layers/core/activation_field.h"
#include "layers/core/data_format.h"

namespace keratin {

struct ConvOptions {
  int64_t filters = 0;    // required
  Ints kernel_size = {};  // required
  Ints strides = 1;
  std::string padding = "valid";  // or "same"; of Conv1D "causal", too
  DataFormat data_format = {};
  Ints dilation_rate = 1;
  int64_t groups = 1;
  ActivationField activation = {};
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {}, bias_regularizer = {};
  Constraint kernel_constraint = {}, bias_constraint = {};
  std::optional<int64_t> lora_rank = {};
  Value lora_alpha = {};  // a number; none: the rank

  void Describe(Fields& f);
};
using Conv1DOptions = ConvOptions;
using Conv2DOptions = ConvOptions;
using Conv3DOptions = ConvOptions;
KERATIN_DECLARE_LAYER(Conv1D);
KERATIN_DECLARE_LAYER(Conv2D);
KERATIN_DECLARE_LAYER(Conv3D);

}  // namespace keratin

#endif  // KERATIN_LAYERS_CONVOLUTIONAL_CONV_H_

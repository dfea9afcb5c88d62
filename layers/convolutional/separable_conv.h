// Separable convolutions: a depthwise one, then one of size 1 that mixes the
// channels. Keras: keras.layers.SeparableConv1D, SeparableConv2D.
//
// [batch, *spatial, in] → [batch, *convolved, filters], or with the channels on
// axis 1.
//
//   KerasTensor y = SeparableConv2D({.filters = 8, .kernel_size = 3})(x);
#ifndef KERATIN_LAYERS_CONVOLUTIONAL_SEPARABLE_CONV_H_
#define KERATIN_LAYERS_CONVOLUTIONAL_SEPARABLE_CONV_H_

#include <cstdint>
#include <string>

#include "layers/base/layer_ptr.h"
#include "layers/core/activation_field.h"
#include "layers/core/data_format.h"

namespace keratin {

struct SeparableConvOptions {
  int64_t filters = 0;    // required
  Ints kernel_size = {};  // required
  Ints strides = 1;
  std::string padding = "valid";  // or "same"
  DataFormat data_format = {};
  Ints dilation_rate = 1;
  int64_t depth_multiplier = 1;
  ActivationField activation = {};
  bool use_bias = true;
  Initializer depthwise_initializer = "glorot_uniform";
  Initializer pointwise_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer depthwise_regularizer = {}, pointwise_regularizer = {},
              bias_regularizer = {};
  Constraint depthwise_constraint = {}, pointwise_constraint = {},
             bias_constraint = {};

  void Describe(Fields& f);
};
using SeparableConv1DOptions = SeparableConvOptions;
using SeparableConv2DOptions = SeparableConvOptions;
KERATIN_DECLARE_LAYER(SeparableConv1D);
KERATIN_DECLARE_LAYER(SeparableConv2D);

}  // namespace keratin

#endif  // KERATIN_LAYERS_CONVOLUTIONAL_SEPARABLE_CONV_H_

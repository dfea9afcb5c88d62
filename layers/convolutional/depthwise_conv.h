// Depthwise convolutions: every channel by depth_multiplier kernels of its own.
// Keras: keras.layers.DepthwiseConv1D, DepthwiseConv2D.
//
// [batch, *spatial, in] → [batch, *convolved, in * depth_multiplier], or with
// the channels on axis 1. The kernel is [*kernel_size, in, depth_multiplier].
//
//   KerasTensor y = DepthwiseConv2D({.kernel_size = 3, .padding = "same"})(x);
#ifndef KERATIN_LAYERS_CONVOLUTIONAL_DEPTHWISE_CONV_H_
#define KERATIN_LAYERS_CONVOLUTIONAL_DEPTHWISE_CONV_H_

#include <cstdint>
#include <string>

#include "layers/base/layer_ptr.h"
#include "layers/core/activation_field.h"
#include "layers/core/data_format.h"

namespace keratin {

struct DepthwiseConvOptions {
  Ints kernel_size = {};  // required
  Ints strides = 1;
  std::string padding = "valid";  // or "same"
  int64_t depth_multiplier = 1;
  DataFormat data_format = {};
  Ints dilation_rate = 1;
  ActivationField activation = {};
  bool use_bias = true;
  Initializer depthwise_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer depthwise_regularizer = {}, bias_regularizer = {};
  Constraint depthwise_constraint = {}, bias_constraint = {};

  void Describe(Fields& f);
};
using DepthwiseConv1DOptions = DepthwiseConvOptions;
using DepthwiseConv2DOptions = DepthwiseConvOptions;
KERATIN_DECLARE_LAYER(DepthwiseConv1D);
KERATIN_DECLARE_LAYER(DepthwiseConv2D);

}  // namespace keratin

#endif  // KERATIN_LAYERS_CONVOLUTIONAL_DEPTHWISE_CONV_H_

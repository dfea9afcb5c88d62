// Transposed convolutions, which grow their input by the strides. Keras:
// keras.layers.Conv1DTranspose, Conv2DTranspose, Conv3DTranspose.
//
// [batch, *spatial, in] → [batch, *grown, filters], or with the channels on
// axis 1. The kernel is [*kernel_size, filters, in].
//
//   KerasTensor y =
//       Conv2DTranspose({.filters = 8, .kernel_size = 3, .strides = 2})(x);
#ifndef KERATIN_LAYERS_CONVOLUTIONAL_CONV_TRANSPOSE_H_
#define KERATIN_LAYERS_CONVOLUTIONAL_CONV_TRANSPOSE_H_

#include <cstdint>
#include <string>

#include "layers/base/layer_ptr.h"
#include "layers/core/activation_field.h"
#include "layers/core/data_format.h"

namespace keratin {

struct ConvTransposeOptions {
  int64_t filters = 0;    // required
  Ints kernel_size = {};  // required
  Ints strides = 1;
  std::string padding = "valid";  // or "same"
  // More elements behind the result, fewer than the strides; none: as many as
  // make the size that Keras infers.
  Ints output_padding = {};
  DataFormat data_format = {};
  Ints dilation_rate = 1;
  ActivationField activation = {};
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {}, bias_regularizer = {};
  Constraint kernel_constraint = {}, bias_constraint = {};

  void Describe(Fields& f);
};
using Conv1DTransposeOptions = ConvTransposeOptions;
using Conv2DTransposeOptions = ConvTransposeOptions;
using Conv3DTransposeOptions = ConvTransposeOptions;
KERATIN_DECLARE_LAYER(Conv1DTranspose);
KERATIN_DECLARE_LAYER(Conv2DTranspose);
KERATIN_DECLARE_LAYER(Conv3DTranspose);

}  // namespace keratin

#endif  // KERATIN_LAYERS_CONVOLUTIONAL_CONV_TRANSPOSE_H_

// Pooling over windows: the greatest or the mean of each. Keras:
// keras.layers.MaxPooling1D to 3D, AveragePooling1D to 3D.
//
// [batch, *spatial, channels] → [batch, *pooled, channels], or with the
// channels on axis 1.
//
//   KerasTensor y = MaxPooling2D({.pool_size = {2, 2}})(x);
#ifndef KERATIN_LAYERS_POOLING_POOLING_H_
#define KERATIN_LAYERS_POOLING_POOLING_H_

#include <string>

#include "layers/base/layer_ptr.h"
#include "layers/core/data_format.h"

namespace keratin {

struct PoolingOptions {
  Ints pool_size = 2;  // of AveragePooling1D to 3D required, in Keras
  Ints strides = {};   // none: the pool size
  std::string padding = "valid";  // or "same"
  DataFormat data_format = {};

  void Describe(Fields& f) {
    f("pool_size", pool_size)("padding", padding)("strides", strides)(
        "data_format", data_format);
  }
};
using MaxPooling1DOptions = PoolingOptions;
using MaxPooling2DOptions = PoolingOptions;
using MaxPooling3DOptions = PoolingOptions;
using AveragePooling1DOptions = PoolingOptions;
using AveragePooling2DOptions = PoolingOptions;
using AveragePooling3DOptions = PoolingOptions;
KERATIN_DECLARE_LAYER(MaxPooling1D);
KERATIN_DECLARE_LAYER(MaxPooling2D);
KERATIN_DECLARE_LAYER(MaxPooling3D);
KERATIN_DECLARE_LAYER(AveragePooling1D);
KERATIN_DECLARE_LAYER(AveragePooling2D);
KERATIN_DECLARE_LAYER(AveragePooling3D);

}  // namespace keratin

#endif  // KERATIN_LAYERS_POOLING_POOLING_H_

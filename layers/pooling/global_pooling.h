// Pooling over all positions: the greatest or the mean of each channel. Keras:
// keras.layers.GlobalMaxPooling1D to 3D, GlobalAveragePooling1D to 3D.
//
// [batch, *spatial, channels] → [batch, channels], or with sizes of 1 kept.
// GlobalAveragePooling1D leaves masked steps out.
//
//   KerasTensor y = GlobalAveragePooling2D()(x);
#ifndef KERATIN_LAYERS_POOLING_GLOBAL_POOLING_H_
#define KERATIN_LAYERS_POOLING_GLOBAL_POOLING_H_

#include "layers/base/layer_ptr.h"
#include "layers/core/data_format.h"

namespace keratin {

struct GlobalPoolingOptions {
  DataFormat data_format = {};
  bool keepdims = false;

  void Describe(Fields& f) {
    f("data_format", data_format)("keepdims", keepdims);
  }
};
using GlobalMaxPooling1DOptions = GlobalPoolingOptions;
using GlobalMaxPooling2DOptions = GlobalPoolingOptions;
using GlobalMaxPooling3DOptions = GlobalPoolingOptions;
using GlobalAveragePooling1DOptions = GlobalPoolingOptions;
using GlobalAveragePooling2DOptions = GlobalPoolingOptions;
using GlobalAveragePooling3DOptions = GlobalPoolingOptions;
KERATIN_DECLARE_LAYER(GlobalMaxPooling1D);
KERATIN_DECLARE_LAYER(GlobalMaxPooling2D);
KERATIN_DECLARE_LAYER(GlobalMaxPooling3D);
KERATIN_DECLARE_LAYER(GlobalAveragePooling1D);
KERATIN_DECLARE_LAYER(GlobalAveragePooling2D);
KERATIN_DECLARE_LAYER(GlobalAveragePooling3D);

}  // namespace keratin

#endif  // KERATIN_LAYERS_POOLING_GLOBAL_POOLING_H_

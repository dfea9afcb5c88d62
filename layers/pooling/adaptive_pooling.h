// AdaptivePooling: the mean or the greatest of windows that are laid so that
// the result has a given size: window i of n reaches from floor(i * size / n)
// to ceil((i + 1) * size / n). Keras: keras.layers.AdaptiveAveragePooling1D to
// 3D, AdaptiveMaxPooling1D to 3D.
//
//   KerasTensor y = AdaptiveMaxPooling2D({.output_size = {7, 7}})(x);
#ifndef KERATIN_LAYERS_POOLING_ADAPTIVE_POOLING_H_
#define KERATIN_LAYERS_POOLING_ADAPTIVE_POOLING_H_

#include "layers/base/layer_ptr.h"
#include "layers/core/data_format.h"

namespace keratin {

struct AdaptivePoolingOptions {
  Ints output_size = {};  // required
  DataFormat data_format = {};

  void Describe(Fields& f) {
    f.Required("output_size")("output_size", output_size)("data_format",
                                                          data_format);
  }
};
using AdaptiveAveragePooling1DOptions = AdaptivePoolingOptions;
using AdaptiveAveragePooling2DOptions = AdaptivePoolingOptions;
using AdaptiveAveragePooling3DOptions = AdaptivePoolingOptions;
using AdaptiveMaxPooling1DOptions = AdaptivePoolingOptions;
using AdaptiveMaxPooling2DOptions = AdaptivePoolingOptions;
using AdaptiveMaxPooling3DOptions = AdaptivePoolingOptions;
KERATIN_DECLARE_LAYER(AdaptiveAveragePooling1D);
KERATIN_DECLARE_LAYER(AdaptiveAveragePooling2D);
KERATIN_DECLARE_LAYER(AdaptiveAveragePooling3D);
KERATIN_DECLARE_LAYER(AdaptiveMaxPooling1D);
KERATIN_DECLARE_LAYER(AdaptiveMaxPooling2D);
KERATIN_DECLARE_LAYER(AdaptiveMaxPooling3D);

}  // namespace keratin

#endif  // KERATIN_LAYERS_POOLING_ADAPTIVE_POOLING_H_

// UpSampling: every row and column several times, or interpolated. Keras:
// keras.layers.UpSampling1D, UpSampling2D, UpSampling3D.
//
//   KerasTensor y =
//       UpSampling2D({.size = 2, .interpolation = "bilinear"})(x);
#ifndef KERATIN_LAYERS_RESHAPING_UP_SAMPLING_H_
#define KERATIN_LAYERS_RESHAPING_UP_SAMPLING_H_

#include <cstdint>
#include <string>

#include "layers/base/layer_ptr.h"
#include "layers/core/data_format.h"

namespace keratin {

// keras.layers.UpSampling1D: [batch, steps, features], channels last.
struct UpSampling1DOptions {
  int64_t size = 2;

  void Describe(Fields& f) { f("size", size); }
};
KERATIN_DECLARE_LAYER(UpSampling1D);

struct UpSampling2DOptions {
  Ints size = 2;
  DataFormat data_format = {};
  // "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5".
  std::string interpolation = "nearest";

  void Describe(Fields& f) {
    f("size", size)("data_format", data_format)("interpolation", interpolation);
  }
};
KERATIN_DECLARE_LAYER(UpSampling2D);

struct UpSampling3DOptions {
  Ints size = 2;
  DataFormat data_format = {};

  void Describe(Fields& f) { f("size", size)("data_format", data_format); }
};
KERATIN_DECLARE_LAYER(UpSampling3D);

}  // namespace keratin

#endif  // KERATIN_LAYERS_RESHAPING_UP_SAMPLING_H_

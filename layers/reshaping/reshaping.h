// Layers that arrange the elements of their input anew. Keras:
// keras.layers.Flatten, Reshape, Permute, RepeatVector.
//
//   KerasTensor y = Reshape({.target_shape = {-1, 8}})(x);
#ifndef KERATIN_LAYERS_RESHAPING_RESHAPING_H_
#define KERATIN_LAYERS_RESHAPING_RESHAPING_H_

#include <cstdint>
#include <vector>

#include "layers/base/layer_ptr.h"
#include "layers/core/data_format.h"

namespace keratin {

// keras.layers.Flatten: all axes but the batch in one. Channels come last in
// the result whatever the data format.
struct FlattenOptions {
  DataFormat data_format = {};

  void Describe(Fields& f) { f("data_format", data_format); }
};
KERATIN_DECLARE_LAYER(Flatten);

// keras.layers.Reshape: other axes after the batch; one size may be -1.
struct ReshapeOptions {
  std::vector<int64_t> target_shape = {};  // required

  void Describe(Fields& f) {
    f.Required("target_shape")("target_shape", target_shape);
  }
};
KERATIN_DECLARE_LAYER(Reshape);

// keras.layers.Permute: the axes after the batch, counted from 1, in another
// order.
struct PermuteOptions {
  std::vector<int64_t> dims = {};  // required

  void Describe(Fields& f) { f.Required("dims")("dims", dims); }
};
KERATIN_DECLARE_LAYER(Permute);

// keras.layers.RepeatVector: [batch, features] → [batch, n, features].
struct RepeatVectorOptions {
  int64_t n = 0;  // required

  void Describe(Fields& f) { f.Required("n")("n", n); }
};
KERATIN_DECLARE_LAYER(RepeatVector);

}  // namespace keratin

#endif  // KERATIN_LAYERS_RESHAPING_RESHAPING_H_

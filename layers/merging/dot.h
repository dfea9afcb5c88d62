// Dot: sums of products of two tensors along an axis of each, example by
// example. Keras: keras.layers.Dot.
//
// [x1, x2] → x1's axes without the summed one, then x2's without it and the
// batch.
//
//   KerasTensor cosines = Dot({.axes = {1, 2}, .normalize = true})({a, b});
#ifndef KERATIN_LAYERS_MERGING_DOT_H_
#define KERATIN_LAYERS_MERGING_DOT_H_

#include "layers/base/layer_ptr.h"

namespace keratin {

struct DotOptions {
  // One axis of both, or one of each; not the batch. Required.
  Axis axes = {};
  // Whether both are divided by their norm along the axis first.
  bool normalize = false;

  void Describe(Fields& f) {
    f.Required("axes")("axes", axes)("normalize", normalize);
  }
};
KERATIN_DECLARE_LAYER(Dot);

}  // namespace keratin

#endif  // KERATIN_LAYERS_MERGING_DOT_H_

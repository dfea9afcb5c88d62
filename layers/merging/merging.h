// Layers that combine a list of tensors, whose shapes broadcast. Keras:
// keras.layers.Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate.
//
//   KerasTensor y = Add()({a, b});
#ifndef KERATIN_LAYERS_MERGING_MERGING_H_
#define KERATIN_LAYERS_MERGING_MERGING_H_

#include <cstdint>

#include "layers/base/layer_ptr.h"

namespace keratin {

// Of the layers that take no options of their own.
struct MergeOptions {
  void Describe(Fields&) {}
};
using AddOptions = MergeOptions;
using SubtractOptions = MergeOptions;
using MultiplyOptions = MergeOptions;
using AverageOptions = MergeOptions;
using MaximumOptions = MergeOptions;
using MinimumOptions = MergeOptions;
KERATIN_DECLARE_LAYER(Add);
// Of two tensors.
KERATIN_DECLARE_LAYER(Subtract);
KERATIN_DECLARE_LAYER(Multiply);
KERATIN_DECLARE_LAYER(Average);
KERATIN_DECLARE_LAYER(Maximum);
KERATIN_DECLARE_LAYER(Minimum);

// keras.layers.Concatenate: along an axis, all others being equal.
struct ConcatenateOptions {
  int64_t axis = -1;

  void Describe(Fields& f) { f("axis", axis); }
};
KERATIN_DECLARE_LAYER(Concatenate);

}  // namespace keratin

#endif  // KERATIN_LAYERS_MERGING_MERGING_H_

// Normalization: y = (x - mean) / sqrt(variance), of statistics known before:
// given, or learned by `adapt` in Keras and saved. Keras:
// keras.layers.Normalization.
//
// The kept axes have their own mean and variance; all other axes share them.
//
//   Normalization({.axis = {}, .mean = 127.5, .variance = 16256.25})(x);
#ifndef KERATIN_LAYERS_PREPROCESSING_NORMALIZATION_H_
#define KERATIN_LAYERS_PREPROCESSING_NORMALIZATION_H_

#include <cstdint>
#include <vector>

#include "layers/base/layer_ptr.h"
#include "layers/base/numbers.h"

namespace keratin {

struct NormalizationOptions {
  std::vector<int64_t> axis = {-1};  // Keras's axis=None is {}
  // A number, or lists of numbers for the kept axes, missing ones in front
  // broadcast; none: variables.
  Numbers mean = {}, variance = {};
  // y = mean + x * sqrt(variance)
  bool invert = false;

  void Describe(Fields& f);
};
KERATIN_DECLARE_LAYER(Normalization);

}  // namespace keratin

#endif  // KERATIN_LAYERS_PREPROCESSING_NORMALIZATION_H_

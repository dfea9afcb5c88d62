// Discretization: numbers as the bins they fall in. Keras:
// keras.layers.Discretization.
//
// Bin k reaches from boundary k - 1 up to, not including, boundary k.
//
//   KerasTensor y = Discretization({.bin_boundaries = {0.0, 1.0, 2.0}})(x);
#ifndef KERATIN_LAYERS_PREPROCESSING_DISCRETIZATION_H_
#define KERATIN_LAYERS_PREPROCESSING_DISCRETIZATION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "layers/base/layer_ptr.h"
#include "layers/base/numbers.h"

namespace keratin {

struct DiscretizationOptions {
  Numbers bin_boundaries = {};  // rising
  // What `adapt` in Keras found the boundaries for.
  std::optional<int64_t> num_bins = {};
  double epsilon = 0.01;
  std::string output_mode = "int";  // "one_hot", "multi_hot", "count"

  void Describe(Fields& f);
};
KERATIN_DECLARE_LAYER(Discretization);

}  // namespace keratin

#endif  // KERATIN_LAYERS_PREPROCESSING_DISCRETIZATION_H_

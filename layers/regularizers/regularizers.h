// keras.regularizers: penalties on weights and outputs, as layers take them.
//
//   Dense({.units = 8, .kernel_regularizer = regularizers::L2(1e-4)});
//   Dense({.units = 8, .kernel_regularizer = "l2"});  // of 0.01
#ifndef KERATIN_LAYERS_REGULARIZERS_REGULARIZERS_H_
#define KERATIN_LAYERS_REGULARIZERS_REGULARIZERS_H_

#include <string>

#include "layers/base/object.h"

namespace keratin::regularizers {

// keras.regularizers.L1: l1 * sum |x|.
Regularizer L1(double l1 = 0.01);
// keras.regularizers.L2: l2 * sum x^2.
Regularizer L2(double l2 = 0.01);
// keras.regularizers.L1L2: both.
Regularizer L1L2(double l1 = 0, double l2 = 0);
// keras.regularizers.OrthogonalRegularizer: factor times the mean of |cosine|
// over pairs of different rows (or columns) of a matrix.
Regularizer OrthogonalRegularizer(double factor = 0.01,
                                  const std::string& mode = "rows");

}  // namespace keratin::regularizers

#endif  // KERATIN_LAYERS_REGULARIZERS_REGULARIZERS_H_

// keras.constraints: what a weight is kept to after each update.
//
//   Dense({.units = 8,
//          .kernel_constraint = constraints::MaxNorm({.max_value = 1})});
#ifndef KERATIN_LAYERS_CONSTRAINTS_CONSTRAINTS_H_
#define KERATIN_LAYERS_CONSTRAINTS_CONSTRAINTS_H_

#include "layers/base/object.h"

namespace keratin::constraints {

// `axis`: over which norms are taken, an integer or a list of them.
struct MaxNormOptions {
  double max_value = 2;
  Value axis = 0;
};
struct MinMaxNormOptions {
  double min_value = 0, max_value = 1, rate = 1;
  Value axis = 0;
};

// keras.constraints.MaxNorm: norms of at most max_value.
Constraint MaxNorm(const MaxNormOptions& options = {});
// keras.constraints.NonNeg: nothing negative.
Constraint NonNeg();
// keras.constraints.UnitNorm: norms of 1.
Constraint UnitNorm(const Value& axis = 0);
// keras.constraints.MinMaxNorm: norms moved by `rate` towards the range.
Constraint MinMaxNorm(const MinMaxNormOptions& options = {});

}  // namespace keratin::constraints

#endif  // KERATIN_LAYERS_CONSTRAINTS_CONSTRAINTS_H_

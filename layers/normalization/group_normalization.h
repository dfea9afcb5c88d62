// GroupNormalization: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta,
// by the statistics of each example over groups of channels. Keras:
// keras.layers.GroupNormalization.
//
//   KerasTensor y = GroupNormalization({.groups = 8})(x);
#ifndef KERATIN_LAYERS_NORMALIZATION_GROUP_NORMALIZATION_H_
#define KERATIN_LAYERS_NORMALIZATION_GROUP_NORMALIZATION_H_

#include <cstdint>

#include "layers/base/layer_ptr.h"

namespace keratin {

struct GroupNormalizationOptions {
  int64_t groups = 32;  // -1: a group for each channel
  int64_t axis = -1;
  double epsilon = 1e-3;
  bool center = true, scale = true;
  Initializer beta_initializer = "zeros", gamma_initializer = "ones";
  Regularizer beta_regularizer = {}, gamma_regularizer = {};
  Constraint beta_constraint = {}, gamma_constraint = {};

  void Describe(Fields& f) {
    f("groups", groups)("axis", axis)("epsilon", epsilon)("center", center)(
        "scale", scale)("beta_initializer", beta_initializer)(
        "gamma_initializer", gamma_initializer)(
        "beta_regularizer", beta_regularizer)("gamma_regularizer",
                                              gamma_regularizer)(
        "beta_constraint", beta_constraint)("gamma_constraint",
                                            gamma_constraint);
  }
};
KERATIN_DECLARE_LAYER(GroupNormalization);

}  // namespace keratin

#endif  // KERATIN_LAYERS_NORMALIZATION_GROUP_NORMALIZATION_H_

// LayerNormalization: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta,
// by the statistics of each example over some axes. Keras:
// keras.layers.LayerNormalization.
//
//   KerasTensor y = LayerNormalization({.axis = {1, 2}, .epsilon = 1e-6})(x);
#ifndef KERATIN_LAYERS_NORMALIZATION_LAYER_NORMALIZATION_H_
#define KERATIN_LAYERS_NORMALIZATION_LAYER_NORMALIZATION_H_

#include "layers/base/layer_ptr.h"

namespace keratin {

struct LayerNormalizationOptions {
  Axis axis = -1;
  double epsilon = 1e-3;
  bool center = true, scale = true;
  Initializer beta_initializer = "zeros", gamma_initializer = "ones";
  Regularizer beta_regularizer = {}, gamma_regularizer = {};
  Constraint beta_constraint = {}, gamma_constraint = {};
  // x / sqrt(variance + epsilon) * gamma instead; RMSNormalization is meant
  // for that.
  bool rms_scaling = false;

  void Describe(Fields& f) {
    f("axis", axis)("epsilon", epsilon)("center", center)("scale", scale)(
        "rms_scaling", rms_scaling)("beta_initializer", beta_initializer)(
        "gamma_initializer", gamma_initializer)(
        "beta_regularizer", beta_regularizer)("gamma_regularizer",
                                              gamma_regularizer)(
        "beta_constraint", beta_constraint)("gamma_constraint",
                                            gamma_constraint);
  }
};
KERATIN_DECLARE_LAYER(LayerNormalization);

}  // namespace keratin

#endif  // KERATIN_LAYERS_NORMALIZATION_LAYER_NORMALIZATION_H_

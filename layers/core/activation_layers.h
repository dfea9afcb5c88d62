// Layers that apply a function to every element, or along an axis; shapes stay.
// Keras: keras.layers.Activation, Identity, Masking, ReLU, LeakyReLU, ELU,
// PReLU, Softmax.
#ifndef KERATIN_LAYERS_CORE_ACTIVATION_LAYERS_H_
#define KERATIN_LAYERS_CORE_ACTIVATION_LAYERS_H_

#include <optional>

#include "layers/base/layer_ptr.h"
#include "layers/core/activation_field.h"

namespace keratin {

// keras.layers.Activation.
struct ActivationOptions {
  ActivationField activation = {};

  void Describe(Fields& f) { f("activation", activation); }
};
KERATIN_DECLARE_LAYER(Activation);

// keras.layers.Identity: what it is given, nests of tensors too.
struct IdentityOptions {
  void Describe(Fields&) {}
};
KERATIN_DECLARE_LAYER(Identity);

// keras.layers.Masking: steps whose features all equal mask_value are masked,
// and set to 0.
struct MaskingOptions {
  double mask_value = 0;

  void Describe(Fields& f) { f("mask_value", mask_value); }
};
KERATIN_DECLARE_LAYER(Masking);

// keras.layers.ReLU: x from threshold on, at most max_value; below,
// negative_slope * (x - threshold).
struct ReLUOptions {
  std::optional<double> max_value = {};
  double negative_slope = 0, threshold = 0;

  void Describe(Fields& f) {
    f("max_value", max_value)("negative_slope", negative_slope)("threshold",
                                                                threshold);
  }
};
KERATIN_DECLARE_LAYER(ReLU);

// keras.layers.LeakyReLU: negative_slope * x where x is negative.
struct LeakyReLUOptions {
  double negative_slope = 0.3;

  void Describe(Fields& f) { f("negative_slope", negative_slope); }
};
KERATIN_DECLARE_LAYER(LeakyReLU);

// keras.layers.ELU: alpha * (exp(x) - 1) where x is negative.
struct ELUOptions {
  double alpha = 1;

  void Describe(Fields& f) { f("alpha", alpha); }
};
KERATIN_DECLARE_LAYER(ELU);

// keras.layers.PReLU: alpha * x where x is negative, alpha learned for each
// element but shared along axes (counted from 1).
struct PReLUOptions {
  Initializer alpha_initializer = "zeros";
  Regularizer alpha_regularizer = {};
  Constraint alpha_constraint = {};
  Ints shared_axes = {};

  void Describe(Fields& f) {
    f("alpha_initializer", alpha_initializer)("alpha_regularizer",
                                              alpha_regularizer)(
        "alpha_constraint", alpha_constraint)("shared_axes", shared_axes);
  }
};
KERATIN_DECLARE_LAYER(PReLU);

// keras.layers.Softmax: over one axis or several; where the argument `mask`
// does not hold, 0.
struct SoftmaxOptions {
  Axis axis = -1;

  void Describe(Fields& f) { f("axis", axis); }
};
KERATIN_DECLARE_LAYER(Softmax);

}  // namespace keratin

#endif  // KERATIN_LAYERS_CORE_ACTIVATION_LAYERS_H_

// BatchNormalization: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta,
// along one axis. Keras: keras.layers.BatchNormalization.
//
// While training (and trainable) by the statistics of the batch, of which
// moving averages are kept; else by those averages. A mask takes positions out
// of the statistics. With renorm, training too is close to what the averages
// give.
//
//   KerasTensor y = BatchNormalization({.momentum = 0.9})(x);
#ifndef KERATIN_LAYERS_NORMALIZATION_BATCH_NORMALIZATION_H_
#define KERATIN_LAYERS_NORMALIZATION_BATCH_NORMALIZATION_H_

#include <cstdint>
#include <optional>

#include "layers/base/layer_ptr.h"

namespace keratin {

// How far renorm corrects: "rmin", "rmax" and "dmax"; none: without a limit.
struct RenormClipping {
  std::optional<double> rmin = {}, rmax = {}, dmax = {};

  friend absl::Status Read(const Value& value, RenormClipping& field);
  // Those that there are.
  friend Value Written(const RenormClipping& field);
};
absl::Status Read(const Value& value, RenormClipping& field);
Value Written(const RenormClipping& field);

struct BatchNormalizationOptions {
  int64_t axis = -1;
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool center = true, scale = true;
  Initializer beta_initializer = "zeros", gamma_initializer = "ones";
  Initializer moving_mean_initializer = "zeros",
              moving_variance_initializer = "ones";
  Regularizer beta_regularizer = {}, gamma_regularizer = {};
  Constraint beta_constraint = {}, gamma_constraint = {};
  bool renorm = false;
  std::optional<RenormClipping> renorm_clipping = {};
  double renorm_momentum = 0.99;
  // Keras refuses true on JAX, and so does this.
  bool synchronized = false;

  void Describe(Fields& f);
};
KERATIN_DECLARE_LAYER(BatchNormalization);

}  // namespace keratin

#endif  // KERATIN_LAYERS_NORMALIZATION_BATCH_NORMALIZATION_H_

// BatchNormalization: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta,
// along one axis. Keras: keras.layers.BatchNormalization.
//
// While training (and trainable) by the statistics of the batch, of which
// moving averages are kept; else by those averages. A mask takes positions out
// of the statistics. With renorm, training too is close to what the averages
// give.
//
//   {.axis = -1, .momentum = 0.9}
#ifndef KERATIN_LAYERS_NORMALIZATION_BATCH_NORMALIZATION_H_
#define KERATIN_LAYERS_NORMALIZATION_BATCH_NORMALIZATION_H_

#include "layers/base/layer.h"

namespace keratin {

struct BatchNormalizationOptions {
  int64_t axis = -1;
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool center = true, scale = true;
  Value beta_initializer = "zeros", gamma_initializer = "ones";
  Value moving_mean_initializer = "zeros", moving_variance_initializer = "ones";
  Value beta_regularizer, gamma_regularizer;
  Value beta_constraint, gamma_constraint;
  bool renorm = false;
  // A dictionary of "rmin", "rmax" and "dmax", or none.
  Value renorm_clipping;
  double renorm_momentum = 0.99;
  // Keras refuses true on JAX, and so does this.
  bool synchronized = false;

  void Describe(Fields& fields);
};

class BatchNormalization : public Layer {
 public:
  bool supports_masking() const override { return true; }

 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Configured() override;
  absl::Status Build(const Shape& input) override;
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;

 private:
  // Corrects gamma and beta so that training gives what the averages give, and
  // moves the averages. gamma and beta may be absent (not ok()).
  void Renormalize(const Tensor& mean, const Tensor& variance, Tensor& gamma,
                   Tensor& beta);

  BatchNormalizationOptions options_;
  Variable *gamma_ = nullptr, *beta_ = nullptr, *moving_mean_ = nullptr,
           *moving_variance_ = nullptr, *moving_stddev_ = nullptr,
           *renorm_mean_ = nullptr, *renorm_stddev_ = nullptr;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_NORMALIZATION_BATCH_NORMALIZATION_H_

// SpectralNormalization: a layer whose kernel is divided by its greatest
// singular value, found by power iterations, at each call while training.
// Keras: keras.layers.SpectralNormalization.
//
//   {.layer = a Conv2D, .power_iterations = 1}
#ifndef KERATIN_LAYERS_NORMALIZATION_SPECTRAL_NORMALIZATION_H_
#define KERATIN_LAYERS_NORMALIZATION_SPECTRAL_NORMALIZATION_H_

#include <vector>

#include "layers/base/layer.h"

namespace keratin {

struct SpectralNormalizationOptions {
  // Keras's serialized form of the layer.
  Value layer;
  int64_t power_iterations = 1;

  void Describe(Fields& fields);
};

class SpectralNormalization : public Layer {
 public:
  // Keras saves the layer's kernel here too.
  std::vector<Variable*> own_variables() const override {
    return {kernel_, vector_u_};
  }

 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Configured() override;
  absl::Status BuildFrom(const Arguments& arguments) override;
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;

 private:
  // Assigns vector_u and the kernel.
  void NormalizeKernel();

  SpectralNormalizationOptions options_;
  Layer* layer_ = nullptr;
  Variable* kernel_ = nullptr;  // the layer's
  Variable* vector_u_ = nullptr;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_NORMALIZATION_SPECTRAL_NORMALIZATION_H_

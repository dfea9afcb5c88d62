// What int8 and int4 share: a weight of small integers and scales, multiplied
// by inputs that are quantized too, or not.
#ifndef KERATIN_LAYERS_QUANTIZERS_INTEGER_MODE_H_
#define KERATIN_LAYERS_QUANTIZERS_INTEGER_MODE_H_

#include <utility>

#include "layers/quantizers/weight_mode.h"

namespace keratin {

class IntegerMode : public WeightMode {
 public:
  Tensor Multiply(const Tensor& x, const Tensor& weight,
                  DType dtype) const override;
  Tensor MultiplyTransposed(const Tensor& x, DType dtype) const override;

 protected:
  IntegerMode(QuantizationSettings settings, WeightUse use, bool quantizes)
      : WeightMode(std::move(use)),
        settings_(std::move(settings)),
        inputs_(settings_.activation_quantizer.value_or(
            quantizes ? quantizers::AbsMaxQuantizer() : Quantizer())) {}

  // The integers, unpacked, in the shape of the weight.
  virtual Tensor Values() const = 0;
  // Whether products are those of floats.
  virtual bool multiplies_floats() const = 0;
  const Weight& scale() const { return variables_[1]; }

  QuantizationSettings settings_;

 private:
  Tensor Product(const Tensor& x, const Contraction& product, bool transposed,
                 DType dtype) const;

  Quantizer inputs_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_QUANTIZERS_INTEGER_MODE_H_

// Dense: y = activation(x · kernel + bias), over the last axis of x.
// [..., in] → [..., units]. Keras: keras.layers.Dense.
//
// A class of one's own may derive from DenseLayer; it is quantized where types
// are not checked:
//
//   class Gate : public DenseLayer {
//     Tensor Call(const Tensor& x) override { return x * DenseLayer::Call(x); }
//   };
//   auto gate = Make<Gate>({.units = 8});
#ifndef KERATIN_LAYERS_CORE_DENSE_H_
#define KERATIN_LAYERS_CORE_DENSE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <typeinfo>
#include <vector>

#include "layers/base/layer_ptr.h"
#include "layers/core/activation_field.h"
#include "layers/quantizers/adaptable_layer.h"

namespace keratin {

struct DenseOptions {
  int64_t units = 0;  // required
  ActivationField activation = {};
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {}, bias_regularizer = {};
  Constraint kernel_constraint = {}, bias_constraint = {};
  std::optional<int64_t> lora_rank = {};
  Value lora_alpha = {};  // a number; none: the rank
  QuantizationConfig quantization_config = {};

  void Describe(Fields& f);
};
KERATIN_DECLARE_LAYER(Dense);

class DenseLayer : public AdaptableLayer<DenseOptions> {
 public:
  bool supports_masking() const override { return true; }

 protected:
  std::vector<std::string> quantization_modes() const override;
  const std::type_info& quantized_class() const override {
    return typeid(DenseLayer);
  }
  absl::Status Configured() override;
  absl::Status Build(const Shape& input) override;
  Tensor Call(const Tensor& x) override;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_CORE_DENSE_H_

// Dense: y = activation(x · kernel + bias), over the last axis of x.
// [..., in] → [..., units]. Keras: keras.layers.Dense.
#ifndef KERATIN_LAYERS_CORE_DENSE_H_
#define KERATIN_LAYERS_CORE_DENSE_H_

#include <cstdint>
#include <optional>

#include "layers/base/layer_ptr.h"
#include "layers/core/activation_field.h"

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

}  // namespace keratin

#endif  // KERATIN_LAYERS_CORE_DENSE_H_

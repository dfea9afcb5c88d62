// What a layer is quantized by and adapted with, as its public methods take it.
//
// A configuration names its mode; the modes themselves are in
// layers/quantizers. Keras: keras.quantizers.QuantizationConfig, and the
// arguments of Layer.enable_lora.
//
//   absl::Status quantized = dense->Quantize("int8");
//   absl::Status adapted = dense->EnableLora({.rank = 4});
#ifndef KERATIN_LAYERS_BASE_QUANTIZATION_H_
#define KERATIN_LAYERS_BASE_QUANTIZATION_H_

#include <cstdint>
#include <string>

#include "layers/base/object.h"
#include "layers/base/value.h"

namespace keratin {

class QuantizationConfigObject : public ConfiguredObject {
 public:
  static constexpr char kKind[] = "quantization config";
  // "int8", "int4", "float8".
  virtual std::string mode() const = 0;
  // What a dtype policy calls it: "int4/128".
  virtual std::string policy_mode() const { return mode(); }
};

// Also made from the name of a mode, which means its default configuration.
using QuantizationConfig = ObjectRef<QuantizationConfigObject>;

// Low-rank adaptation (Hu et al., 2021, https://arxiv.org/abs/2106.09685): the
// weight w becomes w + alpha / rank · a · b, and a and b alone are trained.
struct LoraOptions {
  int64_t rank = 0;  // required
  Value alpha = {};  // a number; none: the rank
  Initializer a_initializer = "he_uniform", b_initializer = "zeros";
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_QUANTIZATION_H_

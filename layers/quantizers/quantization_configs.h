// The configurations of the modes that weights are quantized by.
// Keras: keras.quantizers.Int8QuantizationConfig and its like.
//
//   model->Quantize(Int4QuantizationConfig({.block_size = 64}));
#ifndef KERATIN_LAYERS_QUANTIZERS_QUANTIZATION_CONFIGS_H_
#define KERATIN_LAYERS_QUANTIZERS_QUANTIZATION_CONFIGS_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "layers/base/dtype_policy.h"
#include "layers/base/quantization.h"
#include "layers/quantizers/quantizer.h"

namespace keratin {

struct Int8QuantizationConfigOptions {
  Quantizer weight_quantizer = {};  // none: the largest magnitude
  // None: the inputs stay floats.
  Quantizer activation_quantizer = quantizers::AbsMaxQuantizer();
};
QuantizationConfig Int8QuantizationConfig(
    Int8QuantizationConfigOptions options = {});

struct Int4QuantizationConfigOptions {
  Quantizer weight_quantizer = {};
  Quantizer activation_quantizer = {};
  // Rows that share a scale and a zero point; none or -1: all, without a zero
  // point.
  std::optional<int64_t> block_size = 128;
};
QuantizationConfig Int4QuantizationConfig(
    Int4QuantizationConfigOptions options = {});

QuantizationConfig Float8QuantizationConfig();

// What the modes read of a configuration, or of the policy of a layer that was
// made quantized without one.
struct QuantizationSettings {
  Quantizer weight_quantizer;
  std::optional<Quantizer> activation_quantizer;  // none: the layer's default
  int64_t block_size = -1;
};
QuantizationSettings SettingsOf(const QuantizationConfig& config,
                                const DTypePolicy& policy);

}  // namespace keratin

#endif  // KERATIN_LAYERS_QUANTIZERS_QUANTIZATION_CONFIGS_H_

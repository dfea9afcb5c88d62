// AdaptableLayer: a layer whose main weight can be adapted, as the
// convolutions', or quantized too, as those of Dense, EinsumDense and
// Embedding.
//
// The options have the fields lora_rank, lora_alpha and, of layers that can be
// quantized, quantization_config. Build calls BuildWeight, makes the bias, and
// ends with Adapt.
#ifndef KERATIN_LAYERS_QUANTIZERS_ADAPTABLE_LAYER_H_
#define KERATIN_LAYERS_QUANTIZERS_ADAPTABLE_LAYER_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "layers/base/layer.h"
#include "layers/quantizers/quantizable_weight.h"

namespace keratin {

// Describes the fields of an adaptation, which files have only where there is
// one.
inline void DescribeLora(Fields& f, std::optional<int64_t>& rank,
                         Value& alpha) {
  if (!f.reading() && !rank.has_value()) return;
  if (!f.reading() && alpha.is_none()) alpha = Value(*rank);
  f("lora_rank", rank)("lora_alpha", alpha);
}

template <typename O>
class AdaptableLayer : public LayerWith<O> {
 public:
  std::vector<Variable*> own_variables() const override {
    return weight_.built() ? weight_.saved(bias_)
                           : LayerWith<O>::own_variables();
  }
  absl::Status SaveOwnVariables(VariableStore& store) const override {
    return weight_.Save(bias_, store);
  }
  absl::Status LoadOwnVariables(const VariableStore& store) override {
    absl::Status status = LayerWith<O>::LoadOwnVariables(store);
    return status.ok() ? weight_.ResetLora() : status;
  }

 protected:
  absl::Status BuildWeight(WeightUse use) {
    QuantizationConfig config;
    if constexpr (kQuantizes) config = this->options_.quantization_config;
    return weight_.Build(std::move(use), this->own_policy(), config, Hold());
  }
  // After all other weights were made.
  absl::Status Adapt() {
    if (!this->options_.lora_rank.has_value()) return absl::OkStatus();
    return weight_.EnableLora(
        {.rank = *this->options_.lora_rank, .alpha = this->options_.lora_alpha},
        Hold());
  }

  absl::Status QuantizeWeights(const QuantizationConfig& config,
                               const DTypePolicy& policy) override {
    absl::Status status = weight_.Quantize(config, policy, Hold());
    if constexpr (kQuantizes) {
      if (status.ok()) this->options_.quantization_config = config;
    }
    return status;
  }
  absl::Status AddLora(const LoraOptions& options) override {
    absl::Status status = weight_.EnableLora(options, Hold());
    if (!status.ok()) return status;
    this->options_.lora_rank = options.rank;
    this->options_.lora_alpha = options.alpha;
    return absl::OkStatus();
  }

  QuantizableWeight::Owner Hold() {
    return {
        [this](WeightSpec spec) { return this->AddWeight(std::move(spec)); },
        [this](const Weight& weight) { this->RemoveWeight(weight); }};
  }

  QuantizableWeight weight_;
  Weight bias_;

 private:
  static constexpr bool kQuantizes =
      requires(O options) { options.quantization_config; };
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_QUANTIZERS_ADAPTABLE_LAYER_H_

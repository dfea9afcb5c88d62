// What a layer is quantized by and adapted with, as its public methods take it.
//
// A configuration names its mode; the modes themselves are in
// layers/quantizers. Keras: keras.quantizers.QuantizationConfig, and the
// arguments of Layer.enable_lora.
//
//   absl::Status quantized = dense->Quantize("int8");
//   absl::Status parts = model->Quantize("int8", {.filters = "encoder_.*"});
//   absl::Status adapted = dense->EnableLora({.rank = 4});
#ifndef KERATIN_LAYERS_BASE_QUANTIZATION_H_
#define KERATIN_LAYERS_BASE_QUANTIZATION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "layers/base/object.h"
#include "layers/base/value.h"

namespace keratin {

class Layer;

class QuantizationConfigObject : public ConfiguredObject {
 public:
  static constexpr char kKind[] = "quantization config";
  // "int8", "int4", "float8", "gptq", "awq".
  virtual std::string mode() const = 0;
  // What a dtype policy calls it: "int4/128".
  virtual std::string policy_mode() const { return mode(); }
  // Whether weights are fitted to data by it, which is not done here.
  virtual bool is_calibrated() const { return false; }
};

// Also made from the name of a mode, which means its default configuration.
using QuantizationConfig = ObjectRef<QuantizationConfigObject>;

// The configuration that a layer or a model is to be quantized by, or why it
// cannot be. Keras: validate_and_resolve_config.
absl::StatusOr<std::shared_ptr<const QuantizationConfigObject>>
ResolveQuantization(const QuantizationConfig& config);

// Which layers of a model are quantized: those that a function is true of, or
// in whose names one of some regular expressions is found; by default all.
// Keras: `filters` of Model.quantize.
class LayerFilter {
 public:
  LayerFilter() = default;
  LayerFilter(const char* expression) : expressions_{expression} {}  // NOLINT
  LayerFilter(std::vector<std::string> expressions)                  // NOLINT
      : is_list_(true), expressions_(std::move(expressions)) {}
  template <typename F>
    requires std::is_invocable_r_v<bool, F, const Layer&>
  LayerFilter(F function) : function_(std::move(function)) {}  // NOLINT

  // An error says what is wrong with an expression.
  absl::StatusOr<bool> Takes(const Layer& layer) const;

 private:
  bool is_list_ = false;
  std::vector<std::string> expressions_;
  std::function<bool(const Layer&)> function_;
};

struct QuantizeOptions {
  // Whether classes derived from one that Keras quantizes are refused: they may
  // compute what its quantized weights do not fit.
  bool type_check = true;
  LayerFilter filters = {};  // of a model
};

// Low-rank adaptation (Hu et al., 2021, https://arxiv.org/abs/2106.09685): the
// weight w becomes w + alpha / rank · a · b, and a and b alone are trained.
struct LoraOptions {
  int64_t rank = 0;  // required
  Value alpha = {};  // a number; none: the rank
  Initializer a_initializer = "he_uniform", b_initializer = "zeros";
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_QUANTIZATION_H_

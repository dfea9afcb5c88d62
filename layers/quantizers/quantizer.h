// Quantizers: floats to small integers and the scale between them.
// Keras: keras.quantizers.Quantizer and its kinds.
//
//   Quantizer q = quantizers::AbsMaxQuantizer({.epsilon = 1e-6});
//   auto object = q.Get();
//   Quantized x8 = (**object)(x, {-1});  // x ≈ x8.values / x8.scale
#ifndef KERATIN_LAYERS_QUANTIZERS_QUANTIZER_H_
#define KERATIN_LAYERS_QUANTIZERS_QUANTIZER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ir/trace/tensor.h"
#include "layers/base/object.h"

namespace keratin {

struct Quantized {
  Tensor values;  // of the quantizer's output type
  Tensor scale;  // of the type of what was quantized, its axes kept with size 1
};

class QuantizerObject : public ConfiguredObject {
 public:
  static constexpr char kKind[] = "quantizer";
  // Along these axes, or along its own.
  virtual Quantized operator()(
      const Tensor& x,
      const std::optional<std::vector<int>>& axes = std::nullopt) const = 0;
};

using Quantizer = ObjectRef<QuantizerObject>;

namespace quantizers {

struct AbsMaxQuantizerOptions {
  std::optional<std::vector<int64_t>> axis = {};  // none: the last
  std::vector<int64_t> value_range = {-127, 127};
  double epsilon = 1e-7;
  std::string output_dtype = "int8";
};

// Keras: keras.quantizers.AbsMaxQuantizer: the largest magnitude along the axes
// becomes the end of the range.
Quantizer AbsMaxQuantizer(AbsMaxQuantizerOptions options = {});

// keras.quantizers.abs_max_quantize.
Quantized AbsMaxQuantize(const Tensor& x, const std::vector<int>& axes,
                         int64_t low = -127, int64_t high = 127,
                         DType dtype = DType::kInt8, double epsilon = 1e-7);

}  // namespace quantizers
}  // namespace keratin

#endif  // KERATIN_LAYERS_QUANTIZERS_QUANTIZER_H_

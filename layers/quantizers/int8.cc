#include "layers/quantizers/int8.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ir/trace/trace.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/indexing.h"
#include "layers/ops/shaping.h"
#include "layers/quantizers/integer_mode.h"

namespace keratin {
namespace {

class Int8 : public IntegerMode {
 public:
  Int8(QuantizationSettings settings, WeightUse use)
      : IntegerMode(std::move(settings), use, use.quantizes_inputs[0]) {}

  void Build(const Adder& add) override {
    const std::string& name = use_.spec.name;
    Shape scales;
    for (int axis = 0; axis < use_.spec.shape.rank(); ++axis) {
      const bool shared = std::find(use_.product.kernel_axes.begin(),
                                    use_.product.kernel_axes.end(),
                                    axis) != use_.product.kernel_axes.end();
      scales.push_back(shared ? Dim(1) : use_.spec.shape[axis]);
    }
    variables_ = {add({.name = name,
                       .shape = use_.spec.shape,
                       .dtype = DType::kInt8,
                       .trainable = false,
                       .initializer = "zeros"}),
                  add({.name = absl::StrCat(name, "_scale"),
                       .shape = use_.product.kernel_scale.Apply(scales),
                       .trainable = false,
                       .initializer = "ones"})};
  }

  std::vector<Tensor> Quantized(const Tensor& weight) const override {
    struct Quantized quantized;
    if (settings_.weight_quantizer.is_none()) {
      quantized = quantizers::AbsMaxQuantize(weight, use_.product.kernel_axes);
    } else {
      auto quantizer = settings_.weight_quantizer.Get();
      if (!quantizer.ok()) {
        return {Trace::Current()->Error(quantizer.status())};
      }
      quantized = (**quantizer)(weight);
    }
    return {quantized.values, use_.product.kernel_scale.Apply(quantized.scale)};
  }

  Tensor Dequantized(DType dtype) const override {
    return ops::Cast(variables_[0], dtype) /
           use_.product.kernel_scale.Undo(scale());
  }

  Tensor Rows(const Tensor& numbers, DType dtype) const override {
    const Tensor scales = ops::Take(scale(), numbers, 0);
    const Tensor rows = ops::Take(variables_[0], numbers, 0);
    return ops::Cast(rows, dtype) / ops::ExpandDims(scales, -1);
  }

 protected:
  Tensor Values() const override { return variables_[0]; }
  bool multiplies_floats() const override { return false; }
};

}  // namespace

std::unique_ptr<WeightMode> MakeInt8(QuantizationSettings settings,
                                     WeightUse use) {
  return std::make_unique<Int8>(std::move(settings), std::move(use));
}

}  // namespace keratin

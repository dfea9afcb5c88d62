#include "layers/quantizers/float8.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"

namespace keratin {
namespace quantizers {

Tensor QuantizeAndDequantize(const Tensor& x, const Tensor& scale, DType float8,
                             DType dtype) {
  const double largest = float8 == DType::kFloat8E4M3FN ? 448 : 57344;
  const Tensor by = ops::Cast(scale, dtype);
  const Tensor rounded =
      ops::Cast(ops::Clip(ops::Divide(x, by), -largest, largest), float8);
  return ops::Cast(rounded, dtype) * by;
}

}  // namespace quantizers

namespace {

class Float8 : public WeightMode {
 public:
  Float8(int64_t amax_history_length, WeightUse use)
      : WeightMode(std::move(use)), length_(amax_history_length) {}

  bool keeps_floats() const override { return true; }

  void Build(const Adder& add) override {
    // Their gradients are their next values.
    for (const std::string& what :
         {std::string("inputs"), use_.spec.name, std::string("outputs_grad")}) {
      for (bool history : {false, true}) {
        variables_.push_back(add(
            {.name = absl::StrCat(what, history ? "_amax_history" : "_scale"),
             .shape = history ? Shape{Dim(length_)} : Shape(),
             .dtype = DType::kFloat32,
             .autocast = false,
             .initializer = history ? "zeros" : "ones",
             .overwrite_with_gradient = true}));
      }
    }
  }

  std::vector<Tensor> Quantized(const Tensor&) const override { return {}; }

  Tensor Multiply(const Tensor& x, const Tensor& weight,
                  DType dtype) const override {
    constexpr DType kFloat8 = DType::kFloat8E4M3FN;
    return use_.product.multiply(
        quantizers::QuantizeAndDequantize(x, variables_[0], kFloat8, dtype),
        quantizers::QuantizeAndDequantize(weight, variables_[2], kFloat8,
                                          dtype));
  }

  // As of a product of bfloat16, which some machines fuse it with.
  Tensor Bias(const Tensor& bias, DType dtype) const override {
    if (dtype != DType::kFloat32) return bias;
    return ops::Cast(ops::Cast(bias, DType::kBFloat16), bias.dtype());
  }

 private:
  int64_t length_;
};

}  // namespace

std::unique_ptr<WeightMode> MakeFloat8(int64_t amax_history_length,
                                       WeightUse use) {
  return std::make_unique<Float8>(amax_history_length, std::move(use));
}

}  // namespace keratin

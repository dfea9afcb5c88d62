#include "layers/quantizers/quantizer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"

namespace keratin {
namespace {

class AbsMax : public QuantizerObject {
 public:
  void Describe(Fields& f) override {
    f("value_range", options_.value_range)("epsilon", options_.epsilon)(
        "output_dtype", options_.output_dtype);
    if (f.reading() || options_.axis.has_value()) f("axis", options_.axis);
  }
  absl::Status Configured() override {
    if (options_.value_range.size() != 2 ||
        options_.value_range[0] >= options_.value_range[1]) {
      return absl::InvalidArgumentError(
          "'value_range' must be a lower and a higher number");
    }
    auto dtype = ParseDType(options_.output_dtype);
    if (!dtype.ok()) return dtype.status();
    if (*dtype == DType::kInt8 &&
        (options_.value_range[0] < -128 || options_.value_range[1] > 127)) {
      return absl::InvalidArgumentError(
          "'value_range' must be within [-128, 127] for 'output_dtype' int8");
    }
    return absl::OkStatus();
  }
  Quantized operator()(
      const Tensor& x,
      const std::optional<std::vector<int>>& axes) const override {
    std::vector<int> along = {-1};
    if (axes.has_value()) {
      along = *axes;
    } else if (options_.axis.has_value()) {
      along.assign(options_.axis->begin(), options_.axis->end());
    }
    return quantizers::AbsMaxQuantize(
        x, along, options_.value_range[0], options_.value_range[1],
        ParseDType(options_.output_dtype).value_or(DType::kInvalid),
        options_.epsilon);
  }

 private:
  quantizers::AbsMaxQuantizerOptions options_;
};

[[maybe_unused]] const bool registered =
    RegisterObject<AbsMax>("AbsMaxQuantizer");

}  // namespace

namespace quantizers {

Quantizer AbsMaxQuantizer(AbsMaxQuantizerOptions options) {
  Value::Entries config = {{"value_range", Written(options.value_range)},
                           {"epsilon", options.epsilon},
                           {"output_dtype", options.output_dtype}};
  if (options.axis.has_value())
    config.emplace_back("axis", Written(*options.axis));
  return MakeObject<QuantizerObject>("AbsMaxQuantizer", std::move(config));
}

Quantized AbsMaxQuantize(const Tensor& x, const std::vector<int>& axes,
                         int64_t low, int64_t high, DType dtype,
                         double epsilon) {
  const Tensor largest = ops::Max(ops::Abs(x), ops::Axes(axes), true);
  const Tensor scale =
      ops::Cast(ops::Divide(high, ops::Add(largest, epsilon)), x.dtype());
  const Tensor values = ops::Clip(ops::Round(x * scale), low, high);
  return {ops::Cast(values, dtype), scale};
}

}  // namespace quantizers
}  // namespace keratin

#include "layers/preprocessing/normalization.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/normalization.h"
#include "layers/ops/shaping.h"

namespace keratin {

void NormalizationOptions::Describe(Fields& f) {
  // None means no axis, not the default.
  std::optional<std::vector<int64_t>> axes = axis;
  f("axis", axes)("mean", mean)("variance", variance)("invert", invert);
  axis = axes.value_or(std::vector<int64_t>());
}

namespace {

class NormalizationLayer : public LayerWith<NormalizationOptions> {
 public:
  bool supports_masking() const override { return true; }

 private:
  absl::Status Configured() override {
    if (options_.mean.is_none() != options_.variance.is_none()) {
      return absl::InvalidArgumentError(
          "'mean' and 'variance' must be given both or not at all");
    }
    if (options_.mean.is_none()) return absl::OkStatus();
    std::vector<Shape> shapes;
    for (const Numbers* given : {&options_.mean, &options_.variance}) {
      auto array = ArrayOf(*given, DType::kFloat64);
      if (!array.ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat(given == &options_.mean ? "'mean' " : "'variance' ",
                         array.status().message()));
      }
      shapes.push_back(array->shape());
    }
    if (shapes[0] != shapes[1] || shapes[0].size() > options_.axis.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'mean' and 'variance' must have equal shapes, of no more axes than "
          "the ",
          options_.axis.size(), " of 'axis', not ", shapes[0].ToString(),
          " and ", shapes[1].ToString()));
    }
    return absl::OkStatus();
  }

  absl::Status Build(const Shape& input) override {
    kept_.clear();
    for (int64_t axis : options_.axis) {
      const int64_t place = axis < 0 ? axis + input.rank() : axis;
      if (place < 0 || place >= input.rank() ||
          !input[static_cast<int>(place)].IsConstant()) {
        return absl::InvalidArgumentError(
            absl::StrCat("'axis' must name axes of known size of the input, "
                         "whose shape is ",
                         input.ToString(), ", not ", axis));
      }
      kept_.push_back(static_cast<int>(place));
    }
    std::sort(kept_.begin(), kept_.end());
    broadcast_ = Shape(std::vector<Dim>(input.rank(), Dim(1)));
    Shape shape;
    for (int axis : kept_) {
      broadcast_[axis] = input[axis];
      shape.push_back(input[axis]);
    }
    if (!options_.mean.is_none()) return absl::OkStatus();
    mean_ = AddWeight({.name = "mean",
                       .shape = shape,
                       .trainable = false,
                       .initializer = "zeros"});
    variance_ = AddWeight({.name = "variance",
                           .shape = shape,
                           .trainable = false,
                           .initializer = "ones"});
    // Of files that older versions of Keras read; nothing counts it.
    count_ = AddWeight({.name = "count",
                        .shape = {},
                        .dtype = DType::kInt32,
                        .trainable = false,
                        .initializer = "zeros"});
    return absl::OkStatus();
  }

  // A statistic arranged to broadcast against the input.
  Tensor Statistic(const Numbers& given, const Weight& variable) const {
    if (variable) {
      return ops::Cast(ops::Reshape(variable->value(), broadcast_),
                       compute_dtype());
    }
    auto array = ArrayOf(given, compute_dtype());
    if (!array.ok()) return Fail(std::string(array.status().message()));
    Tensor statistic = Trace::Current()->Dense(*array);
    // Its axes are the last of the kept ones.
    Shape shape(std::vector<Dim>(broadcast_.size(), Dim(1)));
    const int missing = static_cast<int>(kept_.size()) - statistic.rank();
    for (int axis = 0; axis < statistic.rank(); ++axis)
      shape[kept_[axis + missing]] = statistic.dim(axis);
    return ops::Reshape(statistic, shape);
  }

  Tensor Call(const Tensor& given) override {
    const Tensor x = ops::Cast(given, compute_dtype());
    const Tensor mean = Statistic(options_.mean, mean_);
    const Tensor deviation = ops::Maximum(
        ops::Sqrt(Statistic(options_.variance, variance_)), ops::kEpsilon);
    return options_.invert ? mean + x * deviation : (x - mean) / deviation;
  }

  std::vector<int> kept_;  // axes from the front, sorted
  Shape broadcast_;        // the input's sizes on kept axes, 1 elsewhere
  Weight mean_, variance_, count_;
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", Normalization, NormalizationLayer);

}  // namespace keratin

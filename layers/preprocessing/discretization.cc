#include "layers/preprocessing/discretization.h"

#include "absl/strings/str_cat.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"
#include "layers/preprocessing/category_encoding.h"

namespace keratin {

void DiscretizationOptions::Describe(Fields& f) {
  f("bin_boundaries", bin_boundaries)("num_bins", num_bins)("epsilon", epsilon)(
      "output_mode", output_mode);
  f.Only("sparse", Value(false));
}

namespace {

class DiscretizationLayer : public LayerWith<DiscretizationOptions> {
 public:
  // Without `trainable`, and with the dtype by name: as Keras.
  Value GetConfig() override {
    Value config = Layer::GetConfig();
    config.Remove("trainable");
    config.Set("dtype", own_policy().name());
    return config;
  }

 private:
  absl::Status Configured() override {
    const std::string& mode = options_.output_mode;
    if (mode != "int" && mode != "multi_hot" && mode != "one_hot" &&
        mode != "count") {
      return absl::InvalidArgumentError(absl::StrCat(
          "'output_mode' must be 'int', 'one_hot', 'multi_hot' or 'count', not "
          "'",
          mode, "'"));
    }
    if (options_.bin_boundaries.is_none()) {
      return absl::InvalidArgumentError(
          "has no 'bin_boundaries': give them, or adapt the layer in Keras "
          "before saving");
    }
    absl::StatusOr<Array> boundaries =
        ArrayOf(options_.bin_boundaries, DType::kFloat32);
    if (!boundaries.ok() || boundaries->shape().size() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("'bin_boundaries' must be a list of numbers, not ",
                       options_.bin_boundaries.value().ToString()));
    }
    boundaries_ = *std::move(boundaries);
    return absl::OkStatus();
  }
  bool casts_inputs() const override { return false; }
  Tensor Call(const Tensor& given) override {
    // Keras's input type for this layer is floatx, whatever its own policy.
    const Tensor x = ops::Cast(given, DType::kFloat32);
    const Tensor boundaries = Trace::Current()->Dense(boundaries_);
    // NaN lies in the last bin.
    const Tensor below =
        ops::LogicalNot(ops::Less(ops::ExpandDims(x, -1), boundaries));
    const Tensor bins = ops::Sum(ops::Cast(below, DType::kInt32), -1);
    const bool numbers = options_.output_mode == "int";
    return EncodeCategories(bins, options_.output_mode,
                            boundaries_.elements() + 1,
                            numbers ? DType::kInt32 : compute_dtype());
  }

  Array boundaries_;  // float32 [bins - 1]
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", Discretization, DiscretizationLayer);

}  // namespace keratin

#include "layers/reshaping/reshaping.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

class FlattenLayer : public LayerWith<FlattenOptions> {
  absl::Status Configured() override {
    set_input_spec({{.min_ndim = 1}});
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& given) override {
    Tensor x = given;
    if (!options_.data_format.channels_last() && x.rank() > 2)
      x = ops::MoveAxis(x, 1, -1);
    Dim rest = 1;
    for (int axis = 1; axis < x.rank(); ++axis) rest = rest * x.dim(axis);
    return ops::Reshape(x, {x.dim(0), rest});
  }
};

class ReshapeLayer : public LayerWith<ReshapeOptions> {
  absl::Status Configured() override {
    const std::vector<int64_t>& sizes = options_.target_shape;
    if (std::count(sizes.begin(), sizes.end(), -1) <= 1 &&
        std::all_of(sizes.begin(), sizes.end(),
                    [](int64_t size) { return size >= -1; }))
      return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "'target_shape' must have sizes, and -1 at most once, not ",
        Written(sizes).ToString()));
  }
  // Keras builds it when it is made.
  Value GetBuildConfig() const override { return Value(); }
  Tensor Call(const Tensor& x) override {
    Shape shape{x.dim(0)};
    for (int64_t size : options_.target_shape) shape.push_back(size);
    return ops::Reshape(x, shape);
  }
};

class PermuteLayer : public LayerWith<PermuteOptions> {
  absl::Status Configured() override {
    const int64_t rank = options_.dims.size();
    set_input_spec({{.ndim = static_cast<int>(rank) + 1}});
    std::vector<int64_t> sorted = options_.dims;
    std::sort(sorted.begin(), sorted.end());
    for (int64_t axis = 1; axis <= rank; ++axis) {
      if (sorted[axis - 1] == axis) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("'dims' must have each axis from 1 to ", rank,
                       " once, not ", Written(options_.dims).ToString()));
    }
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    std::vector<int> axes = {0};
    axes.insert(axes.end(), options_.dims.begin(), options_.dims.end());
    return ops::Transpose(x, axes);
  }
};

class RepeatVectorLayer : public LayerWith<RepeatVectorOptions> {
  absl::Status Configured() override {
    set_input_spec({{.ndim = 2}});
    return CheckPositive("n", options_.n);
  }
  Tensor Call(const Tensor& x) override {
    return trace::BroadcastInDim(x, {x.dim(0), options_.n, x.dim(1)}, {0, 2});
  }
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", Flatten, FlattenLayer);
KERATIN_DEFINE_LAYER("keras", Reshape, ReshapeLayer);
KERATIN_DEFINE_LAYER("keras", Permute, PermuteLayer);
KERATIN_DEFINE_LAYER("keras", RepeatVector, RepeatVectorLayer);

}  // namespace keratin

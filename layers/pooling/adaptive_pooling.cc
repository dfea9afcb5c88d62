#include "layers/pooling/adaptive_pooling.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/convolution.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {

void AdaptivePoolingOptions::Describe(Fields& f) {
  f.Required("output_size")("output_size", output_size)("data_format",
                                                        data_format);
}

absl::Status AdaptivePooling::Configured() {
  if (options_.output_size.size() == 1)
    options_.output_size.resize(rank_, options_.output_size.front());
  bool fits = static_cast<int>(options_.output_size.size()) == rank_;
  for (int64_t size : options_.output_size) fits = fits && size > 0;
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'output_size' must be a positive size, or ", rank_, " of them"));
  }
  if (!ops::DataFormatOf(options_.data_format.value_or("channels_last"))) {
    return absl::InvalidArgumentError(
        absl::StrCat("'data_format' cannot be '", *options_.data_format, "'"));
  }
  return absl::OkStatus();
}

Tensor AdaptivePooling::PoolAxis(const Tensor& x, int axis,
                                 int64_t size) const {
  if (!x.ok()) return Tensor();
  // Which positions (the last axis) lie in which window.
  const Tensor window = ops::ExpandDims(ops::ArangeSize(size), 1);
  const Tensor position = ops::ExpandDims(ops::ArangeSize(x.dim(axis)), 0);
  const Tensor length = ops::SizeOf(x.dim(axis));
  const Tensor start = ops::FloorDivide(window * length, size);
  const Tensor end = ops::FloorDivide((window + 1) * length + (size - 1), size);
  Tensor inside = ops::LogicalAnd(ops::GreaterEqual(position, start),
                                  ops::Less(position, end));
  Shape shape(std::vector<Dim>(x.rank() + 1, Dim(1)));
  shape[axis] = size;
  shape[axis + 1] = x.dim(axis);
  inside = ops::Reshape(inside, shape);
  const Tensor spread = ops::ExpandDims(x, axis);
  if (is_max_) {
    return ops::Max(
        ops::Where(inside, spread, -std::numeric_limits<double>::infinity()),
        axis + 1);
  }
  const Tensor count = ops::Sum(ops::Cast(inside, x.dtype()), axis + 1);
  return ops::Sum(ops::Where(inside, spread, 0.0), axis + 1) / count;
}

Tensor AdaptivePooling::Call(const Tensor& x) {
  if (x.rank() != rank_ + 2) {
    return Fail(absl::StrCat("expects an input of rank ", rank_ + 2,
                             ", not of shape ", x.shape().ToString()));
  }
  const bool last =
      options_.data_format.value_or("channels_last") == "channels_last";
  Tensor y = x;
  for (int axis = 0; axis < rank_; ++axis)
    y = PoolAxis(y, axis + (last ? 1 : 2), options_.output_size[axis]);
  return y;
}

KERATIN_REGISTER_LAYER("keras", AdaptiveAveragePooling1D);
KERATIN_REGISTER_LAYER("keras", AdaptiveAveragePooling2D);
KERATIN_REGISTER_LAYER("keras", AdaptiveAveragePooling3D);
KERATIN_REGISTER_LAYER("keras", AdaptiveMaxPooling1D);
KERATIN_REGISTER_LAYER("keras", AdaptiveMaxPooling2D);
KERATIN_REGISTER_LAYER("keras", AdaptiveMaxPooling3D);

}  // namespace keratin

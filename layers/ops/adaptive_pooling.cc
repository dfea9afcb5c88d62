// Adaptive pooling (declared in pooling.h), an axis at a time: window i of n
// reaches from floor(i * size / n) to ceil((i + 1) * size / n).
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/pooling.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

// The mean or the greatest of the elements of an axis that are inside.
using Combine = Tensor (*)(const Tensor& x, const Tensor& inside, int axis);

Tensor MaxOf(const Tensor& x, const Tensor& inside, int axis) {
  return Max(Where(inside, x, -std::numeric_limits<double>::infinity()), axis);
}

Tensor MeanOf(const Tensor& x, const Tensor& inside, int axis) {
  return Sum(Where(inside, x, 0.0), axis) / Sum(Cast(inside, x.dtype()), axis);
}

// One axis of x, of any size, to `size` windows.
Tensor PoolAxis(const Tensor& x, int axis, int64_t size, Combine combine) {
  if (!x.ok()) return Tensor();
  // Which positions (the last axis) lie in which window.
  const Tensor window = ExpandDims(ArangeSize(size), 1);
  const Tensor position = ExpandDims(ArangeSize(x.dim(axis)), 0);
  const Tensor length = SizeOf(x.dim(axis));
  const Tensor start = FloorDivide(window * length, size);
  const Tensor end = FloorDivide((window + 1) * length + (size - 1), size);
  const Tensor inside =
      LogicalAnd(GreaterEqual(position, start), Less(position, end));
  Shape shape(std::vector<Dim>(x.rank() + 1, Dim(1)));
  shape[axis] = size;
  shape[axis + 1] = x.dim(axis);
  return combine(ExpandDims(x, axis), Reshape(inside, shape), axis + 1);
}

Tensor Pool(const char* op, const Operand& x,
            const std::vector<int64_t>& output_size, DataFormat data_format,
            Combine combine) {
  if (!x.ok()) return Tensor();
  const int spatial = x.shape().rank() - 2;
  if (spatial < 1) {
    return Fail(op, absl::StrCat("the input must have rank 3 at least, not ",
                                 x.shape().rank()));
  }
  const auto sizes = PerSpatialAxis(op, "output_size", output_size, spatial);
  if (!sizes.has_value()) return Tensor();
  const int first = data_format == DataFormat::kChannelsLast ? 1 : 2;
  Tensor y = x.AsTensor();
  for (int axis = 0; axis < spatial; ++axis)
    y = PoolAxis(y, first + axis, (*sizes)[axis], combine);
  return y;
}

}  // namespace

Tensor AdaptiveMaxPool(const Operand& x,
                       const std::vector<int64_t>& output_size,
                       DataFormat data_format) {
  return Pool("adaptive_max_pool", x, output_size, data_format, MaxOf);
}

Tensor AdaptiveAveragePool(const Operand& x,
                           const std::vector<int64_t>& output_size,
                           DataFormat data_format) {
  return Pool("adaptive_average_pool", x, output_size, data_format, MeanOf);
}

}  // namespace keratin::ops

#include "layers/pooling/adaptive_pooling.h"

#include <limits>

#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

// The mean or the greatest of the elements of an axis that are inside.
using Combine = Tensor (*)(const Tensor& x, const Tensor& inside, int axis);

Tensor MaxOf(const Tensor& x, const Tensor& inside, int axis) {
  return ops::Max(
      ops::Where(inside, x, -std::numeric_limits<double>::infinity()), axis);
}

Tensor MeanOf(const Tensor& x, const Tensor& inside, int axis) {
  return ops::Sum(ops::Where(inside, x, 0.0), axis) /
         ops::Sum(ops::Cast(inside, x.dtype()), axis);
}

// One axis of x, of any size, to `size` windows.
Tensor PoolAxis(const Tensor& x, int axis, int64_t size, Combine combine) {
  if (!x.ok()) return Tensor();
  // Which positions (the last axis) lie in which window.
  const Tensor window = ops::ExpandDims(ops::ArangeSize(size), 1);
  const Tensor position = ops::ExpandDims(ops::ArangeSize(x.dim(axis)), 0);
  const Tensor length = ops::SizeOf(x.dim(axis));
  const Tensor start = ops::FloorDivide(window * length, size);
  const Tensor end = ops::FloorDivide((window + 1) * length + (size - 1), size);
  const Tensor inside = ops::LogicalAnd(ops::GreaterEqual(position, start),
                                        ops::Less(position, end));
  Shape shape(std::vector<Dim>(x.rank() + 1, Dim(1)));
  shape[axis] = size;
  shape[axis + 1] = x.dim(axis);
  return combine(ops::ExpandDims(x, axis), ops::Reshape(inside, shape),
                 axis + 1);
}

template <Combine kCombine, int kRank>
class AdaptivePoolingLayer : public LayerWith<AdaptivePoolingOptions> {
  absl::Status Configured() override {
    set_input_spec({{.ndim = kRank + 2}});
    return options_.output_size.Spread("output_size", kRank);
  }
  Tensor Call(const Tensor& x) override {
    Tensor y = x;
    for (int axis = 0; axis < kRank; ++axis) {
      y = PoolAxis(y, options_.data_format.first_axis() + axis,
                   options_.output_size[axis], kCombine);
    }
    return y;
  }
};

template <int kRank>
using MeanLayer = AdaptivePoolingLayer<MeanOf, kRank>;
template <int kRank>
using MaxLayer = AdaptivePoolingLayer<MaxOf, kRank>;

}  // namespace

KERATIN_DEFINE_LAYER("keras", AdaptiveAveragePooling1D, MeanLayer<1>);
KERATIN_DEFINE_LAYER("keras", AdaptiveAveragePooling2D, MeanLayer<2>);
KERATIN_DEFINE_LAYER("keras", AdaptiveAveragePooling3D, MeanLayer<3>);
KERATIN_DEFINE_LAYER("keras", AdaptiveMaxPooling1D, MaxLayer<1>);
KERATIN_DEFINE_LAYER("keras", AdaptiveMaxPooling2D, MaxLayer<2>);
KERATIN_DEFINE_LAYER("keras", AdaptiveMaxPooling3D, MaxLayer<3>);

}  // namespace keratin

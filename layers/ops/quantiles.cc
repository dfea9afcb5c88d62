#include "layers/ops/quantiles.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/indexing.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"
#include "layers/ops/sorting.h"

namespace keratin::ops {
namespace {

// x with the axes moved to the end and made one.
Tensor JoinedLast(const Tensor& x, const std::vector<int64_t>& axes) {
  std::vector<int> order;
  Shape shape;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (std::find(axes.begin(), axes.end(), axis) != axes.end()) continue;
    order.push_back(axis);
    shape.push_back(x.shape()[axis]);
  }
  shape.push_back(CountOf(x.shape(), axes));
  std::copy(axes.begin(), axes.end(), std::back_inserter(order));
  return Reshape(Transpose(x, order), shape);
}

// The element of the sorted last axis at each place.
Tensor At(const Tensor& sorted, const Tensor& place) {
  return TakeAlongAxis(sorted, Cast(place, DType::kInt32), -1);
}

}  // namespace

std::optional<Between> BetweenOf(absl::string_view name) {
  if (name == "linear") return Between::kLinear;
  if (name == "lower") return Between::kLower;
  if (name == "higher") return Between::kHigher;
  if (name == "nearest") return Between::kNearest;
  if (name == "midpoint") return Between::kMidpoint;
  if (name == "inverted_cdf") return Between::kInvertedCdf;
  return std::nullopt;
}

Tensor Quantile(const Operand& x, const Operand& q,
                const QuantileOptions& options) {
  std::vector<Tensor> given =
      Promote("quantile", {x}, Raise::kFloat, /*broadcast=*/false);
  if (!given[0].ok() || !q.ok()) return Tensor();
  std::optional<std::vector<int64_t>> axes =
      options.axis.Resolve("quantile", given[0].rank());
  if (!axes.has_value()) return Tensor();
  Tensor wanted =
      Cast(q, IsFloating(q.type().dtype) ? q.type().dtype : DType::kFloat32);
  if (wanted.rank() > 1) {
    return Fail("quantile", absl::StrCat("q must have at most one axis, not ",
                                         wanted.rank()));
  }
  const Tensor joined = JoinedLast(given[0], *axes);
  const Tensor sorted = Sort(joined, -1);
  if (!sorted.ok()) return Tensor();
  const Tensor nan = IsNan(joined);

  // All of these are [.., q], or broadcast to it.
  Shape last(std::vector<Dim>(sorted.rank(), Dim(1)));
  last[last.rank() - 1] = wanted.shape().Elements();
  const bool several = wanted.rank() == 1;
  wanted = Reshape(wanted, last);
  const DType dtype = wanted.dtype();
  const Tensor count =
      options.skip_nan
          ? Cast(Sum(LogicalNot(nan), -1, /*keepdims=*/true), dtype)
          : SizeOf(sorted.dim(-1), dtype);
  const Tensor end = count - 1;
  const auto inside = [&](const Tensor& place) {
    return Maximum(0.0, Minimum(place, end));
  };
  const Tensor place = wanted * end;
  const Tensor high_weight = place - Floor(place);
  const Tensor low = At(sorted, inside(Floor(place)));
  const Tensor high = At(sorted, inside(Ceil(place)));
  Tensor result;
  switch (options.method) {
    case Between::kLinear:
      result = Cast(low, dtype) * (1 - high_weight) +
               Cast(high, dtype) * high_weight;
      break;
    case Between::kLower:
      result = low;
      break;
    case Between::kHigher:
      result = high;
      break;
    case Between::kNearest:
      result = Where(LessEqual(high_weight, 0.5), low, high);
      break;
    case Between::kMidpoint:
      result = (low + high) * 0.5;
      break;
    case Between::kInvertedCdf:
      result = At(sorted, inside(Ceil(wanted * count) - 1));
      break;
  }
  if (options.skip_nan)
    result = Where(LessEqual(count, 0), NAN, result);
  else
    result = Where(Any(nan, -1, /*keepdims=*/true), NAN, result);
  result = Cast(result, sorted.dtype());

  Shape shape;
  if (several) {
    result = MoveAxis(result, -1, 0);
    shape.push_back(last[last.rank() - 1]);
  }
  for (int axis = 0; axis < given[0].rank(); ++axis) {
    if (std::find(axes->begin(), axes->end(), axis) == axes->end())
      shape.push_back(given[0].dim(axis));
    else if (options.keepdims)
      shape.push_back(1);
  }
  return Reshape(result, shape);
}

Tensor Median(const Operand& x, const Axes& axis, bool keepdims,
              bool skip_nan) {
  return Quantile(x, 0.5,
                  {.axis = axis,
                   .method = Between::kMidpoint,
                   .keepdims = keepdims,
                   .skip_nan = skip_nan});
}

}  // namespace keratin::ops

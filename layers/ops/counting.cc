#include "layers/ops/counting.h"

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/indexing.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"
#include "layers/ops/spacing.h"

namespace keratin::ops {
namespace {

// Whether a comes before b in a sorted sequence.
Tensor Before(const Tensor& a, const Tensor& b) {
  if (!a.ok() || !b.ok() || !IsFloating(a.dtype())) return Less(a, b);
  return LogicalOr(Less(a, b), LogicalAnd(LogicalNot(IsNan(a)), IsNan(b)));
}

Tensor Sequence(const char* op, const Operand& x, const char* name) {
  if (!x.ok()) return Tensor();
  if (x.shape().rank() == 1) return x.AsTensor();
  return Fail(
      op, absl::StrCat(name, " must have one axis, not ", x.shape().rank()));
}

}  // namespace

Tensor SearchSorted(const Operand& sorted, const Operand& values, bool right) {
  const Tensor sequence =
      Sequence("searchsorted", sorted, "the sorted sequence");
  if (!sequence.ok() || !values.ok()) return Tensor();
  const std::vector<Tensor> both =
      Promote("searchsorted", {sequence, ExpandDims(values, -1)}, Raise::kNone,
              /*broadcast=*/false);
  const Tensor before =
      right ? LogicalNot(Before(both[1], both[0])) : Before(both[0], both[1]);
  return Sum(before, -1);
}

Tensor Digitize(const Operand& x, const Operand& bins) {
  const Tensor sequence = Sequence("digitize", bins, "bins");
  if (!sequence.ok() || !x.ok()) return Tensor();
  const Dim& size = sequence.dim(0);
  if (size.IsConstant(0)) return ZerosLike(x, DType::kInt32);
  const Tensor first = Squeeze(SliceAxis(sequence, 0, 0, 1));
  const Tensor last = Squeeze(SliceAxis(sequence, 0, size - 1, size));
  return Where(GreaterEqual(last, first), SearchSorted(sequence, x, true),
               SizeOf(size) - SearchSorted(Flip(sequence), x, true));
}

HistogramResult Histogram(
    const Operand& x, int64_t bins,
    const std::optional<std::pair<double, double>>& range) {
  Tensor numbers = Sequence("histogram", x, "the tensor");
  if (!numbers.ok()) return {};
  if (!IsFloating(numbers.dtype())) numbers = Cast(numbers, DType::kFloat32);
  const DType dtype = numbers.dtype();
  Tensor low, high;
  if (range.has_value()) {
    low = trace::Constant(range->first, dtype);
    high = trace::Constant(range->second, dtype);
  } else {
    low = Min(numbers);
    high = Max(numbers);
  }
  const Tensor flat = Equal(low, high);
  const Tensor edges =
      Linspace(Where(flat, low - 0.5, low), Where(flat, high + 0.5, high),
               bins + 1, {.dtype = dtype});
  if (!edges.ok()) return {};
  // The last bin has both its edges.
  const Tensor end = SliceAxis(edges, 0, bins, bins + 1);
  const Tensor place = Where(Equal(numbers, end), static_cast<int>(bins),
                             SearchSorted(edges, numbers, /*right=*/true));
  const Tensor inside = Equal(ExpandDims(ArangeSize(bins) + 1, 1), place);
  return {Sum(Cast(inside, dtype), 1), edges};
}

Tensor IsIn(const Operand& x1, const Operand& x2, bool invert) {
  if (!x1.ok() || !x2.ok()) return Tensor();
  const Tensor found = Any(Equal(ExpandDims(x1, -1), Ravel(x2)), -1);
  return invert ? LogicalNot(found) : found;
}

std::vector<Tensor> UnravelIndex(const Operand& indices,
                                 const std::vector<int64_t>& shape) {
  std::vector<Tensor> places(shape.size());
  if (!indices.ok()) return places;
  if (!IsInteger(indices.type().dtype)) {
    Fail("unravel_index", "indices must be integers");
    return places;
  }
  Tensor rest = indices.AsTensor();
  for (size_t i = shape.size(); i-- > 0;) {
    const double size = static_cast<double>(shape[i]);
    const Tensor by = trace::Constant(size, rest.dtype());
    places[i] = Mod(rest, by);
    rest = FloorDivide(rest, by);
  }
  // Beyond the last element is the last one, before the first the first.
  const Tensor beyond = Greater(rest, 0);
  const Tensor before = Less(rest, -1);
  for (size_t i = 0; i < shape.size(); ++i) {
    places[i] = Where(beyond, static_cast<int>(shape[i] - 1),
                      Where(before, 0, places[i]));
  }
  return places;
}

}  // namespace keratin::ops

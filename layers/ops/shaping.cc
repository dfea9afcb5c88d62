#include "layers/ops/shaping.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ir/trace/ops.h"
#include "ir/trace/trace.h"

namespace keratin::ops {
namespace {

// Records that two sizes are the same; false (and an error) if they cannot be.
bool SameSize(const char* op, const Dim& a, const Dim& b,
              const std::string& what) {
  if (a == b) return true;
  if ((a.IsConstant() && b.IsConstant()) || !a.ok() || !b.ok()) {
    Fail(op, what);
    return false;
  }
  if (Trace* trace = Trace::Current()) trace->AssumeEqual(a, b);
  return true;
}

}  // namespace

Tensor Reshape(const Operand& x, const Shape& new_shape) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  Shape shape = new_shape;
  Dim known = 1;
  int left = -1;
  for (int i = 0; i < shape.rank(); ++i) {
    if (!shape[i].IsConstant(-1)) {
      known *= shape[i];
    } else if (left >= 0) {
      return Fail("reshape", absl::StrCat("shape ", shape.ToString(),
                                          " has more than one -1"));
    } else {
      left = i;
    }
  }
  Dim elements = tensor.shape().Elements();
  std::string what =
      absl::StrCat("shape ", tensor.shape().ToString(), " cannot become ",
                   new_shape.ToString(), ": the numbers of elements differ");
  if (left >= 0) {
    std::optional<Dim> rest = elements.DivideExactly(known);
    if (!rest.has_value()) {
      if (elements.IsConstant() && known.IsConstant())
        return Fail("reshape", what);
      rest = elements.FloorDiv(known);
    }
    shape[left] = *rest;
    known *= *rest;
  }
  if (!SameSize("reshape", elements, known, what)) return Tensor();
  return shape == tensor.shape() ? tensor : trace::Reshape(tensor, shape);
}

Tensor Ravel(const Operand& x) { return Reshape(x, {-1}); }

Tensor Transpose(const Operand& x, absl::Span<const int> axes) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  std::vector<int64_t> permutation;
  for (int axis : axes) {
    permutation.push_back(CanonicalAxis("transpose", axis, tensor.rank()));
    if (permutation.back() < 0) return Tensor();
  }
  std::vector<int64_t> sorted = permutation;
  std::sort(sorted.begin(), sorted.end());
  std::vector<int64_t> all(tensor.rank());
  std::iota(all.begin(), all.end(), 0);
  if (sorted != all) {
    return Fail("transpose", absl::StrCat("axes (", absl::StrJoin(axes, ", "),
                                          ") are no permutation of the ",
                                          tensor.rank(), " axes"));
  }
  return permutation == all ? tensor : trace::Transpose(tensor, permutation);
}

Tensor Transpose(const Operand& x) {
  std::vector<int> axes(x.shape().rank());
  std::iota(axes.rbegin(), axes.rend(), 0);
  return Transpose(x, axes);
}

Tensor MoveAxis(const Operand& x, absl::Span<const int> source,
                absl::Span<const int> destination) {
  if (!x.ok()) return Tensor();
  int rank = x.shape().rank();
  if (source.size() != destination.size()) {
    return Fail("moveaxis",
                "source and destination must have the same number of axes");
  }
  std::vector<int> axes(rank, -1);
  std::vector<bool> moved(rank, false);
  for (size_t i = 0; i < source.size(); ++i) {
    int from = CanonicalAxis("moveaxis", source[i], rank);
    int to = CanonicalAxis("moveaxis", destination[i], rank);
    if (from < 0 || to < 0) return Tensor();
    if (moved[from] || axes[to] >= 0)
      return Fail("moveaxis", "an axis is given twice");
    axes[to] = from;
    moved[from] = true;
  }
  int next = 0;
  for (int& axis : axes) {
    if (axis >= 0) continue;
    while (moved[next]) ++next;
    axis = next++;
  }
  return Transpose(x, axes);
}

Tensor MoveAxis(const Operand& x, int source, int destination) {
  return MoveAxis(x, absl::MakeConstSpan(&source, 1),
                  absl::MakeConstSpan(&destination, 1));
}

Tensor SwapAxes(const Operand& x, int axis1, int axis2) {
  if (!x.ok()) return Tensor();
  int rank = x.shape().rank();
  int first = CanonicalAxis("swapaxes", axis1, rank);
  int second = CanonicalAxis("swapaxes", axis2, rank);
  if (first < 0 || second < 0) return Tensor();
  std::vector<int> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  std::swap(axes[first], axes[second]);
  return Transpose(x, axes);
}

Tensor ExpandDims(const Operand& x, const Axes& axis) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  int rank = tensor.rank() + axis.count();
  std::optional<std::vector<int64_t>> axes = axis.Resolve("expand_dims", rank);
  if (!axes.has_value()) return Tensor();
  Shape shape;
  int next = 0;
  for (int i = 0; i < rank; ++i) {
    bool added = std::find(axes->begin(), axes->end(), i) != axes->end();
    shape.push_back(added ? Dim(1) : tensor.shape()[next++]);
  }
  return trace::Reshape(tensor, shape);
}

Tensor Squeeze(const Operand& x, const Axes& axis) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  std::optional<std::vector<int64_t>> axes =
      axis.Resolve("squeeze", tensor.rank());
  if (!axes.has_value()) return Tensor();
  Shape shape;
  for (int i = 0; i < tensor.rank(); ++i) {
    const Dim& size = tensor.shape()[i];
    bool listed = std::find(axes->begin(), axes->end(), i) != axes->end();
    if (!listed || (axis.all() && !size.IsConstant(1))) {
      shape.push_back(size);
    } else if (!SameSize("squeeze", size, 1,
                         absl::StrCat("axis ", i, " of shape ",
                                      tensor.shape().ToString(),
                                      " is not of size 1"))) {
      return Tensor();
    }
  }
  return shape == tensor.shape() ? tensor : trace::Reshape(tensor, shape);
}

Tensor Flip(const Operand& x, const Axes& axis) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  std::optional<std::vector<int64_t>> axes =
      axis.Resolve("flip", tensor.rank());
  if (!axes.has_value()) return Tensor();
  return axes->empty() ? tensor : trace::Reverse(tensor, *axes);
}

Tensor Roll(const Operand& x, absl::Span<const int64_t> shift,
            absl::Span<const int> axis) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  if (axis.empty()) {
    int64_t total = 0;
    for (int64_t one : shift) total += one;
    int flat = 0;
    return Reshape(Roll(Ravel(tensor), {total}, absl::MakeConstSpan(&flat, 1)),
                   tensor.shape());
  }
  if (shift.size() != axis.size() && shift.size() != 1 && axis.size() != 1) {
    return Fail("roll", "as many shifts as axes are needed");
  }
  for (size_t i = 0; i < std::max(shift.size(), axis.size()); ++i) {
    int along =
        CanonicalAxis("roll", axis[axis.size() == 1 ? 0 : i], tensor.rank());
    if (along < 0) return Tensor();
    const Dim size = tensor.shape()[along];
    if (size.IsConstant(0)) continue;
    Dim moved = Dim(shift[shift.size() == 1 ? 0 : i])
                    .Mod(size.IsKnownPositive() ? size : Dim::Max(size, 1));
    if (moved.IsConstant(0)) continue;
    tensor = Concatenate({SliceAxis(tensor, along, size - moved, size),
                          SliceAxis(tensor, along, 0, size - moved)},
                         along);
    if (!tensor.ok()) return Tensor();
  }
  return tensor;
}

Tensor Rot90(const Operand& x, int k, int axis1, int axis2) {
  if (!x.ok()) return Tensor();
  switch ((k % 4 + 4) % 4) {
    case 0:
      return x.AsTensor();
    case 1:
      return SwapAxes(Flip(x, axis2), axis1, axis2);
    case 2:
      return Flip(x, {axis1, axis2});
    default:
      return Flip(SwapAxes(x, axis1, axis2), axis2);
  }
}

Tensor SliceAxis(const Tensor& x, int axis, const Dim& start, const Dim& limit,
                 int64_t stride) {
  if (!x.ok()) return Tensor();
  int along = CanonicalAxis("slice", axis, x.rank());
  if (along < 0) return Tensor();
  if (start.IsConstant(0) && limit == x.shape()[along] && stride == 1) return x;
  Shape starts(std::vector<Dim>(x.rank(), Dim(0)));
  Shape limits = x.shape();
  std::vector<int64_t> strides(x.rank(), 1);
  starts[along] = start;
  limits[along] = limit;
  strides[along] = stride;
  return trace::Slice(x, starts, limits, strides);
}

}  // namespace keratin::ops

#include "layers/ops/indexing.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

// Where a Python slice bound lies on an axis of that size: between `least` and
// `most`.
Dim Bound(int64_t bound, const Dim& size, const Dim& least, const Dim& most) {
  Dim place = bound < 0 ? size + bound : Dim(bound);
  if (place.IsConstant() && size.IsConstant())
    return Dim::Min(Dim::Max(place, least), most);
  // size - k below the least: only for an axis shorter than k.
  return bound < 0 ? Dim::Max(place, least) : Dim::Min(place, most);
}

// x[start:stop:step] along one axis.
Tensor Range(const Tensor& x, int axis, const Index& index) {
  const Dim size = x.shape()[axis];
  int64_t step = index.step.value_or(1);
  if (step == 0)
    return Fail("get_item", "the step of a slice must not be zero");
  if (step > 0) {
    Dim start =
        index.start.has_value() ? Bound(*index.start, size, 0, size) : Dim(0);
    Dim stop =
        index.stop.has_value() ? Bound(*index.stop, size, 0, size) : size;
    return SliceAxis(
        x, axis, start,
        (stop - start).IsKnownNonNegative() ? stop : Dim::Max(start, stop),
        step);
  }
  // Backwards: the same elements forwards, reversed.
  Dim start = index.start.has_value() ? Bound(*index.start, size, -1, size - 1)
                                      : size - 1;
  Dim stop =
      index.stop.has_value() ? Bound(*index.stop, size, -1, size - 1) : Dim(-1);
  Dim count = Dim::Max((start - stop).CeilDiv(-step), 0);
  Dim first = start - (count - 1) * -step;
  if (count.IsConstant(0)) return SliceAxis(x, axis, 0, 0);
  return Flip(SliceAxis(x, axis, first, start + 1, -step), axis);
}

}  // namespace

Tensor GetItem(const Operand& x, absl::Span<const Index> key) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  int consumed = 0;
  int ellipses = 0;
  int tensors = 0;
  for (const Index& index : key) {
    if (index.kind == Index::Kind::kEllipsis)
      ++ellipses;
    else if (index.kind != Index::Kind::kNewAxis)
      ++consumed;
    if (index.kind == Index::Kind::kTensor) ++tensors;
  }
  if (ellipses > 1)
    return Fail("get_item", "only one ellipsis may stand in a slice");
  if (tensors > 1)
    return Fail("get_item",
                "at most one tensor of numbers may stand in a slice");
  if (consumed > tensor.rank()) {
    return Fail("get_item",
                absl::StrCat("too many indices (", consumed, ") for shape ",
                             tensor.shape().ToString()));
  }
  // First slice every axis, then drop and add axes in one reshape, then take
  // the numbers.
  Shape shape;
  int axis = 0;
  int taken_axis = -1;
  Tensor numbers;
  for (const Index& index : key) {
    switch (index.kind) {
      case Index::Kind::kEllipsis:
        for (int i = 0; i < tensor.rank() - consumed; ++i)
          shape.push_back(tensor.shape()[axis++]);
        break;
      case Index::Kind::kNewAxis:
        shape.push_back(1);
        break;
      case Index::Kind::kTensor:
        taken_axis = shape.rank();
        numbers = index.tensor;
        shape.push_back(tensor.shape()[axis++]);
        break;
      case Index::Kind::kRange:
        tensor = Range(tensor, axis, index);
        if (!tensor.ok()) return Tensor();
        shape.push_back(tensor.shape()[axis++]);
        break;
      case Index::Kind::kAt: {
        const Dim size = tensor.shape()[axis];
        Dim place = *index.start < 0 ? size + *index.start : Dim(*index.start);
        std::optional<int64_t> known = size.AsConstant();
        if (known.has_value() &&
            (*place.AsConstant() < 0 || *place.AsConstant() >= *known)) {
          return Fail(
              "get_item",
              absl::StrCat("index ", *index.start, " is outside axis ", axis,
                           " of shape ", tensor.shape().ToString()));
        }
        tensor = SliceAxis(tensor, axis++, place, place + 1);
        if (!tensor.ok()) return Tensor();
        break;
      }
    }
  }
  while (axis < tensor.rank()) shape.push_back(tensor.shape()[axis++]);
  tensor = Reshape(tensor, shape);
  if (taken_axis < 0 || !tensor.ok()) return tensor;
  if (!IsInteger(numbers.dtype()))
    return Fail("get_item", "a tensor in a slice must hold integers");
  Dim size = tensor.shape()[taken_axis];
  Tensor last = trace::Size({size - 1}, DType::kInt32);
  numbers = Cast(numbers, DType::kInt32);
  numbers = Where(Less(numbers, 0),
                  numbers + trace::Size({size}, DType::kInt32), numbers);
  return Take(tensor, Clip(numbers, 0, last), taken_axis);
}

Tensor Take(const Operand& x, const Operand& indices, std::optional<int> axis) {
  if (!x.ok() || !indices.ok()) return Tensor();
  Tensor tensor = axis.has_value() ? x.AsTensor() : Ravel(x);
  int along = CanonicalAxis("take", axis.value_or(0), tensor.rank());
  if (along < 0) return Tensor();
  Tensor numbers = indices.AsTensor();
  if (IsFloating(numbers.dtype()))
    return Fail("take", "indices must be integers");
  if (IsBool(numbers.dtype())) numbers = Cast(numbers, DType::kInt32);
  return trace::Take(tensor, numbers, along);
}

Tensor TakeAlongAxis(const Operand& x, const Operand& indices,
                     std::optional<int> axis) {
  if (!x.ok() || !indices.ok()) return Tensor();
  Tensor tensor = axis.has_value() ? x.AsTensor() : Ravel(x);
  Tensor numbers = axis.has_value() ? indices.AsTensor() : Ravel(indices);
  if (!IsInteger(numbers.dtype()))
    return Fail("take_along_axis", "indices must be integers");
  int along = CanonicalAxis("take_along_axis", axis.value_or(0), tensor.rank());
  if (along < 0) return Tensor();
  if (numbers.rank() != tensor.rank()) {
    return Fail("take_along_axis",
                absl::StrCat("the tensor has rank ", tensor.rank(),
                             ", its indices rank ", numbers.rank(),
                             "; they must be equal"));
  }
  Shape shape = tensor.shape();
  Shape places = numbers.shape();
  places[along] = 1;
  shape[along] = 1;
  Shape common = BroadcastShapes("take_along_axis", {shape, places});
  if (!common.ok()) return Tensor();
  shape = common;
  shape[along] = tensor.shape()[along];
  common[along] = numbers.shape()[along];
  return trace::TakeAlongAxis(BroadcastTo(tensor, shape),
                              BroadcastTo(numbers, common), along);
}

namespace {

std::vector<Tensor> Starts(const char* op, const Tensor& x,
                           absl::Span<const Operand> start) {
  std::vector<Tensor> starts;
  if (static_cast<int>(start.size()) != x.rank()) {
    Fail(op, absl::StrCat(start.size(), " start indices are given for rank ",
                          x.rank()));
    return starts;
  }
  for (const Operand& one : start) {
    if (!one.ok()) return {};
    starts.push_back(Reshape(Cast(one, DType::kInt32), Shape()));
  }
  return starts;
}

}  // namespace

Tensor Slice(const Operand& x, absl::Span<const Operand> start,
             const Shape& shape) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  if (shape.rank() != tensor.rank() ||
      static_cast<int>(start.size()) != tensor.rank()) {
    return Fail(
        "slice",
        absl::StrCat("start indices and shape must have one entry for each of ",
                     tensor.rank(), " axes"));
  }
  bool known = true;
  for (const Operand& one : start) known = known && one.is_number();
  if (!known)
    return trace::DynamicSlice(tensor, Starts("slice", tensor, start), shape);
  Shape from;
  Shape to;
  for (int i = 0; i < shape.rank(); ++i) {
    int64_t first = static_cast<int64_t>(start[i].number());
    Dim most = tensor.shape()[i] - shape[i];
    Dim place = first < 0 ? tensor.shape()[i] + first : Dim(first);
    if (place.IsConstant() && most.IsConstant())
      place = Dim::Max(Dim::Min(place, most), 0);
    from.push_back(place);
    to.push_back(place + shape[i]);
  }
  return trace::Slice(tensor, from, to, std::vector<int64_t>(shape.rank(), 1));
}

Tensor SliceUpdate(const Operand& x, absl::Span<const Operand> start,
                   const Operand& updates) {
  if (!x.ok() || !updates.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  std::vector<Tensor> starts = Starts("slice_update", tensor, start);
  if (static_cast<int>(starts.size()) != tensor.rank()) return Tensor();
  return trace::DynamicUpdateSlice(tensor, updates.As(tensor.dtype()), starts);
}

}  // namespace keratin::ops

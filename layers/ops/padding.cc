#include "layers/ops/padding.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

// `count` copies of a slice of size 1.
Tensor Copies(const Tensor& slice, int axis, int64_t count) {
  Shape shape = slice.shape();
  shape[axis] = count;
  return BroadcastTo(slice, shape);
}

// A piece of the axis to put before (or after) it, at most `count` long, in
// which the tensor goes on: mirrored or repeated.
Tensor Piece(const Tensor& x, int axis, PadMode mode, bool before,
             int64_t count) {
  const Dim size = x.shape()[axis];
  int64_t skip = mode == PadMode::kReflect ? 1 : 0;
  bool at_start = before != (mode == PadMode::kWrap);
  Tensor piece = at_start
                     ? SliceAxis(x, axis, skip, count + skip)
                     : SliceAxis(x, axis, size - count - skip, size - skip);
  return mode == PadMode::kWrap ? piece : Flip(piece, axis);
}

// Pads one axis in the modes that repeat the tensor itself. Where it is shorter
// than the padding, what is there goes on, as numpy does.
Tensor Continue(Tensor x, int axis, int64_t before, int64_t after,
                PadMode mode) {
  std::optional<int64_t> size = x.shape()[axis].AsConstant();
  if (size.has_value() && *size <= (mode == PadMode::kReflect ? 1 : 0)) {
    if (*size == 0)
      return Fail("pad", "an axis without elements cannot be continued");
    return Concatenate({Copies(x, axis, before), x, Copies(x, axis, after)},
                       axis);
  }
  constexpr int64_t kMostPeriods = 1 << 10;
  if (size.has_value() && std::max(before, after) / *size > kMostPeriods) {
    return Fail("pad", absl::StrCat("widths of more than ", kMostPeriods,
                                    " times the axis are not supported"));
  }
  if (mode == PadMode::kWrap && size.has_value()) {
    // Whole copies, of which the ends are cut off.
    int64_t front = (before + *size - 1) / *size;
    int64_t back = (after + *size - 1) / *size;
    std::vector<Operand> copies(front + 1 + back, Operand(x));
    return SliceAxis(Concatenate(copies, axis), axis, front * *size - before,
                     (front + 1) * *size + after);
  }
  const int64_t period =
      size.has_value() ? *size - (mode == PadMode::kReflect ? 1 : 0) : 0;
  while (before > 0 || after > 0) {
    int64_t front = size.has_value() ? std::min(before, period) : before;
    int64_t back = size.has_value() ? std::min(after, period) : after;
    std::vector<Operand> parts;
    if (front > 0)
      parts.push_back(Piece(x, axis, mode, /*before=*/true, front));
    parts.push_back(x);
    if (back > 0) parts.push_back(Piece(x, axis, mode, /*before=*/false, back));
    x = Concatenate(parts, axis);
    if (!x.ok()) return Tensor();
    before -= front;
    after -= back;
  }
  return x;
}

}  // namespace

std::optional<PadMode> PadModeOf(absl::string_view name) {
  if (name == "constant" || name == "empty") return PadMode::kConstant;
  if (name == "edge") return PadMode::kEdge;
  if (name == "reflect") return PadMode::kReflect;
  if (name == "symmetric") return PadMode::kSymmetric;
  if (name == "wrap") return PadMode::kWrap;
  if (name == "maximum") return PadMode::kMaximum;
  if (name == "minimum") return PadMode::kMinimum;
  if (name == "mean") return PadMode::kMean;
  return std::nullopt;
}

Tensor Pad(const Operand& x, const PadWidth& width, PadMode mode,
           const Operand& value) {
  if (!x.ok() || !value.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  int rank = tensor.rank();
  if (width.size() != 1 && static_cast<int>(width.size()) != rank) {
    return Fail("pad",
                absl::StrCat(width.size(),
                             " pairs of widths are given for rank ", rank));
  }
  std::vector<Dim> low(rank);
  std::vector<Dim> high(rank);
  bool any = false;
  for (int axis = 0; axis < rank; ++axis) {
    auto [before, after] = width[width.size() == 1 ? 0 : axis];
    if (before < 0 || after < 0)
      return Fail("pad", "widths must not be negative");
    low[axis] = before;
    high[axis] = after;
    any = any || before > 0 || after > 0;
  }
  if (!any) return tensor;
  if (mode == PadMode::kConstant) {
    return trace::Pad(tensor, value.As(tensor.dtype()), Shape(low), Shape(high),
                      std::vector<int64_t>(rank, 0));
  }
  for (int axis = 0; axis < rank && tensor.ok(); ++axis) {
    int64_t before = *low[axis].AsConstant();
    int64_t after = *high[axis].AsConstant();
    if (before == 0 && after == 0) continue;
    const Dim size = tensor.shape()[axis];
    Tensor first;
    Tensor last;
    switch (mode) {
      case PadMode::kEdge:
        first = SliceAxis(tensor, axis, 0, 1);
        last = SliceAxis(tensor, axis, size - 1, size);
        break;
      case PadMode::kMaximum:
        first = last = Max(tensor, axis, /*keepdims=*/true);
        break;
      case PadMode::kMinimum:
        first = last = Min(tensor, axis, /*keepdims=*/true);
        break;
      case PadMode::kMean:
        first = last =
            Cast(IsFloating(tensor.dtype()) ? Mean(tensor, axis, true)
                                            : Round(Mean(tensor, axis, true)),
                 tensor.dtype());
        break;
      default:
        tensor = Continue(tensor, axis, before, after, mode);
        continue;
    }
    tensor = Concatenate(
        {Copies(first, axis, before), tensor, Copies(last, axis, after)}, axis);
  }
  return tensor;
}

}  // namespace keratin::ops

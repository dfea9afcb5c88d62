// Joining, splitting and repeating (declared in shaping.h).
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "ir/trace/trace.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

// More tensors than this are a mistake, not a wish.
constexpr int64_t kMostParts = 1 << 16;

bool IsTooMany(const char* op, int64_t parts) {
  if (parts > 0 && parts <= kMostParts) return false;
  Fail(op, absl::StrCat(parts, " parts are not supported: between 1 and ",
                        kMostParts, " are"));
  return true;
}

}  // namespace

Tensor Concatenate(absl::Span<const Operand> xs, int axis) {
  if (xs.empty()) return Fail("concatenate", "at least one tensor is needed");
  std::vector<Tensor> tensors =
      Promote("concatenate", xs, Raise::kNone, /*broadcast=*/false);
  for (const Tensor& tensor : tensors) {
    if (!tensor.ok()) return Tensor();
  }
  int rank = tensors[0].rank();
  int along = CanonicalAxis("concatenate", axis, rank);
  if (along < 0) return Tensor();
  // Sizes outside the axis are written as in the first, or known if any is.
  Shape common = tensors[0].shape();
  for (const Tensor& tensor : tensors) {
    for (int i = 0; tensor.rank() == rank && i < rank; ++i) {
      if (tensor.shape()[i].IsConstant() && !common[i].IsConstant())
        common[i] = tensor.shape()[i];
    }
  }
  for (Tensor& tensor : tensors) {
    if (tensor.rank() == rank) common[along] = tensor.shape()[along];
    tensor = WithSizes("concatenate", tensor, common);
    if (!tensor.ok()) return Tensor();
  }
  return tensors.size() == 1 ? tensors[0] : trace::Concatenate(tensors, along);
}

Tensor Stack(absl::Span<const Operand> xs, int axis) {
  if (xs.empty()) return Fail("stack", "at least one tensor is needed");
  std::vector<Operand> expanded;
  for (const Operand& x : xs) expanded.push_back(ExpandDims(x, axis));
  if (!xs[0].ok()) return Tensor();
  int along = CanonicalAxis("stack", axis, xs[0].shape().rank() + 1);
  return along < 0 ? Tensor() : Concatenate(expanded, along);
}

Tensor HStack(absl::Span<const Operand> xs) {
  std::vector<Operand> arranged;
  for (const Operand& x : xs)
    arranged.push_back(x.ok() && x.shape().rank() == 0 ? ExpandDims(x, 0)
                                                       : x.AsTensor());
  bool flat = !arranged.empty() && arranged[0].shape().rank() == 1;
  return Concatenate(arranged, flat ? 0 : 1);
}

Tensor VStack(absl::Span<const Operand> xs) {
  std::vector<Operand> arranged;
  for (const Operand& x : xs) {
    if (!x.ok()) return Tensor();
    arranged.push_back(x.shape().rank() == 0   ? ExpandDims(x, {0, 1})
                       : x.shape().rank() == 1 ? ExpandDims(x, 0)
                                               : x.AsTensor());
  }
  return Concatenate(arranged, 0);
}

Tensor DStack(absl::Span<const Operand> xs) {
  std::vector<Operand> arranged;
  for (const Operand& x : xs) {
    if (!x.ok()) return Tensor();
    const int rank = x.shape().rank();
    const Tensor row = rank < 2 ? ExpandDims(x, 0) : x.AsTensor();
    arranged.push_back(rank == 0   ? ExpandDims(row, {1, 2})
                       : rank <= 2 ? ExpandDims(row, 2)
                                   : row);
  }
  return Concatenate(arranged, 2);
}

std::vector<Tensor> Split(const Operand& x, int64_t sections, int axis) {
  if (IsTooMany("split", sections)) return {};
  std::vector<Tensor> parts(sections);
  if (!x.ok()) return parts;
  Tensor tensor = x.AsTensor();
  int along = CanonicalAxis("split", axis, tensor.rank());
  if (along < 0) return parts;
  const Dim& size = tensor.shape()[along];
  std::optional<Dim> part = size.DivideExactly(sections);
  if (!part.has_value()) {
    if (size.IsConstant()) {
      Fail("split",
           absl::StrCat("axis ", along, " of size ", size.ToString(),
                        " does not divide into ", sections, " equal sections"));
      return parts;
    }
    part = size.FloorDiv(sections);
    if (Trace* trace = Trace::Current())
      trace->AssumeEqual(size, *part * sections);
  }
  for (int64_t i = 0; i < sections; ++i) {
    parts[i] = SliceAxis(tensor, along, *part * i,
                         i + 1 == sections ? size : *part * (i + 1));
  }
  return parts;
}

std::vector<Tensor> SplitAt(const Operand& x, absl::Span<const int64_t> indices,
                            int axis) {
  std::vector<Tensor> parts(indices.size() + 1);
  if (!x.ok()) return parts;
  Tensor tensor = x.AsTensor();
  int along = CanonicalAxis("split", axis, tensor.rank());
  if (along < 0) return parts;
  const Dim& size = tensor.shape()[along];
  Dim start = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    Dim limit = size;
    if (i < indices.size())
      limit = Dim::Min(
          indices[i] < 0 ? Dim::Max(size + indices[i], 0) : Dim(indices[i]),
          size);
    parts[i] = SliceAxis(tensor, along, start, Dim::Max(start, limit));
    start = limit;
  }
  return parts;
}

std::vector<Tensor> ArraySplit(const Operand& x, int64_t sections, int axis) {
  if (IsTooMany("array_split", sections)) return {};
  std::vector<Tensor> parts(sections);
  if (!x.ok()) return parts;
  Tensor tensor = x.AsTensor();
  int along = CanonicalAxis("array_split", axis, tensor.rank());
  if (along < 0) return parts;
  const Dim& size = tensor.shape()[along];
  Dim part = size.FloorDiv(sections);
  Dim longer = size.Mod(sections);
  for (int64_t i = 0; i < sections; ++i) {
    parts[i] = SliceAxis(tensor, along, part * i + Dim::Min(longer, i),
                         part * (i + 1) + Dim::Min(longer, i + 1));
  }
  return parts;
}

std::vector<Tensor> Unstack(const Operand& x, int axis) {
  if (!x.ok()) return {};
  Tensor tensor = x.AsTensor();
  int along = CanonicalAxis("unstack", axis, tensor.rank());
  if (along < 0) return {};
  std::optional<int64_t> size = tensor.shape()[along].AsConstant();
  if (!size.has_value()) {
    Fail("unstack",
         absl::StrCat("axis ", along,
                      " has an unknown size; give the number of parts"));
    return {};
  }
  if (*size == 0 || IsTooMany("unstack", *size)) return {};
  std::vector<Tensor> parts;
  for (int64_t i = 0; i < *size; ++i)
    parts.push_back(Squeeze(SliceAxis(tensor, along, i, i + 1), along));
  return parts;
}

Tensor Repeat(const Operand& x, int64_t repeats, std::optional<int> axis) {
  if (!x.ok()) return Tensor();
  if (repeats < 0)
    return Fail("repeat", "the number of repeats must not be negative");
  Tensor tensor = axis.has_value() ? x.AsTensor() : Ravel(x);
  int along = CanonicalAxis("repeat", axis.value_or(0), tensor.rank());
  if (along < 0) return Tensor();
  Shape shape = tensor.shape();
  shape[along] *= repeats;
  Shape spread;
  std::vector<int64_t> axes;
  for (int i = 0; i < tensor.rank(); ++i) {
    axes.push_back(spread.rank());
    spread.push_back(tensor.shape()[i]);
    if (i == along) spread.push_back(repeats);
  }
  return trace::Reshape(trace::BroadcastInDim(tensor, spread, axes), shape);
}

Tensor Repeat(const Operand& x, absl::Span<const int64_t> repeats,
              std::optional<int> axis) {
  if (repeats.size() == 1) return Repeat(x, repeats[0], axis);
  if (!x.ok()) return Tensor();
  Tensor tensor = axis.has_value() ? x.AsTensor() : Ravel(x);
  int along = CanonicalAxis("repeat", axis.value_or(0), tensor.rank());
  if (along < 0) return Tensor();
  if (!tensor.shape()[along].IsConstant(static_cast<int64_t>(repeats.size()))) {
    return Fail("repeat",
                absl::StrCat(repeats.size(), " counts are given for ",
                             tensor.shape()[along].ToString(), " elements"));
  }
  std::vector<Operand> parts;
  for (size_t i = 0; i < repeats.size(); ++i) {
    int64_t start = static_cast<int64_t>(i);
    if (repeats[i] > 0)
      parts.push_back(Repeat(SliceAxis(tensor, along, start, start + 1),
                             repeats[i], along));
  }
  return parts.empty() ? SliceAxis(tensor, along, 0, 0)
                       : Concatenate(parts, along);
}

Tensor Tile(const Operand& x, absl::Span<const int64_t> repeats) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  int rank = std::max<int>(tensor.rank(), static_cast<int>(repeats.size()));
  Shape spread;
  Shape shape;
  std::vector<int64_t> axes;
  for (int i = 0; i < rank; ++i) {
    int own = i - (rank - tensor.rank());
    int counted = i - (rank - static_cast<int>(repeats.size()));
    int64_t repeat = counted < 0 ? 1 : repeats[counted];
    if (repeat < 0)
      return Fail("tile", "the number of repeats must not be negative");
    Dim size = own < 0 ? Dim(1) : tensor.shape()[own];
    if (repeat != 1) spread.push_back(repeat);
    if (own >= 0) {
      axes.push_back(spread.rank());
      spread.push_back(size);
    }
    shape.push_back(size * repeat);
  }
  return trace::Reshape(trace::BroadcastInDim(tensor, spread, axes), shape);
}

}  // namespace keratin::ops

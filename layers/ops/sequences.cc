#include "layers/ops/sequences.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/indexing.h"
#include "layers/ops/linear.h"
#include "layers/ops/padding.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

constexpr int64_t kMostDifferences = 1000;

// All but the first of an axis, and all but the last.
Tensor Later(const Tensor& x, int axis) {
  return SliceAxis(x, axis, 1, Dim::Max(x.dim(axis), 1));
}
Tensor Earlier(const Tensor& x, int axis) {
  return SliceAxis(x, axis, 0, Dim::Max(x.dim(axis) - 1, 0));
}

}  // namespace

Tensor Diff(const Operand& x, int64_t n, int axis) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  const int along = CanonicalAxis("diff", axis, tensor.rank());
  if (along < 0) return Tensor();
  if (n < 0 || n > kMostDifferences) {
    return Fail("diff", absl::StrCat("n is ", n, ", but must be between 0 and ",
                                     kMostDifferences));
  }
  for (int64_t i = 0; i < n && tensor.ok(); ++i) {
    if (tensor.dim(along).IsConstant(0)) break;
    const Tensor later = Later(tensor, along);
    const Tensor earlier = Earlier(tensor, along);
    tensor = IsBool(tensor.dtype()) ? NotEqual(later, earlier)
                                    : Subtract(later, earlier);
  }
  return tensor;
}

Tensor Trapezoid(const Operand& y, const std::optional<Operand>& x,
                 const Operand& dx, int axis) {
  std::vector<Operand> given = {y};
  if (x.has_value()) given.push_back(*x);
  const std::vector<Tensor> tensors =
      Promote("trapezoid", given, Raise::kFloat, /*broadcast=*/false);
  if (!tensors[0].ok()) return Tensor();
  const int along = CanonicalAxis("trapezoid", axis, tensors[0].rank());
  if (along < 0) return Tensor();
  const Tensor heights = MoveAxis(tensors[0], along, -1);
  const Tensor doubled =
      Later(heights, heights.rank() - 1) + Earlier(heights, heights.rank() - 1);
  if (!x.has_value()) return Multiply(dx, Sum(doubled, -1) * 0.5);
  Tensor widths = tensors[1];
  if (widths.ok() && widths.rank() > 1) widths = MoveAxis(widths, along, -1);
  return Sum(Diff(widths) * doubled, -1) * 0.5;
}

std::optional<Overlap> OverlapOf(absl::string_view name) {
  if (name == "valid") return Overlap::kValid;
  if (name == "same") return Overlap::kSame;
  if (name == "full") return Overlap::kFull;
  return std::nullopt;
}

Tensor Correlate(const Operand& x1, const Operand& x2, Overlap overlap) {
  std::vector<Tensor> x =
      Promote("correlate", {x1, x2}, Raise::kFloat, /*broadcast=*/false);
  if (!x[0].ok() || !x[1].ok()) return Tensor();
  if (x[0].rank() != 1 || x[1].rank() != 1)
    return Fail("correlate", "both tensors must have one axis");
  const std::optional<int64_t> sizes[] = {x[0].dim(0).AsConstant(),
                                          x[1].dim(0).AsConstant()};
  const bool swapped = sizes[0].has_value() && sizes[1].value_or(0) > *sizes[0];
  if (swapped) std::swap(x[0], x[1]);
  const std::optional<int64_t> width = sizes[swapped ? 0 : 1];
  if (!width.has_value() || *width < 1) {
    return Fail("correlate",
                "the shorter tensor must be of a known size, and not empty");
  }
  PadWidth pad = {{0, 0}};
  if (overlap == Overlap::kSame) pad = {{*width / 2, *width - *width / 2 - 1}};
  if (overlap == Overlap::kFull) pad = {{*width - 1, *width - 1}};
  const Tensor stretches = ExtractSequences(Pad(x[0], pad), *width, 1);
  const Tensor result = MatMul(stretches, x[1]);
  return swapped ? Flip(result) : result;
}

Tensor ExtractSequences(const Operand& x, int64_t length, int64_t stride) {
  if (!x.ok()) return Tensor();
  const Tensor tensor = x.AsTensor();
  if (tensor.rank() < 1 || length < 1 || stride < 1) {
    return Fail("extract_sequences",
                "a tensor of at least one axis and a positive length and "
                "stride are needed");
  }
  const Dim count = Dim::Max((tensor.dim(-1) - length).FloorDiv(stride) + 1, 0);
  const Tensor start =
      ExpandDims(ArangeSize(count), 1) * static_cast<int>(stride);
  return Take(tensor, start + ArangeSize(length), -1);
}

}  // namespace keratin::ops

#include "layers/ops/sorting.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/indexing.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

// Where the elements stand that take the first `count` places of the sorted
// last axis.
Tensor FirstPlaces(const Tensor& x, const Dim& count) {
  if (!x.ok()) return Tensor();
  Dim size = x.dim(-1);
  // The rank of element i is its place; its inverse is the sum of the one i
  // that has rank j.
  Tensor rank = ExpandDims(trace::SortRank(x, x.rank() - 1), -1);
  Tensor from = Reshape(ArangeSize(size), {size, 1});
  return Sum(Where(Equal(rank, ArangeSize(count)), from, 0), -2);
}

// Bools do not sort.
Tensor Sortable(const Operand& x) {
  if (!x.ok()) return Tensor();
  return IsBool(x.type().dtype) ? x.As(DType::kInt32) : x.AsTensor();
}

// Integers in XLA's total order of floats: their bits, in which NaN is more
// than infinity and -0 less than 0. Of integers, themselves.
Tensor Ordered(const Tensor& x) {
  if (!x.ok() || !IsFloating(x.dtype())) return x;
  const int64_t size = DTypeSize(x.dtype());
  const DType dtype = size == 8   ? DType::kInt64
                      : size == 4 ? DType::kInt32
                                  : DType::kInt16;
  const Tensor bits = trace::BitcastConvert(x, dtype);
  const Tensor turned = trace::Xor(
      bits, trace::FullInteger(bits.shape(),
                               (uint64_t{1} << (8 * size - 1)) - 1, dtype));
  return trace::Select(Less(bits, 0), turned, bits);
}

}  // namespace

Tensor ArgSort(const Operand& x, int axis) {
  if (!x.ok()) return Tensor();
  Tensor tensor = Sortable(x.shape().empty() ? Ravel(x) : x.AsTensor());
  int along = CanonicalAxis("argsort", axis, tensor.rank());
  if (along < 0) return Tensor();
  tensor = SwapAxes(tensor, along, -1);
  return SwapAxes(FirstPlaces(tensor, tensor.dim(-1)), along, -1);
}

Tensor ArgPartition(const Operand& x, int64_t kth, int axis) {
  const Tensor tensor = Sortable(x);
  if (!tensor.ok()) return Tensor();
  const int along = CanonicalAxis("argpartition", axis, tensor.rank());
  if (along < 0) return Tensor();
  const std::optional<int64_t> size = tensor.dim(along).AsConstant();
  if (kth < 0 && size.has_value()) kth += *size;
  if (kth < 0 || kth >= size.value_or(kth + 1)) {
    return Fail("argpartition",
                absl::StrCat("kth is ", kth, ", but the axis has ",
                             tensor.dim(along).ToString(), " elements"));
  }
  Shape shape(std::vector<Dim>(tensor.rank(), Dim(1)));
  shape[along] = tensor.dim(along);
  const Tensor behind =
      trace::Iota(along, DType::kInt32, shape) + static_cast<int>(kth + 1);
  const Tensor rank = trace::SortRank(tensor, along);
  return ArgSort(Where(LessEqual(rank, static_cast<int>(kth)), rank, behind),
                 along);
}

Tensor Sort(const Operand& x, int axis) {
  return TakeAlongAxis(x, ArgSort(x, axis), axis);
}

TopKResult TopK(const Operand& x, int64_t k) {
  Tensor tensor = Sortable(x);
  if (!tensor.ok()) return {};
  if (tensor.rank() == 0) {
    Fail("top_k", "a tensor of at least one axis is needed");
    return {};
  }
  std::optional<int64_t> size = tensor.dim(-1).AsConstant();
  if (k < 0 || (size.has_value() && k > *size)) {
    Fail("top_k", absl::StrCat("k is ", k, ", but the last axis has ",
                               tensor.dim(-1).ToString(), " elements"));
    return {};
  }
  Tensor indices = FirstPlaces(trace::Not(Ordered(tensor)), k);
  return {TakeAlongAxis(x, indices, -1), indices};
}

Tensor InTopK(const Operand& targets, const Operand& predictions, int64_t k) {
  Tensor at_label = TakeAlongAxis(predictions, ExpandDims(targets, -1), -1);
  at_label = Where(IsNan(at_label), -INFINITY, at_label);
  return LessEqual(1 + Sum(Greater(predictions, at_label), -1), k);
}

}  // namespace keratin::ops

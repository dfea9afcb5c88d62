#include "layers/ops/products.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/linear.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

// x with axes of size 1 in front, up to that rank.
Tensor OfRank(const Tensor& x, int rank) {
  Shape shape(std::vector<Dim>(std::max(0, rank - x.rank()), Dim(1)));
  for (const Dim& size : x.shape()) shape.push_back(size);
  return Reshape(x, shape);
}

// One component of the vectors along the last axis; 0 beyond their end.
Tensor Component(const Tensor& x, int64_t i) {
  if (!x.ok()) return Tensor();
  if (i < x.dim(-1).AsConstant().value_or(0))
    return Squeeze(SliceAxis(x, -1, i, i + 1), -1);
  return ZerosLike(Component(x, 0));
}

}  // namespace

Tensor Kron(const Operand& x1, const Operand& x2) {
  const std::vector<Tensor> x =
      Promote("kron", {x1, x2}, Raise::kNone, /*broadcast=*/false);
  if (!x[0].ok() || !x[1].ok()) return Tensor();
  const int rank = std::max(x[0].rank(), x[1].rank());
  const Tensor first = OfRank(x[0], rank);
  const Tensor second = OfRank(x[1], rank);
  Shape shape, outer, inner;
  for (int axis = 0; axis < rank; ++axis) {
    outer.push_back(first.dim(axis));
    outer.push_back(1);
    inner.push_back(1);
    inner.push_back(second.dim(axis));
    shape.push_back(first.dim(axis) * second.dim(axis));
  }
  return Reshape(Multiply(Reshape(first, outer), Reshape(second, inner)),
                 shape);
}

Tensor Cross(const Operand& x1, const Operand& x2, int axis1, int axis2,
             int result_axis) {
  if (!x1.ok() || !x2.ok()) return Tensor();
  const Tensor a = MoveAxis(x1, axis1, -1);
  const Tensor b = MoveAxis(x2, axis2, -1);
  if (!a.ok() || !b.ok()) return Tensor();
  const int64_t m = a.dim(-1).AsConstant().value_or(0);
  const int64_t n = b.dim(-1).AsConstant().value_or(0);
  if (m < 2 || m > 3 || n < 2 || n > 3) {
    return Fail("cross", absl::StrCat("vectors of 2 or 3 elements are needed, "
                                      "not of ",
                                      a.dim(-1).ToString(), " and ",
                                      b.dim(-1).ToString()));
  }
  const auto difference = [&](int i, int j) {
    return Subtract(Multiply(Component(a, i), Component(b, j)),
                    Multiply(Component(a, j), Component(b, i)));
  };
  if (m == 2 && n == 2) return difference(0, 1);
  return Stack({difference(1, 2), difference(2, 0), difference(0, 1)},
               result_axis);
}

Tensor Vander(const Operand& x, std::optional<int64_t> n, bool increasing) {
  if (!x.ok()) return Tensor();
  const Tensor tensor = x.AsTensor();
  if (tensor.rank() != 1) return Fail("vander", "x must have one axis");
  if (n.value_or(0) < 0) return Fail("vander", "N must not be negative");
  const Dim count = n.has_value() ? Dim(*n) : tensor.dim(0);
  const Tensor exponents = ArangeSize(count, tensor.dtype());
  return Power(ExpandDims(tensor, 1), increasing ? exponents : Flip(exponents));
}

Tensor CDist(const Operand& x, const Operand& y) {
  if (!x.ok() || !y.ok()) return Tensor();
  return Sqrt(Sum(Square(Subtract(ExpandDims(x, -2), ExpandDims(y, -3))), -1));
}

Tensor CorrCoef(const Operand& x) {
  std::vector<Tensor> given =
      Promote("corrcoef", {x}, Raise::kFloat, /*broadcast=*/false);
  if (!given[0].ok()) return Tensor();
  Tensor rows = given[0];
  if (rows.rank() == 0 || rows.rank() > 2)
    return Fail("corrcoef", "a tensor of one or two axes is needed");
  const bool single = rows.rank() == 1;
  if (single) rows = ExpandDims(rows, 0);
  rows = rows - Mean(rows, 1, /*keepdims=*/true);
  const Tensor products = MatMul(rows, Transpose(rows));
  const Tensor length = Sqrt(Diagonal(products));
  const Tensor result =
      Clip(products / ExpandDims(length, 1) / length, -1.0, 1.0);
  return single ? Reshape(result, {}) : result;
}

}  // namespace keratin::ops

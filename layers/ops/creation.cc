#include "layers/ops/creation.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/indexing.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

// column - row of a matrix, int32.
Tensor Beside(const Dim& rows, const Dim& columns) {
  Shape shape = {rows, columns};
  return trace::Subtract(trace::Iota(1, DType::kInt32, shape),
                         trace::Iota(0, DType::kInt32, shape));
}

Tensor Triangle(const char* op, const Operand& x, int64_t k, bool lower) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  if (tensor.rank() < 2)
    return Fail(op, "a tensor of at least two axes is needed");
  Tensor beside = Beside(tensor.dim(-2), tensor.dim(-1));
  return Where(lower ? LessEqual(beside, k) : GreaterEqual(beside, k), tensor,
               trace::Constant(0, tensor.dtype()));
}

}  // namespace

Tensor Full(const Shape& shape, const Operand& value, DType dtype) {
  return BroadcastTo(Cast(value, dtype), shape);
}
Tensor Zeros(const Shape& shape, DType dtype) { return Full(shape, 0, dtype); }
Tensor Ones(const Shape& shape, DType dtype) { return Full(shape, 1, dtype); }

Tensor FullLike(const Operand& x, const Operand& value,
                std::optional<DType> dtype) {
  if (!x.ok()) return Tensor();
  return Full(x.shape(), value, dtype.value_or(x.AsTensor().dtype()));
}
Tensor ZerosLike(const Operand& x, std::optional<DType> dtype) {
  return FullLike(x, 0, dtype);
}
Tensor OnesLike(const Operand& x, std::optional<DType> dtype) {
  return FullLike(x, 1, dtype);
}

Tensor Arange(double start, double stop, double step, DType dtype) {
  if (step == 0) return Fail("arange", "the step must not be zero");
  dtype = CanonicalDType(dtype);
  double count = std::ceil((stop - start) / step);
  constexpr double kMost = 1 << 30;
  if (!(count <= kMost)) return Fail("arange", "too many elements");
  DType wide = WideFloat(dtype);
  Tensor place =
      trace::Iota(0, wide, {static_cast<int64_t>(std::max(count, 0.0))});
  if (step != 1) place = Multiply(place, trace::Constant(step, wide));
  if (start != 0) place = Add(place, trace::Constant(start, wide));
  return Cast(place, dtype);
}

Tensor ArangeSize(const Dim& size, DType dtype) {
  return trace::Iota(0, CanonicalDType(dtype), Shape({size}));
}

Tensor SizeOf(const Dim& size, DType dtype) {
  dtype = CanonicalDType(dtype);
  if (size.IsConstant())
    return trace::Constant(static_cast<double>(*size.AsConstant()), dtype);
  return trace::Size({size}, dtype);
}

Tensor Eye(const Dim& rows, const Dim& columns, int64_t k, DType dtype) {
  return Cast(Equal(Beside(rows, columns), k), dtype);
}

Tensor Tri(const Dim& rows, const Dim& columns, int64_t k, DType dtype) {
  return Cast(LessEqual(Beside(rows, columns), k), dtype);
}

Tensor Tril(const Operand& x, int64_t k) {
  return Triangle("tril", x, k, /*lower=*/true);
}
Tensor Triu(const Operand& x, int64_t k) {
  return Triangle("triu", x, k, /*lower=*/false);
}

std::vector<Tensor> Meshgrid(absl::Span<const Operand> xs, bool xy) {
  std::vector<Tensor> grid(xs.size());
  Shape shape;
  for (const Operand& x : xs) {
    if (!x.ok()) return grid;
    shape.push_back(x.shape().Elements());
  }
  bool swapped = xy && xs.size() > 1;
  if (swapped) std::swap(shape[0], shape[1]);
  for (size_t i = 0; i < xs.size(); ++i) {
    int64_t axis = swapped && i < 2 ? 1 - static_cast<int64_t>(i)
                                    : static_cast<int64_t>(i);
    grid[i] =
        trace::BroadcastInDim(Ravel(xs[i]), shape, std::vector<int64_t>{axis});
  }
  return grid;
}

Tensor Diagonal(const Operand& x, int64_t offset, int axis1, int axis2) {
  if (!x.ok()) return Tensor();
  int rank = x.shape().rank();
  if (rank < 2)
    return Fail("diagonal", "a tensor of at least two axes is needed");
  std::vector<int> from = {axis1, axis2};
  std::vector<int> to = {-2, -1};
  Tensor matrix = MoveAxis(x, from, to);
  if (!matrix.ok()) return Tensor();
  Dim rows = matrix.dim(-2);
  Dim columns = matrix.dim(-1);
  Dim first_row = offset < 0 ? Dim(-offset) : Dim(0);
  Dim first_column = offset > 0 ? Dim(offset) : Dim(0);
  Dim count = Dim::Max(Dim::Min(rows - first_row, columns - first_column), 0);
  // Element i of the diagonal is number (row + i) * columns + column + i of the
  // flat matrix.
  Shape flat(
      std::vector<Dim>(matrix.shape().begin(), matrix.shape().end() - 2));
  flat.push_back(rows * columns);
  Tensor places =
      trace::Iota(0, DType::kInt32, Shape({count})) * SizeOf(columns + 1) +
      SizeOf(first_row * columns + first_column);
  return Take(Reshape(matrix, flat), places, -1);
}

Tensor MatrixTrace(const Operand& x, int64_t offset, int axis1, int axis2) {
  return Sum(Diagonal(x, offset, axis1, axis2), -1);
}

Tensor Diag(const Operand& x, int64_t k) {
  if (!x.ok()) return Tensor();
  if (x.shape().rank() == 2) return Diagonal(x, k);
  if (x.shape().rank() != 1)
    return Fail("diag", "a tensor of one or two axes is needed");
  Tensor tensor = x.AsTensor();
  Dim size = tensor.shape()[0] + std::abs(k);
  Tensor row =
      trace::Pad(tensor, trace::Constant(0, tensor.dtype()),
                 Shape({std::max<int64_t>(k, 0)}),
                 Shape({std::max<int64_t>(-k, 0)}), std::vector<int64_t>{0});
  return Where(Equal(Beside(size, size), k), row,
               trace::Constant(0, tensor.dtype()));
}

Tensor DiagFlat(const Operand& x, int64_t k) { return Diag(Ravel(x), k); }

Tensor OneHot(const Operand& x, int64_t num_classes, int axis, DType dtype) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  int along = CanonicalAxis("one_hot", axis, tensor.rank() + 1);
  if (along < 0) return Tensor();
  if (num_classes < 0)
    return Fail("one_hot", "num_classes must not be negative");
  Shape shape(std::vector<Dim>(tensor.rank() + 1, Dim(1)));
  shape[along] = num_classes;
  Tensor classes = trace::Iota(
      along, IsBool(tensor.dtype()) ? DType::kInt32 : tensor.dtype(), shape);
  return Cast(Equal(ExpandDims(tensor, along), classes), dtype);
}

Tensor MultiHot(const Operand& x, int64_t num_classes, int axis, DType dtype) {
  if (!x.ok()) return Tensor();
  int reduced = x.shape().rank() > 1 ? 1 : 0;
  return Max(OneHot(Cast(x, DType::kInt32), num_classes, axis, dtype), reduced);
}

}  // namespace keratin::ops

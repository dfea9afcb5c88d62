#include "layers/ops/linear_algebra.h"

#include <cmath>
#include <limits>
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
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

// A matrix, or a batch of them, in the type it is computed in.
Tensor Matrix(const char* op, const Operand& x, bool square) {
  if (!x.ok()) return Tensor();
  const DType dtype = x.type().dtype;
  if (IsFloating(dtype) && dtype != DType::kFloat32 &&
      dtype != DType::kFloat64) {
    return Fail(op, absl::StrCat(DTypeName(dtype),
                                 " is not supported; cast to float32"));
  }
  const Tensor matrix = x.As(IsFloating(dtype) ? dtype : DType::kFloat32);
  if (matrix.rank() < 2)
    return Fail(op, "a tensor of rank 2 at least is needed");
  if (!square) return matrix;
  Shape shape = matrix.shape();
  shape[shape.rank() - 1] = shape[shape.rank() - 2];
  return WithSizes(op, matrix, shape);
}

Dim Least(const Tensor& matrix) {
  return Dim::Min(matrix.dim(-2), matrix.dim(-1));
}

// Columns or rows number k of a matrix, their axis kept.
Tensor Column(const Tensor& matrix, const Tensor& k) {
  return Take(matrix, ExpandDims(k, 0), -1);
}
Tensor Row(const Tensor& matrix, const Tensor& k) {
  return Take(matrix, ExpandDims(k, 0), -2);
}

// The numbers of a matrix's rows [m, 1] and of its columns [n].
Tensor RowNumbers(const Tensor& matrix) {
  return ExpandDims(ArangeSize(matrix.dim(-2)), 1);
}
Tensor ColumnNumbers(const Tensor& matrix) {
  return ArangeSize(matrix.dim(-1));
}

Tensor Transposed(const Tensor& matrix) { return SwapAxes(matrix, -2, -1); }

Shape BatchOf(const Tensor& matrix) {
  return Shape(
      std::vector<Dim>(matrix.shape().begin(), matrix.shape().end() - 2));
}

Shape WithMatrix(Shape batch, const Dim& rows, const Dim& columns) {
  batch.push_back(rows);
  batch.push_back(columns);
  return batch;
}

// x of a x = b by substitution, row after row, for the triangle of `a`, whose
// diagonal is taken for 1 if `unit`; b [.., n, k] of a's batch.
Tensor Substitute(const Tensor& a, const Tensor& b, bool lower, bool unit) {
  if (!a.ok() || !b.ok()) return Tensor();
  const Tensor triangle = lower ? Tril(a) : Triu(a);
  const Tensor rows = RowNumbers(a);
  const std::vector<Tensor> solved = trace::Scan(
      {ZerosLike(b)}, {MoveAxis(triangle, -2, 0), MoveAxis(b, -2, 0)},
      a.dim(-2), /*reverse=*/!lower,
      [&](const Tensor& k, absl::Span<const Tensor> carried,
          absl::Span<const Tensor> slices)
          -> std::pair<std::vector<Tensor>, std::vector<Tensor>> {
        const Tensor row = ExpandDims(slices[0], -2);
        // Rows of x that are not known yet are 0.
        Tensor x = ExpandDims(slices[1], -2) - MatMul(row, carried[0]);
        if (!unit) x = x / Column(row, k);
        return {{Where(Equal(rows, k), x, carried[0])}, {}};
      });
  return solved.empty() ? Tensor() : solved[0];
}

struct System {
  Tensor a;
  Tensor b;
  bool vector = false;
  bool ok() const { return a.ok() && b.ok(); }
};

// Both sides in one type, b as matrices, of one batch.
System SystemOf(const char* op, const Operand& a, const Operand& b,
                bool vector) {
  const Tensor matrix = Matrix(op, a, /*square=*/true);
  if (!matrix.ok() || !b.ok()) return {};
  std::vector<Tensor> sides = Promote(op, {matrix, b}, Raise::kFloat,
                                      /*broadcast=*/false);
  if (!sides[0].ok() || !sides[1].ok()) return {};
  if (vector) sides[1] = ExpandDims(sides[1], -1);
  if (!sides[1].ok()) return {};
  if (sides[1].rank() < 2) {
    Fail(op, "the right side must have one axis at least");
    return {};
  }
  const Shape batch =
      BroadcastShapes(op, {BatchOf(sides[0]), BatchOf(sides[1])});
  if (!batch.ok()) return {};
  const Dim n = sides[0].dim(-1);
  const Dim columns = sides[1].dim(-1);
  return {BroadcastTo(sides[0], WithMatrix(batch, n, n)),
          BroadcastTo(sides[1], WithMatrix(batch, n, columns)), vector};
}

Tensor SolutionOf(const System& system, const Tensor& x) {
  return system.vector ? Squeeze(x, -1) : x;
}

}  // namespace

LuFactors LuFactor(const Operand& x) {
  const Tensor matrix = Matrix("lu_factor", x, /*square=*/false);
  if (!matrix.ok()) return {};
  const Tensor rows = RowNumbers(matrix);
  const Tensor columns = ColumnNumbers(matrix);
  const Shape batch = BatchOf(matrix);
  const Tensor order = BroadcastTo(rows, WithMatrix(batch, matrix.dim(-2), 1));
  const std::vector<Tensor> made = trace::Scan(
      {matrix, order, Ones(batch, matrix.dtype())}, {}, Least(matrix),
      /*reverse=*/false,
      [&](const Tensor& k, absl::Span<const Tensor> carried,
          absl::Span<const Tensor>)
          -> std::pair<std::vector<Tensor>, std::vector<Tensor>> {
        const Tensor magnitude =
            Where(GreaterEqual(rows, k), Abs(Column(carried[0], k)), -1.0);
        const Tensor pivot = ArgMax(magnitude, -2, /*keepdims=*/true);
        // Rows k and `pivot` change places.
        const Tensor from =
            Where(Equal(rows, k), pivot, Where(Equal(rows, pivot), k, rows));
        const Tensor a = TakeAlongAxis(carried[0], from, -2);
        const Tensor row = Row(a, k);
        const Tensor divisor = Column(row, k);
        const Tensor below = LogicalAnd(Greater(rows, k), NotEqual(divisor, 0));
        const Tensor factor = Where(below, Column(a, k) / divisor, 0.0);
        const Tensor rest = a - factor * Where(Greater(columns, k), row, 0.0);
        const Tensor here = LogicalAnd(Equal(columns, k), below);
        const Tensor place = Squeeze(pivot, {-2, -1});
        return {{Where(here, factor, rest), TakeAlongAxis(carried[1], from, -2),
                 Where(Equal(place, k), carried[2], Negative(carried[2]))},
                {place}};
      });
  if (made.size() != 4) return {};
  return {made[0], MoveAxis(made[3], 0, -1), made[1], made[2]};
}

Tensor Det(const Operand& x) {
  const LuFactors lu = LuFactor(Matrix("det", x, /*square=*/true));
  if (!lu.factors.ok()) return Tensor();
  return lu.sign * Prod(Diagonal(lu.factors, 0, -2, -1), -1);
}

SlogDetResult SlogDet(const Operand& x) {
  const LuFactors lu = LuFactor(Matrix("slogdet", x, /*square=*/true));
  if (!lu.factors.ok()) return {};
  const Tensor diagonal = Diagonal(lu.factors, 0, -2, -1);
  return {lu.sign * Prod(Sign(diagonal), -1), Sum(Log(Abs(diagonal)), -1)};
}

Tensor Inv(const Operand& x) {
  const Tensor matrix = Matrix("inv", x, /*square=*/true);
  if (!matrix.ok()) return Tensor();
  return Solve(matrix, Eye(matrix.dim(-1), matrix.dim(-1), 0, matrix.dtype()));
}

Tensor Solve(const Operand& a, const Operand& b) {
  const System system =
      SystemOf("solve", a, b, /*vector=*/b.shape().rank() == 1);
  if (!system.ok()) return Tensor();
  const LuFactors lu = LuFactor(system.a);
  if (!lu.factors.ok()) return Tensor();
  const Tensor b_in_order = TakeAlongAxis(system.b, lu.order, -2);
  const Tensor y =
      Substitute(lu.factors, b_in_order, /*lower=*/true, /*unit=*/true);
  return SolutionOf(system, Substitute(lu.factors, y, /*lower=*/false,
                                       /*unit=*/false));
}

Tensor SolveTriangular(const Operand& a, const Operand& b, bool lower) {
  const System system =
      SystemOf("solve_triangular", a, b,
               /*vector=*/b.shape().rank() + 1 == a.shape().rank());
  if (!system.ok()) return Tensor();
  return SolutionOf(system,
                    Substitute(system.a, system.b, lower, /*unit=*/false));
}

Tensor Cholesky(const Operand& x, bool upper) {
  const Tensor matrix = Matrix("cholesky", x, /*square=*/true);
  if (!matrix.ok()) return Tensor();
  const Tensor symmetric = (matrix + Transposed(matrix)) * 0.5;
  const Tensor rows = RowNumbers(matrix);
  const Tensor columns = ColumnNumbers(matrix);
  const std::vector<Tensor> made = trace::Scan(
      {ZerosLike(matrix)}, {MoveAxis(symmetric, -1, 0)}, matrix.dim(-1),
      /*reverse=*/false,
      [&](const Tensor& k, absl::Span<const Tensor> carried,
          absl::Span<const Tensor> slices)
          -> std::pair<std::vector<Tensor>, std::vector<Tensor>> {
        const Tensor& factor = carried[0];
        // What the columns so far leave of column k.
        const Tensor left = ExpandDims(slices[0], -1) -
                            MatMul(factor, Transposed(Row(factor, k)));
        const Tensor column =
            Where(GreaterEqual(rows, k), left / Sqrt(Row(left, k)), 0.0);
        return {{Where(Equal(columns, k), column, factor)}, {}};
      });
  if (made.empty()) return Tensor();
  const Tensor failed = Any(LogicalNot(IsFinite(made[0])), {-2, -1},
                            /*keepdims=*/true);
  const Tensor factor =
      Tril(Where(failed, std::numeric_limits<double>::quiet_NaN(), made[0]));
  return upper ? Transposed(factor) : factor;
}

Tensor CholeskyInverse(const Operand& x, bool upper) {
  const Tensor factor = Matrix("cholesky_inverse", x, /*square=*/true);
  if (!factor.ok()) return Tensor();
  const Tensor eye = Eye(factor.dim(-1), factor.dim(-1), 0, factor.dtype());
  const Tensor inverse =
      SolveTriangular(factor, BroadcastTo(eye, factor.shape()),
                      /*lower=*/!upper);
  return upper ? MatMul(inverse, Transposed(inverse))
               : MatMul(Transposed(inverse), inverse);
}

QrFactors Qr(const Operand& x, bool complete) {
  const Tensor matrix = Matrix("qr", x, /*square=*/false);
  if (!matrix.ok()) return {};
  const Dim& m = matrix.dim(-2);
  const Tensor rows = RowNumbers(matrix);
  const Tensor eye = BroadcastTo(Eye(m, m, 0, matrix.dtype()),
                                 WithMatrix(BatchOf(matrix), m, m));
  const std::vector<Tensor> made = trace::Scan(
      {eye, matrix}, {}, Least(matrix), /*reverse=*/false,
      [&](const Tensor& k, absl::Span<const Tensor> carried,
          absl::Span<const Tensor>)
          -> std::pair<std::vector<Tensor>, std::vector<Tensor>> {
        const Tensor column = Column(carried[1], k);
        const Tensor first = Row(column, k);
        const Tensor below = Where(Greater(rows, k), column, 0.0);
        const Tensor tail = Sum(Square(below), -2, /*keepdims=*/true);
        const Tensor length = Sqrt(Square(first) + tail);
        const Tensor mirrored = Where(Less(first, 0), length, Negative(length));
        // A column that ends at k already stays.
        const Tensor moved = Greater(tail, 0);
        const Tensor scale = Where(moved, first - mirrored, 1.0);
        const Tensor weight =
            Where(moved, (mirrored - first) / Where(moved, mirrored, 1.0), 0.0);
        const Tensor v = Where(Equal(rows, k), 1.0, below / scale);
        const Tensor along = MatMul(Transposed(v), carried[1]);
        const Tensor across = MatMul(carried[0], v);
        return {{carried[0] - weight * across * Transposed(v),
                 carried[1] - weight * v * along},
                {}};
      });
  if (made.size() != 2) return {};
  if (complete) return {made[0], Triu(made[1])};
  const Dim least = Least(matrix);
  return {SliceAxis(made[0], -1, 0, least),
          Triu(SliceAxis(made[1], -2, 0, least))};
}

Tensor Norm(const Operand& x, const NormOrder& order, const Axes& axis,
            bool keepdims) {
  const std::vector<Tensor> given =
      Promote("norm", {x}, Raise::kFloat, /*broadcast=*/false);
  if (!given[0].ok()) return Tensor();
  const Tensor& tensor = given[0];
  const auto axes = axis.Resolve("norm", tensor.rank());
  if (!axes.has_value()) return Tensor();
  const bool all_together = axis.all() && !order.has_value();
  if (all_together || (axes->size() <= 2 && !order.has_value()))
    return Sqrt(Sum(Square(tensor), axis, keepdims));
  const Tensor magnitude = Abs(tensor);
  if (axes->size() == 1) {
    if (*order == std::numeric_limits<double>::infinity())
      return Max(magnitude, axis, keepdims);
    if (*order == -std::numeric_limits<double>::infinity())
      return Min(magnitude, axis, keepdims);
    if (*order == 0)
      return Sum(Cast(NotEqual(tensor, 0), tensor.dtype()), axis, keepdims);
    if (*order == 1) return Sum(magnitude, axis, keepdims);
    if (*order == 2) return Sqrt(Sum(Square(tensor), axis, keepdims));
    return Power(Sum(Power(magnitude, *order), axis, keepdims), 1 / *order);
  }
  const bool by_columns = std::abs(*order) == 1;
  if (axes->size() != 2 || (!by_columns && !std::isinf(*order))) {
    return Fail("norm", absl::StrCat("order ", *order, " over ", axes->size(),
                                     " axes is not supported"));
  }
  // Sums along one axis, then the extreme along the other; in the order of the
  // axes as given.
  const std::vector<int> pair = axis.all() ? std::vector{0, 1} : axis.given();
  const int rows = pair[0];
  const int columns = pair[1];
  const Tensor sums = Sum(magnitude, by_columns ? rows : columns,
                          /*keepdims=*/true);
  const Tensor most = *order > 0 ? Max(sums, by_columns ? columns : rows, true)
                                 : Min(sums, by_columns ? columns : rows, true);
  return keepdims ? most : Squeeze(most, axis);
}

}  // namespace keratin::ops

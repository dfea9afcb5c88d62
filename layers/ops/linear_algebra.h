// Linear algebra of keras.ops: factorizations and what they solve.
//
// Invariant: matrices are the last two axes, the others are a batch; each
// factorization walks the columns of all matrices together. Integers are
// computed in float32, 16-bit floats are refused, as by JAX.
//
// Example:
//   Tensor x = Solve(a, b);       // a x = b
#ifndef KERATIN_LAYERS_OPS_LINEAR_ALGEBRA_H_
#define KERATIN_LAYERS_OPS_LINEAR_ALGEBRA_H_

#include <optional>
#include <utility>

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.lu_factor, by partial pivoting: L (below the diagonal, its own is
// 1) and U in one [.., m, n], and the row that each column's pivot was taken
// from (int32).
struct LuFactors {
  Tensor factors;
  Tensor pivots;
  Tensor order;  // of the rows: row i of L U is row order[i] of the matrix
  Tensor sign;   // of that order: 1 or -1
};
LuFactors LuFactor(const Operand& x);

// keras.ops.det.
Tensor Det(const Operand& x);
// keras.ops.slogdet: the sign, and the logarithm of the magnitude, which alone
// is keras.ops.logdet.
struct SlogDetResult {
  Tensor sign;
  Tensor log;
};
SlogDetResult SlogDet(const Operand& x);

// keras.ops.inv, solve: of square matrices; b [n], or [.., n, k].
Tensor Inv(const Operand& x);
Tensor Solve(const Operand& a, const Operand& b);
// keras.ops.solve_triangular: only that triangle of `a` is read. b [.., n] of
// one axis less than a, or [.., n, k].
Tensor SolveTriangular(const Operand& a, const Operand& b, bool lower = false);

// keras.ops.cholesky: NaN for a matrix that is not positive definite.
Tensor Cholesky(const Operand& x, bool upper = false);
// keras.ops.cholesky_inverse: of the matrix whose factor is given.
Tensor CholeskyInverse(const Operand& x, bool upper = false);

// keras.ops.qr, by Householder's reflections; `complete`: q is square.
struct QrFactors {
  Tensor q;
  Tensor r;
};
QrFactors Qr(const Operand& x, bool complete = false);

// The order of a norm: nothing is 2 of vectors and Frobenius's of matrices.
using NormOrder = std::optional<double>;
// keras.ops.norm over one axis (of vectors) or two (of matrices: orders 1, -1
// and the infinities, and none).
Tensor Norm(const Operand& x, const NormOrder& order = std::nullopt,
            const Axes& axis = {}, bool keepdims = false);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_LINEAR_ALGEBRA_H_

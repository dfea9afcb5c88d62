// Products of keras.ops beside those of matrices.
//
// Example:
//   Tensor tiles = Kron(x1, x2);       // [m p, n q] of [m, n] and [p, q]
#ifndef KERATIN_LAYERS_OPS_PRODUCTS_H_
#define KERATIN_LAYERS_OPS_PRODUCTS_H_

#include <cstdint>
#include <optional>

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.kron.
Tensor Kron(const Operand& x1, const Operand& x2);
// keras.ops.cross: of vectors of 2 or 3 elements along the axes; of two of 2
// elements the third component alone.
Tensor Cross(const Operand& x1, const Operand& x2, int axis1 = -1,
             int axis2 = -1, int result_axis = -1);
// keras.ops.vander: powers of x, of one axis, from n - 1 down to 0. Without n
// as many as x has elements.
Tensor Vander(const Operand& x, std::optional<int64_t> n = std::nullopt,
              bool increasing = false);
// keras.ops.cdist: distances of the vectors of x [.., m, d] from those of
// y [.., n, d]: [.., m, n].
Tensor CDist(const Operand& x, const Operand& y);
// keras.ops.corrcoef: of the rows of x with each other, from -1 to 1.
Tensor CorrCoef(const Operand& x);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_PRODUCTS_H_

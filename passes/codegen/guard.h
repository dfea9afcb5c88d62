// Guards: under which conditions a body reads a captured tensor.
//
//   select(0 <= i - 1 and i - 1 < n, extract x[i - 1], 0)      // padding
//
// Where the conditions are bounds on linear expressions of the domain, a whole
// tile can be seen to hold them, and then reads without asking.
#ifndef KERATIN_PASSES_CODEGEN_GUARD_H_
#define KERATIN_PASSES_CODEGEN_GUARD_H_

#include <optional>

#include "ir/dialect/dialect.h"
#include "llvm/ADT/SmallVector.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "runtime/shape.h"

namespace keratin {

// constant + sum of coefficients * dimension of the compute's domain is below
// `limit`, or at least `limit`.
struct Bound {
  llvm::SmallVector<int64_t, 6> coefficients;
  int64_t constant = 0;
  bool below = false;
  Dim limit = 0;
};

// Whether `select` guards a read: one side is an extract, the other is none.
bool GuardsRead(mlir::arith::SelectOp select);

// What holds when the select of `op`'s body chooses its extract; nothing where
// that is no conjunction of bounds.
std::optional<llvm::SmallVector<Bound, 4>> BoundsOf(
    ir::ComputeOp op, mlir::arith::SelectOp select);

// Whether `op` copies one captured tensor into a larger one, under bounds.
bool IsPadding(ir::ComputeOp op);

}  // namespace keratin

#endif  // KERATIN_PASSES_CODEGEN_GUARD_H_

// What a reduction does with its values: identity, combination, and the last
// combination across lanes.
//
//   Combiner combiner = Combiner::Of(op, 0);
//   Value sum = combiner.Identity(builder, loc, vector_type);
//   sum = combiner.Combine(builder, loc, sum, next);
//   Value total = combiner.AcrossLanes(builder, loc, {sum});
#ifndef KERATIN_PASSES_CODEGEN_COMBINER_H_
#define KERATIN_PASSES_CODEGEN_COMBINER_H_

#include <optional>
#include <string>

#include "ir/dialect/dialect.h"
#include "mlir/IR/Builders.h"

namespace keratin {

struct Combiner {
  std::string kind;    // add, mul, max, min, umax, umin, and, or
  mlir::Type element;  // signless

  static Combiner Of(ir::ComputeOp op, int result);

  // The value that changes nothing, of `element` type or a vector of it.
  mlir::Value Identity(mlir::OpBuilder& builder, mlir::Location loc,
                       mlir::Type type) const;
  mlir::Value Combine(mlir::OpBuilder& builder, mlir::Location loc,
                      mlir::Value a, mlir::Value b) const;
  // One scalar from vectors of partial results: vectors first, then halves of
  // lanes, a fixed order.
  mlir::Value AcrossLanes(mlir::OpBuilder& builder, mlir::Location loc,
                          llvm::ArrayRef<mlir::Value> vectors) const;
  // For a sum of float products: the two factors, to be accumulated by fused
  // multiply-add.
  std::optional<std::pair<mlir::Value, mlir::Value>> Factors(ir::ComputeOp op,
                                                             int result) const;
  // accumulator + a * b in one rounding; lanes where `mask` (may be null) is
  // false keep the accumulator.
  mlir::Value MultiplyAdd(mlir::OpBuilder& builder, mlir::Location loc,
                          mlir::Value a, mlir::Value b, mlir::Value accumulator,
                          mlir::Value mask) const;
};

}  // namespace keratin

#endif  // KERATIN_PASSES_CODEGEN_COMBINER_H_

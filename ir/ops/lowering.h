// What the operations' files share: inference and lowering of element-wise
// operations, and short ways to write computes.
#ifndef KERATIN_IR_OPS_LOWERING_H_
#define KERATIN_IR_OPS_LOWERING_H_

#include <optional>

#include "ir/dialect/dialect.h"
#include "ir/dialect/scalar.h"

namespace keratin::ir {

// The result type of an element-wise operation: the operands' shape with
// `element`, or with their element type if that is null. A boolean first
// operand of three is a condition.
mlir::LogicalResult InferElementwise(std::optional<mlir::Location> location,
                                     mlir::ValueRange operands,
                                     mlir::Type element,
                                     llvm::SmallVectorImpl<mlir::Type>& types);

// A compute of `op`'s result whose body is `body` of its operands' elements.
mlir::FailureOr<llvm::SmallVector<mlir::Value>> LowerElementwise(
    mlir::OpBuilder& builder, mlir::Operation* op,
    llvm::function_ref<Scalar(llvm::ArrayRef<Scalar>)> body);

// Writes one compute: names its parts instead of ordering them.
struct ComputeSpec {
  mlir::RankedTensorType result;
  llvm::SmallVector<Dim> domain;
  llvm::SmallVector<int64_t> reductions;
  llvm::SmallVector<mlir::Value> inputs;
  llvm::SmallVector<llvm::SmallVector<mlir::AffineExpr>> input_index;
  llvm::SmallVector<mlir::Value> captures;
  llvm::SmallVector<mlir::AffineExpr>
      result_index;  // empty: the parallel dimensions in order
  llvm::StringRef combiner = "none";
  // Scalars of the inputs, then the captured tensors (as block arguments).
  llvm::function_ref<mlir::Value(mlir::OpBuilder&, mlir::Location,
                                 mlir::ValueRange)>
      body;
};
mlir::Value Compute(mlir::OpBuilder& builder, mlir::Location loc,
                    const ComputeSpec& spec);

// A body that yields its only input.
mlir::Value Forward(mlir::OpBuilder&, mlir::Location,
                    mlir::ValueRange arguments);

// d0, d1, ...
llvm::SmallVector<mlir::AffineExpr> Identity(unsigned rank,
                                             mlir::MLIRContext* context);

// Index arithmetic in bodies.
mlir::Value IndexAt(mlir::OpBuilder& builder, mlir::Location loc,
                    int64_t dimension);
mlir::Value DimValue(mlir::OpBuilder& builder, mlir::Location loc,
                     const Dim& dim);

}  // namespace keratin::ir

#endif  // KERATIN_IR_OPS_LOWERING_H_

// What the operations' files share: inference and lowering of element-wise
// operations, and short ways to write computes.
#ifndef KERATIN_IR_OPS_LOWERING_H_
#define KERATIN_IR_OPS_LOWERING_H_

#include <optional>

#include "ir/dialect/dialect.h"
#include "ir/dialect/scalar.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace keratin::ir {

// The result type of an element-wise operation: the operands' shape with
// `element`, or with their element type if that is null. The first `conditions`
// operands must be booleans, the others of one element type.
mlir::LogicalResult InferElementwise(std::optional<mlir::Location> location,
                                     mlir::ValueRange operands,
                                     size_t conditions, mlir::Type element,
                                     llvm::SmallVectorImpl<mlir::Type>& types);

// What inference shares. Each check says at `location` what is wrong.
mlir::Type ElementOf(mlir::Value tensor);
llvm::SmallVector<Dim> ShapeOf(mlir::Value tensor);
// Appends the tensor type; sizes must be valid and not negative.
mlir::LogicalResult Infer(std::optional<mlir::Location> location,
                          llvm::SmallVectorImpl<mlir::Type>& types,
                          llvm::ArrayRef<Dim> shape, mlir::Type element);
// `axes` are different axes of a tensor of that rank.
mlir::LogicalResult CheckAxes(std::optional<mlir::Location> location,
                              int64_t rank, llvm::ArrayRef<int64_t> axes);
// A list with one number, at least `least`, for each axis.
mlir::LogicalResult CheckNumbers(std::optional<mlir::Location> location,
                                 llvm::StringRef name, size_t count,
                                 llvm::ArrayRef<int64_t> numbers,
                                 int64_t least);
mlir::LogicalResult CheckCount(std::optional<mlir::Location> location,
                               llvm::StringRef name, size_t count,
                               size_t given);
mlir::LogicalResult CheckSameElement(std::optional<mlir::Location> location,
                                     mlir::Value x, mlir::Value y);
// `part` is not known to be larger than `whole` along any axis.
mlir::LogicalResult CheckFits(std::optional<mlir::Location> location,
                              llvm::ArrayRef<Dim> part,
                              llvm::ArrayRef<Dim> whole);
mlir::LogicalResult CheckInteger(std::optional<mlir::Location> location,
                                 llvm::StringRef name, mlir::Value x);

// The head of an operation's inference, and the end of it if a check fails.
#define KERATIN_INFER(Op)                                                 \
  mlir::LogicalResult Op::inferReturnTypes(                               \
      mlir::MLIRContext* context, std::optional<mlir::Location> location, \
      mlir::ValueRange operands, mlir::DictionaryAttr attributes,         \
      mlir::OpaqueProperties properties, mlir::RegionRange regions,       \
      llvm::SmallVectorImpl<mlir::Type>& types)
#define KERATIN_CHECK(condition) \
  if (failed(condition)) return mlir::failure()

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
  // Empty: the parallel dimensions in order.
  llvm::SmallVector<mlir::AffineExpr> result_index;
  llvm::StringRef combiner = "none";
  // Scalars of the inputs, then the captured tensors (as block arguments).
  llvm::function_ref<mlir::Value(mlir::OpBuilder&, mlir::Location,
                                 mlir::ValueRange)>
      body;
};
mlir::Value Compute(mlir::OpBuilder& builder, mlir::Location loc,
                    const ComputeSpec& spec);

// The compute of `spec` over the shape of `op`'s only result.
mlir::Value ComputeAll(mlir::OpBuilder& builder, mlir::Operation* op,
                       ComputeSpec spec);

// What sums of `element` accumulate in.
mlir::Type AccumulatorOf(mlir::Type element);
// The combiner of a compute that folds elements by "add", "mul", "max" and so
// on: unsigned where they are, and logical for booleans.
llvm::StringRef CombinerFor(llvm::StringRef kind, mlir::Type element);
// `value` as `element` by a compute of its own, unless it has that type.
mlir::Value AsElement(mlir::OpBuilder& builder, mlir::Location loc,
                      mlir::Value value, mlir::Type element);
// x padded by `value`; x itself where nothing is added.
mlir::Value Padded(mlir::OpBuilder& builder, mlir::Location loc, mlir::Value x,
                   llvm::ArrayRef<Dim> low, llvm::ArrayRef<Dim> high,
                   llvm::ArrayRef<int64_t> interior, mlir::TypedAttr value);
// How often a window fits.
Dim WindowCount(const Dim& padded, int64_t window, int64_t stride,
                int64_t dilation);

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
mlir::Value IndexConstant(mlir::OpBuilder& builder, mlir::Location loc,
                          int64_t value);
mlir::Value Compare(mlir::OpBuilder& builder, mlir::Location loc,
                    mlir::arith::CmpIPredicate predicate, mlir::Value x,
                    mlir::Value y);

}  // namespace keratin::ir

#endif  // KERATIN_IR_OPS_LOWERING_H_

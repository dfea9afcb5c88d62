#include "ir/ops/lowering.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

namespace keratin::ir {

using llvm::SmallVector;
using mlir::Value;

mlir::LogicalResult InferElementwise(std::optional<mlir::Location> location,
                                     mlir::ValueRange operands,
                                     mlir::Type element,
                                     llvm::SmallVectorImpl<mlir::Type>& types) {
  auto fail = [&](const llvm::Twine& message) {
    return mlir::emitOptionalError(location, message);
  };
  const bool is_select = operands.size() == 3;
  if (is_select &&
      !mlir::getElementTypeOrSelf(operands[0].getType()).isInteger(1))
    return fail("the condition of a select must be boolean");
  mlir::ValueRange values = is_select ? operands.drop_front() : operands;
  auto type = mlir::cast<mlir::RankedTensorType>(values[0].getType());
  for (Value operand : operands) {
    auto other = mlir::cast<mlir::RankedTensorType>(operand.getType());
    if (other.getShape() != type.getShape() ||
        other.getEncoding() != type.getEncoding())
      return fail("operands have different shapes");
  }
  for (Value value : values) {
    if (mlir::getElementTypeOrSelf(value.getType()) != type.getElementType())
      return fail("operands have different element types");
  }
  types.push_back(mlir::RankedTensorType::get(
      type.getShape(), element ? element : type.getElementType(),
      type.getEncoding()));
  return mlir::success();
}

mlir::FailureOr<SmallVector<Value>> LowerElementwise(
    mlir::OpBuilder& builder, mlir::Operation* op,
    llvm::function_ref<Scalar(llvm::ArrayRef<Scalar>)> body) {
  auto type = mlir::cast<mlir::RankedTensorType>(op->getResult(0).getType());
  ComputeSpec spec;
  spec.result = type;
  SmallVector<Dim, 6> dims = DimsOf(type);
  spec.domain.assign(dims.begin(), dims.end());
  for (Value operand : op->getOperands()) {
    spec.inputs.push_back(operand);
    spec.input_index.push_back(Identity(dims.size(), op->getContext()));
  }
  auto scalar_body = [&](mlir::OpBuilder& b, mlir::Location loc,
                         mlir::ValueRange arguments) {
    SmallVector<Scalar> scalars;
    for (auto [argument, operand] : llvm::zip(arguments, op->getOperands())) {
      scalars.emplace_back(b, loc, argument,
                           mlir::getElementTypeOrSelf(operand.getType()));
    }
    return body(scalars).value();
  };
  spec.body = scalar_body;
  return SmallVector<Value>{Compute(builder, op->getLoc(), spec)};
}

Dim OperandAndResultBytes(mlir::Operation* op) {
  Dim bytes = 0;
  auto add = [&](mlir::Type type) {
    auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type);
    if (!tensor || !tensor.getElementType().isIntOrFloat()) return;
    Dim elements = 1;
    for (const Dim& dim : DimsOf(tensor)) elements = elements * dim;
    bytes = bytes + elements * Dim((tensor.getElementTypeBitWidth() + 7) / 8);
  };
  for (mlir::Type type : op->getOperandTypes()) add(type);
  for (mlir::Type type : op->getResultTypes()) add(type);
  return bytes;
}

Value Compute(mlir::OpBuilder& builder, mlir::Location loc,
              const ComputeSpec& spec) {
  mlir::MLIRContext* context = builder.getContext();
  const unsigned rank = spec.domain.size();
  SmallVector<mlir::AffineMap> maps;
  for (llvm::ArrayRef<mlir::AffineExpr> index : spec.input_index)
    maps.push_back(mlir::AffineMap::get(rank, 0, index, context));
  SmallVector<mlir::AffineExpr> result_index(spec.result_index);
  if (result_index.empty()) {
    for (unsigned dim = 0; dim < rank; ++dim) {
      if (!llvm::is_contained(spec.reductions, static_cast<int64_t>(dim)))
        result_index.push_back(mlir::getAffineDimExpr(dim, context));
    }
  }
  maps.push_back(mlir::AffineMap::get(rank, 0, result_index, context));
  auto op = ComputeOp::create(
      builder, loc, mlir::TypeRange{spec.result}, mlir::ValueRange(spec.inputs),
      mlir::ValueRange(spec.captures), spec.domain, spec.reductions, maps,
      llvm::ArrayRef<llvm::StringRef>{spec.combiner},
      [&](mlir::OpBuilder& b, mlir::Location l, mlir::ValueRange arguments) {
        return SmallVector<Value>{spec.body(b, l, arguments)};
      });
  return op->getResult(0);
}

Value Forward(mlir::OpBuilder&, mlir::Location, mlir::ValueRange arguments) {
  return arguments[0];
}

SmallVector<mlir::AffineExpr> Identity(unsigned rank,
                                       mlir::MLIRContext* context) {
  SmallVector<mlir::AffineExpr> dims;
  for (unsigned dim = 0; dim < rank; ++dim)
    dims.push_back(mlir::getAffineDimExpr(dim, context));
  return dims;
}

Value IndexAt(mlir::OpBuilder& builder, mlir::Location loc, int64_t dimension) {
  return IndexOp::create(builder, loc, builder.getIndexType(), dimension);
}

Value DimValue(mlir::OpBuilder& builder, mlir::Location loc, const Dim& dim) {
  if (dim.IsConstant())
    return mlir::arith::ConstantIndexOp::create(builder, loc,
                                                *dim.AsConstant());
  return DimOp::create(builder, loc, builder.getIndexType(), dim.ToString());
}

}  // namespace keratin::ir

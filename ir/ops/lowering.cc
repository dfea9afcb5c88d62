#include "ir/ops/lowering.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

namespace keratin::ir {

using llvm::SmallVector;
using mlir::Location;
using mlir::OpBuilder;
using mlir::RankedTensorType;
using mlir::Value;
using mlir::ValueRange;
namespace arith = mlir::arith;

mlir::Type ElementOf(Value tensor) {
  return mlir::getElementTypeOrSelf(tensor.getType());
}

SmallVector<Dim> ShapeOf(Value tensor) {
  SmallVector<Dim, 6> dims = DimsOf(tensor.getType());
  return SmallVector<Dim>(dims.begin(), dims.end());
}

mlir::LogicalResult Infer(std::optional<mlir::Location> location,
                          llvm::SmallVectorImpl<mlir::Type>& types,
                          llvm::ArrayRef<Dim> shape, mlir::Type element) {
  if (!element.isIntOrFloat())
    return mlir::emitOptionalError(location, "has no elements of type ",
                                   element);
  for (auto [axis, dim] : llvm::enumerate(shape)) {
    if (!dim.ok()) {
      return mlir::emitOptionalError(location,
                                     "has a result whose size of axis ", axis,
                                     " overflows or divides by zero");
    }
    if (dim.IsConstant() && *dim.AsConstant() < 0) {
      return mlir::emitOptionalError(location, "has a result of size ",
                                     dim.ToString(), " along axis ", axis);
    }
  }
  types.push_back(TensorOf(shape, element));
  return mlir::success();
}

mlir::LogicalResult CheckAxes(std::optional<mlir::Location> location,
                              int64_t rank, llvm::ArrayRef<int64_t> axes) {
  for (auto [k, axis] : llvm::enumerate(axes)) {
    if (axis < 0 || axis >= rank) {
      return mlir::emitOptionalError(location, "has no axis ", axis,
                                     " in an operand of rank ", rank);
    }
    if (llvm::is_contained(axes.take_front(k), axis))
      return mlir::emitOptionalError(location, "names axis ", axis, " twice");
  }
  return mlir::success();
}

mlir::LogicalResult CheckCount(std::optional<mlir::Location> location,
                               llvm::StringRef name, size_t count,
                               size_t given) {
  if (count == given) return mlir::success();
  return mlir::emitOptionalError(location, "has ", given, " values in `", name,
                                 "` where ", count, " are needed");
}

mlir::LogicalResult CheckNumbers(std::optional<mlir::Location> location,
                                 llvm::StringRef name, size_t count,
                                 llvm::ArrayRef<int64_t> numbers,
                                 int64_t least) {
  KERATIN_CHECK(CheckCount(location, name, count, numbers.size()));
  for (int64_t number : numbers) {
    if (number < least) {
      return mlir::emitOptionalError(location, "has ", number, " in `", name,
                                     "` where at least ", least, " is needed");
    }
  }
  return mlir::success();
}

mlir::LogicalResult CheckSameElement(std::optional<mlir::Location> location,
                                     Value x, Value y) {
  if (ElementOf(x) == ElementOf(y)) return mlir::success();
  return mlir::emitOptionalError(location, "has operands of element types ",
                                 ElementOf(x), " and ", ElementOf(y),
                                 " where one type is needed");
}

mlir::LogicalResult CheckInteger(std::optional<mlir::Location> location,
                                 llvm::StringRef name, Value x) {
  if (mlir::isa<mlir::IntegerType>(ElementOf(x))) return mlir::success();
  return mlir::emitOptionalError(location, "has `", name, "` of element type ",
                                 ElementOf(x), " where integers are needed");
}

mlir::LogicalResult InferElementwise(std::optional<mlir::Location> location,
                                     mlir::ValueRange operands,
                                     size_t conditions, mlir::Type element,
                                     llvm::SmallVectorImpl<mlir::Type>& types) {
  for (Value condition : operands.take_front(conditions)) {
    if (!ElementOf(condition).isInteger(1))
      return mlir::emitOptionalError(location, "has a condition of ",
                                     ElementOf(condition),
                                     " where booleans are needed");
  }
  mlir::ValueRange values = operands.drop_front(conditions);
  auto type = mlir::cast<mlir::RankedTensorType>(values[0].getType());
  for (Value operand : operands) {
    auto other = mlir::cast<mlir::RankedTensorType>(operand.getType());
    if (other.getShape() != type.getShape() ||
        other.getEncoding() != type.getEncoding()) {
      return mlir::emitOptionalError(
          location, "has operands of different shapes: ", type, " and ", other);
    }
  }
  for (Value value : values)
    KERATIN_CHECK(CheckSameElement(location, values[0], value));
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

Dim ElementsOf(mlir::Type type) {
  Dim elements = 1;
  for (const Dim& dim : DimsOf(type)) elements = elements * dim;
  return elements;
}

Dim OperandAndResultBytes(mlir::Operation* op) {
  Dim bytes = 0;
  auto add = [&](mlir::Type type) {
    auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type);
    if (!tensor || !tensor.getElementType().isIntOrFloat()) return;
    bytes = bytes +
            ElementsOf(tensor) * Dim((tensor.getElementTypeBitWidth() + 7) / 8);
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

Value ComputeAll(OpBuilder& builder, mlir::Operation* op, ComputeSpec spec) {
  spec.result = mlir::cast<RankedTensorType>(op->getResult(0).getType());
  spec.domain = ShapeOf(op->getResult(0));
  return Compute(builder, op->getLoc(), spec);
}

Value IndexConstant(OpBuilder& b, Location loc, int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

Value Compare(OpBuilder& b, Location loc, arith::CmpIPredicate predicate,
              Value x, Value y) {
  return arith::CmpIOp::create(b, loc, predicate, x, y);
}

mlir::Type AccumulatorOf(mlir::Type element) {
  auto type = mlir::dyn_cast<mlir::FloatType>(element);
  return type && type.getWidth() < 32
             ? mlir::Type(mlir::Float32Type::get(element.getContext()))
             : element;
}

llvm::StringRef CombinerFor(llvm::StringRef kind, mlir::Type element) {
  const bool is_bool = element.isInteger(1);
  if (is_bool && kind == "add") return "or";
  if (is_bool && kind == "mul") return "and";
  const bool is_unsigned = is_bool || element.isUnsignedInteger();
  if (kind == "max" && is_unsigned) return "umax";
  if (kind == "min" && is_unsigned) return "umin";
  return kind;
}

Value AsElement(OpBuilder& builder, Location loc, Value value,
                mlir::Type element) {
  if (ElementOf(value) == element) return value;
  ComputeSpec spec;
  spec.domain = ShapeOf(value);
  spec.result = TensorOf(spec.domain, element);
  spec.inputs = {value};
  spec.input_index = {Identity(spec.domain.size(), builder.getContext())};
  auto body = [&](OpBuilder& b, Location l, ValueRange arguments) {
    return Convert(Scalar(b, l, arguments[0], ElementOf(value)), element)
        .value();
  };
  spec.body = body;
  return Compute(builder, loc, spec);
}

Value Padded(OpBuilder& builder, Location loc, Value x, llvm::ArrayRef<Dim> low,
             llvm::ArrayRef<Dim> high, llvm::ArrayRef<int64_t> interior,
             mlir::TypedAttr value) {
  const bool none =
      llvm::all_of(low, [](const Dim& d) { return d.IsConstant(0); }) &&
      llvm::all_of(high, [](const Dim& d) { return d.IsConstant(0); }) &&
      llvm::all_of(interior, [](int64_t i) { return i == 0; });
  if (none) return x;
  mlir::Type element = ElementOf(x);
  Value fill = FullOp::create(
      builder, loc, value, element,
      DimsAttr::get(builder.getContext(), llvm::ArrayRef<Dim>{}));
  auto pad = PadOp::create(builder, loc, x, fill,
                           DimsAttr::get(builder.getContext(), low),
                           DimsAttr::get(builder.getContext(), high), interior);
  Value padded = pad.lower(builder)->front();
  pad.erase();
  auto full = fill.getDefiningOp<FullOp>();
  Value constant = full.lower(builder)->front();
  // The constant must come before its user.
  constant.getDefiningOp()->moveBefore(full);
  fill.replaceAllUsesWith(constant);
  full.erase();
  return padded;
}

Dim WindowCount(const Dim& padded, int64_t window, int64_t stride,
                int64_t dilation) {
  return (padded - Dim(dilation * (window - 1) + 1)).FloorDiv(stride) + 1;
}

mlir::LogicalResult CheckFits(std::optional<Location> location,
                              llvm::ArrayRef<Dim> part,
                              llvm::ArrayRef<Dim> whole) {
  for (auto [axis, size] : llvm::enumerate(part)) {
    const Dim excess = size - whole[axis];
    if (excess.ok() && excess.IsKnownPositive()) {
      return mlir::emitOptionalError(location, "reaches ", size.ToString(),
                                     " along axis ", axis, " of size ",
                                     whole[axis].ToString());
    }
  }
  return mlir::success();
}

}  // namespace keratin::ir

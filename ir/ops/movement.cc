// Operations that make and move tensors: inference and lowering. Moves are
// index maps where they are linear, and guarded reads where they are not
// (padding, joining).
#include "ir/ops/lowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

namespace keratin::ir {
namespace {

using llvm::SmallVector;
using mlir::AffineExpr;
using mlir::Location;
using mlir::OpBuilder;
using mlir::Value;
using mlir::ValueRange;
namespace arith = mlir::arith;

using Lowered = mlir::FailureOr<SmallVector<Value>>;

}  // namespace

KERATIN_INFER(FullOp) {
  Adaptor op(operands, attributes, properties, regions);
  auto type = mlir::dyn_cast<mlir::FloatType>(op.getDtype());
  auto number = mlir::dyn_cast<mlir::FloatAttr>(op.getValue());
  if (type ? !number || number.getType() != type
           : !mlir::isa<mlir::IntegerAttr>(op.getValue())) {
    return mlir::emitOptionalError(location, "has the value ", op.getValue(),
                                   " for elements of type ", op.getDtype());
  }
  return Infer(location, types, op.getShape().getDims(), op.getDtype());
}
Lowered FullOp::lower(OpBuilder& builder) {
  ComputeSpec spec;
  auto body = [&](OpBuilder& b, Location loc, ValueRange) -> Value {
    mlir::Type scalar = ScalarOf(getDtype());
    if (auto number = mlir::dyn_cast<mlir::IntegerAttr>(getValue())) {
      return arith::ConstantOp::create(
          b, loc,
          mlir::IntegerAttr::get(scalar, number.getValue().sextOrTrunc(
                                             scalar.getIntOrFloatBitWidth())));
    }
    return arith::ConstantOp::create(b, loc,
                                     mlir::cast<mlir::TypedAttr>(getValue()));
  };
  spec.body = body;
  return SmallVector<Value>{ComputeAll(builder, *this, spec)};
}

KERATIN_INFER(IotaOp) {
  Adaptor op(operands, attributes, properties, regions);
  KERATIN_CHECK(CheckAxes(location, static_cast<int64_t>(op.getShape().size()),
                          {op.getAxis()}));
  return Infer(location, types, op.getShape().getDims(), op.getDtype());
}
Lowered IotaOp::lower(OpBuilder& builder) {
  ComputeSpec spec;
  auto body = [&](OpBuilder& b, Location loc, ValueRange) -> Value {
    Value index = IndexAt(b, loc, getAxis());
    mlir::Type i64 = b.getI64Type();
    Scalar number(b, loc, arith::IndexCastOp::create(b, loc, i64, index), i64);
    return Convert(number, getDtype()).value();
  };
  spec.body = body;
  return SmallVector<Value>{ComputeAll(builder, *this, spec)};
}

KERATIN_INFER(SizeOp) {
  Adaptor op(operands, attributes, properties, regions);
  KERATIN_CHECK(
      CheckCount(location, "expression", 1, op.getExpression().size()));
  return Infer(location, types, {}, op.getDtype());
}
Lowered SizeOp::lower(OpBuilder& builder) {
  ComputeSpec spec;
  auto body = [&](OpBuilder& b, Location loc, ValueRange) -> Value {
    mlir::Type i64 = b.getI64Type();
    Value size = DimValue(b, loc, getExpression().getDims()[0]);
    return Convert(Scalar(b, loc, arith::IndexCastOp::create(b, loc, i64, size),
                          i64),
                   getDtype())
        .value();
  };
  spec.body = body;
  return SmallVector<Value>{ComputeAll(builder, *this, spec)};
}

KERATIN_INFER(ReshapeOp) {
  Adaptor op(operands, attributes, properties, regions);
  Dim from = 1, to = 1;
  for (const Dim& dim : ShapeOf(op.getX())) from = from * dim;
  for (const Dim& dim : op.getShape().getDims()) to = to * dim;
  const Dim excess = from - to;
  if (excess.IsConstant() && !excess.IsConstant(0)) {
    return mlir::emitOptionalError(location, "gives ", from.ToString(),
                                   " elements a shape of ", to.ToString());
  }
  return Infer(location, types, op.getShape().getDims(), ElementOf(op.getX()));
}
mlir::OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getX().getType() == getType()) return getX();
  if (auto inner = getX().getDefiningOp<ReshapeOp>()) {
    setOperand(inner.getX());
    return getResult();
  }
  return {};
}

KERATIN_INFER(BroadcastOp) {
  Adaptor op(operands, attributes, properties, regions);
  SmallVector<Dim> x = ShapeOf(op.getX());
  SmallVector<Dim, 6> shape = op.getShape().getDims();
  KERATIN_CHECK(
      CheckCount(location, "dimensions", x.size(), op.getDimensions().size()));
  KERATIN_CHECK(CheckAxes(location, static_cast<int64_t>(shape.size()),
                          op.getDimensions()));
  for (auto [axis, dim] : llvm::enumerate(op.getDimensions())) {
    if (!x[axis].IsConstant(1) && !(x[axis] == shape[dim])) {
      return mlir::emitOptionalError(location, "cannot broadcast axis ", axis,
                                     " of size ", x[axis].ToString(), " to ",
                                     shape[dim].ToString());
    }
  }
  return Infer(location, types, shape, ElementOf(op.getX()));
}
Lowered BroadcastOp::lower(OpBuilder& builder) {
  ComputeSpec spec;
  spec.inputs = {getX()};
  SmallVector<Dim> x = ShapeOf(getX());
  SmallVector<AffineExpr> index;
  for (auto [axis, dim] : llvm::enumerate(getDimensions())) {
    index.push_back(x[axis].IsConstant(1)
                        ? mlir::getAffineConstantExpr(0, getContext())
                        : mlir::getAffineDimExpr(dim, getContext()));
  }
  spec.input_index = {index};
  spec.body = Forward;
  return SmallVector<Value>{ComputeAll(builder, *this, spec)};
}

KERATIN_INFER(TransposeOp) {
  Adaptor op(operands, attributes, properties, regions);
  SmallVector<Dim> x = ShapeOf(op.getX());
  KERATIN_CHECK(CheckCount(location, "permutation", x.size(),
                           op.getPermutation().size()));
  KERATIN_CHECK(
      CheckAxes(location, static_cast<int64_t>(x.size()), op.getPermutation()));
  SmallVector<Dim> shape;
  for (int64_t axis : op.getPermutation()) shape.push_back(x[axis]);
  return Infer(location, types, shape, ElementOf(op.getX()));
}
Lowered TransposeOp::lower(OpBuilder& builder) {
  ComputeSpec spec;
  spec.inputs = {getX()};
  SmallVector<AffineExpr> index(getPermutation().size());
  for (auto [to, from] : llvm::enumerate(getPermutation()))
    index[from] = mlir::getAffineDimExpr(to, getContext());
  spec.input_index = {index};
  spec.body = Forward;
  return SmallVector<Value>{ComputeAll(builder, *this, spec)};
}

KERATIN_INFER(SliceOp) {
  Adaptor op(operands, attributes, properties, regions);
  SmallVector<Dim> x = ShapeOf(op.getX());
  KERATIN_CHECK(CheckCount(location, "start", x.size(), op.getStart().size()));
  KERATIN_CHECK(CheckCount(location, "limit", x.size(), op.getLimit().size()));
  KERATIN_CHECK(
      CheckNumbers(location, "strides", x.size(), op.getStrides(), 1));
  KERATIN_CHECK(CheckFits(location, op.getLimit().getDims(), x));
  SmallVector<Dim> shape;
  SmallVector<Dim, 6> start = op.getStart().getDims(),
                      limit = op.getLimit().getDims();
  for (auto [axis, stride] : llvm::enumerate(op.getStrides())) {
    if (start[axis].IsConstant() && *start[axis].AsConstant() < 0)
      return mlir::emitOptionalError(location, "starts at ",
                                     start[axis].ToString(), " of axis ", axis);
    shape.push_back((limit[axis] - start[axis]).CeilDiv(stride));
  }
  return Infer(location, types, shape, ElementOf(op.getX()));
}
Lowered SliceOp::lower(OpBuilder& builder) {
  SmallVector<Dim, 6> start = getStart().getDims();
  ComputeSpec spec;
  const bool linear =
      llvm::all_of(start, [](const Dim& dim) { return dim.IsConstant(); });
  if (linear) {
    spec.inputs = {getX()};
    SmallVector<AffineExpr> index;
    for (auto [axis, stride] : llvm::enumerate(getStrides())) {
      index.push_back(mlir::getAffineDimExpr(axis, getContext()) * stride +
                      *start[axis].AsConstant());
    }
    spec.input_index = {index};
    spec.body = Forward;
    return SmallVector<Value>{ComputeAll(builder, *this, spec)};
  }
  spec.captures = {getX()};
  auto body = [&](OpBuilder& b, Location loc, ValueRange arguments) -> Value {
    SmallVector<Value> indices;
    for (auto [axis, stride] : llvm::enumerate(getStrides())) {
      Value at = arith::MulIOp::create(b, loc, IndexAt(b, loc, axis),
                                       IndexConstant(b, loc, stride));
      indices.push_back(
          arith::AddIOp::create(b, loc, at, DimValue(b, loc, start[axis])));
    }
    return ExtractOp::create(b, loc, ScalarOf(getX().getType()), arguments[0],
                             indices);
  };
  spec.body = body;
  return SmallVector<Value>{ComputeAll(builder, *this, spec)};
}

KERATIN_INFER(ReverseOp) {
  Adaptor op(operands, attributes, properties, regions);
  KERATIN_CHECK(CheckAxes(
      location, static_cast<int64_t>(ShapeOf(op.getX()).size()), op.getAxes()));
  return Infer(location, types, ShapeOf(op.getX()), ElementOf(op.getX()));
}
Lowered ReverseOp::lower(OpBuilder& builder) {
  ComputeSpec spec;
  SmallVector<Dim> x = ShapeOf(getX());
  auto reversed = [&](size_t axis) {
    return llvm::is_contained(getAxes(), static_cast<int64_t>(axis));
  };
  spec.captures = {getX()};
  auto body = [&](OpBuilder& b, Location loc, ValueRange arguments) -> Value {
    SmallVector<Value> indices;
    for (size_t axis = 0; axis < x.size(); ++axis) {
      Value at = IndexAt(b, loc, axis);
      if (reversed(axis))
        at = arith::SubIOp::create(b, loc, DimValue(b, loc, x[axis] - 1), at);
      indices.push_back(at);
    }
    return ExtractOp::create(b, loc, ScalarOf(getX().getType()), arguments[0],
                             indices);
  };
  spec.body = body;
  return SmallVector<Value>{ComputeAll(builder, *this, spec)};
}

KERATIN_INFER(PadOp) {
  Adaptor op(operands, attributes, properties, regions);
  const size_t rank = ShapeOf(op.getX()).size();
  KERATIN_CHECK(CheckCount(location, "low", rank, op.getLow().size()));
  KERATIN_CHECK(CheckCount(location, "high", rank, op.getHigh().size()));
  KERATIN_CHECK(CheckNumbers(location, "interior", rank, op.getInterior(), 0));
  KERATIN_CHECK(CheckSameElement(location, op.getX(), op.getValue()));
  if (!ShapeOf(op.getValue()).empty())
    return mlir::emitOptionalError(
        location, "pads with a value with axes: ", op.getValue().getType());
  SmallVector<Dim> shape = ShapeOf(op.getX());
  SmallVector<Dim, 6> low = op.getLow().getDims(),
                      high = op.getHigh().getDims();
  for (auto [axis, interior] : llvm::enumerate(op.getInterior())) {
    Dim gaps = interior == 0 ? Dim(0) : (shape[axis] - 1) * Dim(interior);
    shape[axis] = shape[axis] + gaps + low[axis] + high[axis];
  }
  return Infer(location, types, shape, ElementOf(op.getX()));
}
// The padding with a narrow last axis, which it leaves alone, joined to the
// axis before: rows of pixels are moved whole, not three channels at a time.
// Null if the last axis is not such.
Value PadJoinedAxes(OpBuilder& builder, PadOp op) {
  constexpr int64_t kNarrow = 16;
  SmallVector<Dim> x = ShapeOf(op.getX());
  SmallVector<Dim, 6> low = op.getLow().getDims(),
                      high = op.getHigh().getDims();
  SmallVector<int64_t> interior(op.getInterior());
  const size_t last = x.size() - 1;
  if (x.size() < 2 || !x[last].IsConstant() ||
      x[last].AsConstant().value() >= kNarrow || !low[last].IsConstant(0) ||
      !high[last].IsConstant(0) || interior[last] != 0 ||
      interior[last - 1] != 0)
    return nullptr;
  auto join = [&](llvm::SmallVectorImpl<Dim>& dims) {
    dims[last - 1] = dims[last - 1] * x[last];
    dims.pop_back();
  };
  join(low);
  join(high);
  interior.pop_back();
  SmallVector<Dim> joined = x;
  join(joined);
  auto reshape = [&](Value value, llvm::ArrayRef<Dim> dims) -> Value {
    return ReshapeOp::create(builder, op.getLoc(), value,
                             DimsAttr::get(op.getContext(), dims));
  };
  Value padded = PadOp::create(
      builder, op.getLoc(), reshape(op.getX(), joined), op.getValue(),
      DimsAttr::get(op.getContext(), low), DimsAttr::get(op.getContext(), high),
      builder.getDenseI64ArrayAttr(interior));
  return reshape(padded, ShapeOf(op.getResult()));
}

Lowered PadOp::lower(OpBuilder& builder) {
  if (Value joined = PadJoinedAxes(builder, *this))
    return SmallVector<Value>{joined};
  SmallVector<Dim> x = ShapeOf(getX());
  SmallVector<Dim, 6> low = getLow().getDims(), high = getHigh().getDims();
  ComputeSpec spec;
  spec.inputs = {getValue()};
  spec.input_index = {SmallVector<AffineExpr>{}};
  spec.captures = {getX()};
  auto body = [&](OpBuilder& b, Location loc, ValueRange arguments) -> Value {
    Value inside;
    SmallVector<Value> indices;
    auto require = [&](Value condition) {
      inside = inside ? Value(arith::AndIOp::create(b, loc, inside, condition))
                      : condition;
    };
    for (auto [axis, interior] : llvm::enumerate(getInterior())) {
      Value at = IndexAt(b, loc, axis);
      if (low[axis].IsConstant(0) && high[axis].IsConstant(0) &&
          interior == 0) {
        indices.push_back(at);
        continue;
      }
      Value offset =
          arith::SubIOp::create(b, loc, at, DimValue(b, loc, low[axis]));
      if (!low[axis].IsConstant(0))
        require(Compare(b, loc, arith::CmpIPredicate::sge, offset,
                        IndexConstant(b, loc, 0)));
      Value from = offset;
      if (interior != 0) {
        Value step = IndexConstant(b, loc, interior + 1);
        from = arith::DivSIOp::create(b, loc, offset, step);
        require(Compare(b, loc, arith::CmpIPredicate::eq,
                        arith::RemSIOp::create(b, loc, offset, step),
                        IndexConstant(b, loc, 0)));
      }
      require(Compare(b, loc, arith::CmpIPredicate::slt, from,
                      DimValue(b, loc, x[axis])));
      indices.push_back(from);
    }
    Value element = ExtractOp::create(b, loc, ScalarOf(getX().getType()),
                                      arguments[1], indices);
    return inside ? Value(arith::SelectOp::create(b, loc, inside, element,
                                                  arguments[0]))
                  : element;
  };
  spec.body = body;
  return SmallVector<Value>{ComputeAll(builder, *this, spec)};
}

KERATIN_INFER(ConcatenateOp) {
  Adaptor op(operands, attributes, properties, regions);
  if (operands.empty())
    return mlir::emitOptionalError(location, "joins nothing");
  SmallVector<Dim> shape = ShapeOf(operands[0]);
  const int64_t axis = op.getAxis();
  KERATIN_CHECK(
      CheckAxes(location, static_cast<int64_t>(shape.size()), {axis}));
  for (Value other : operands.drop_front()) {
    SmallVector<Dim> next = ShapeOf(other);
    KERATIN_CHECK(CheckSameElement(location, operands[0], other));
    bool fits = next.size() == shape.size();
    for (size_t k = 0; fits && k < shape.size(); ++k)
      fits = static_cast<int64_t>(k) == axis || next[k] == shape[k];
    if (!fits) {
      return mlir::emitOptionalError(location, "joins ", operands[0].getType(),
                                     " and ", other.getType(), " along axis ",
                                     axis);
    }
    shape[axis] = shape[axis] + next[axis];
  }
  return Infer(location, types, shape, ElementOf(operands[0]));
}
Lowered ConcatenateOp::lower(OpBuilder& builder) {
  ComputeSpec spec;
  spec.captures.assign(getInputs().begin(), getInputs().end());
  const unsigned rank = ShapeOf(getResult()).size();
  auto body = [&](OpBuilder& b, Location loc, ValueRange arguments) -> Value {
    Value at = IndexAt(b, loc, getAxis());
    mlir::Type scalar = ScalarOf(getResult().getType());
    // From the last to the first: select(at < end of k, k's element, the rest).
    Dim begin = 0;
    SmallVector<Dim> begins;
    for (Value input : getInputs()) {
      begins.push_back(begin);
      begin = begin + ShapeOf(input)[getAxis()];
    }
    Value rest;
    for (int k = static_cast<int>(getInputs().size()) - 1; k >= 0; --k) {
      SmallVector<Value> indices;
      for (unsigned axis = 0; axis < rank; ++axis)
        indices.push_back(IndexAt(b, loc, axis));
      Value offset = DimValue(b, loc, begins[k]);
      indices[getAxis()] = arith::SubIOp::create(b, loc, at, offset);
      Value element = ExtractOp::create(b, loc, scalar, arguments[k], indices);
      if (!rest)
        rest = arith::ConstantOp::create(b, loc, b.getZeroAttr(scalar));
      Value end =
          DimValue(b, loc, begins[k] + ShapeOf(getInputs()[k])[getAxis()]);
      Value inside = Compare(b, loc, arith::CmpIPredicate::slt, at, end);
      Value above = Compare(b, loc, arith::CmpIPredicate::sge, at, offset);
      rest = arith::SelectOp::create(
          b, loc, arith::AndIOp::create(b, loc, inside, above), element, rest);
    }
    return rest;
  };
  spec.body = body;
  return SmallVector<Value>{ComputeAll(builder, *this, spec)};
}

}  // namespace keratin::ir

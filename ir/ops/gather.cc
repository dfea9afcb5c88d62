// Reads and writes at places given at run time: inference and lowering.
#include "ir/ops/lowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

namespace keratin::ir {
namespace {

using llvm::SmallVector;
using mlir::AffineExpr;
using mlir::Location;
using mlir::LogicalResult;
using mlir::OpBuilder;
using mlir::success;
using mlir::Value;
using mlir::ValueRange;
namespace arith = mlir::arith;

using Lowered = mlir::FailureOr<SmallVector<Value>>;

// An index value from an element of an integer tensor, sign kept.
Value ToIndex(OpBuilder& b, Location loc, Value number,
              mlir::Type tensor_element) {
  if (tensor_element.isUnsignedInteger())
    return arith::IndexCastUIOp::create(b, loc, b.getIndexType(), number);
  return arith::IndexCastOp::create(b, loc, b.getIndexType(), number);
}

// `start`, an element of the tensor `starts`, moved so that a block of `size`
// fits into `extent`.
Value ClampStart(OpBuilder& b, Location loc, Value start, Value starts,
                 const Dim& extent, const Dim& size) {
  start = ToIndex(b, loc, start, ElementOf(starts));
  Value last = arith::SubIOp::create(b, loc, DimValue(b, loc, extent),
                                     DimValue(b, loc, size));
  return arith::MaxSIOp::create(b, loc,
                                arith::MinSIOp::create(b, loc, start, last),
                                IndexConstant(b, loc, 0));
}

// What jnp.take gives for a number outside the axis.
Value FillValue(OpBuilder& b, Location loc, mlir::Type element) {
  mlir::Type scalar = ScalarOf(element);
  if (auto type = mlir::dyn_cast<mlir::FloatType>(element)) {
    return arith::ConstantOp::create(
        b, loc,
        b.getFloatAttr(type, llvm::APFloat::getQNaN(type.getFloatSemantics())));
  }
  const unsigned width = scalar.getIntOrFloatBitWidth();
  const llvm::APInt value = element.isUnsignedInteger() || width == 1
                                ? llvm::APInt::getAllOnes(width)
                                : llvm::APInt::getSignedMinValue(width);
  return arith::ConstantOp::create(b, loc,
                                   mlir::IntegerAttr::get(scalar, value));
}

// The element of `x`, a tensor of `type`, at `indices`; that on `axis` counts
// from the end if it is negative. Outside, what jnp.take gives.
Value TakeElement(OpBuilder& b, Location loc, Value x, mlir::Type type,
                  SmallVector<Value> indices, int64_t axis) {
  Value size = DimValue(b, loc, DimsOf(type)[axis]);
  Value& index = indices[axis];
  index = arith::SelectOp::create(b, loc,
                                  Compare(b, loc, arith::CmpIPredicate::slt,
                                          index, IndexConstant(b, loc, 0)),
                                  arith::AddIOp::create(b, loc, index, size),
                                  index);
  Value inside = Compare(b, loc, arith::CmpIPredicate::ult, index, size);
  Value element = ExtractOp::create(b, loc, ScalarOf(type), x, indices);
  return arith::SelectOp::create(
      b, loc, inside, element,
      FillValue(b, loc, mlir::getElementTypeOrSelf(type)));
}

// Places given at run time: one integer for each axis.
LogicalResult CheckStarts(std::optional<Location> location, size_t rank,
                          ValueRange starts) {
  KERATIN_CHECK(CheckCount(location, "start", rank, starts.size()));
  for (Value start : starts) {
    KERATIN_CHECK(CheckInteger(location, "start", start));
    if (!ShapeOf(start).empty())
      return mlir::emitOptionalError(
          location, "has a start with axes: ", start.getType());
  }
  return success();
}

}  // namespace

KERATIN_INFER(TakeOp) {
  Adaptor op(operands, attributes, properties, regions);
  KERATIN_CHECK(CheckInteger(location, "indices", op.getIndices()));
  KERATIN_CHECK(CheckAxes(location,
                          static_cast<int64_t>(ShapeOf(op.getX()).size()),
                          {op.getAxis()}));
  SmallVector<Dim> x = ShapeOf(op.getX()), indices = ShapeOf(op.getIndices());
  const int64_t axis = op.getAxis();
  SmallVector<Dim> shape(x.begin(), x.begin() + axis);
  shape.append(indices.begin(), indices.end());
  shape.append(x.begin() + axis + 1, x.end());
  return Infer(location, types, shape, ElementOf(op.getX()));
}
Lowered TakeOp::lower(OpBuilder& builder) {
  ComputeSpec spec;
  SmallVector<Dim> x = ShapeOf(getX());
  const int64_t axis = getAxis();
  const int64_t index_rank = static_cast<int64_t>(ShapeOf(getIndices()).size());
  spec.inputs = {getIndices()};
  SmallVector<AffineExpr> at;
  for (int64_t k = 0; k < index_rank; ++k)
    at.push_back(mlir::getAffineDimExpr(axis + k, getContext()));
  spec.input_index = {at};
  spec.captures = {getX()};
  auto body = [&](OpBuilder& b, Location loc, ValueRange arguments) -> Value {
    Value number = ToIndex(b, loc, arguments[0], ElementOf(getIndices()));
    SmallVector<Value> indices;
    for (int64_t k = 0; k < static_cast<int64_t>(x.size()); ++k) {
      indices.push_back(k < axis    ? IndexAt(b, loc, k)
                        : k == axis ? number
                                    : IndexAt(b, loc, k - 1 + index_rank));
    }
    return TakeElement(b, loc, arguments[1], getX().getType(), indices, axis);
  };
  spec.body = body;
  return SmallVector<Value>{ComputeAll(builder, *this, spec)};
}

KERATIN_INFER(TakeAlongAxisOp) {
  Adaptor op(operands, attributes, properties, regions);
  KERATIN_CHECK(CheckInteger(location, "indices", op.getIndices()));
  KERATIN_CHECK(CheckAxes(location,
                          static_cast<int64_t>(ShapeOf(op.getX()).size()),
                          {op.getAxis()}));
  SmallVector<Dim> x = ShapeOf(op.getX()), shape = ShapeOf(op.getIndices());
  if (x.size() != shape.size())
    return mlir::emitOptionalError(location, "indices have another rank");
  for (int64_t axis = 0; axis < static_cast<int64_t>(x.size()); ++axis) {
    if (axis == op.getAxis()) continue;
    if (shape[axis].IsConstant(1)) shape[axis] = x[axis];
    if (!x[axis].IsConstant(1) && !(x[axis] == shape[axis])) {
      return mlir::emitOptionalError(location, "pairs axis ", axis, " of size ",
                                     x[axis].ToString(), " with indices of ",
                                     shape[axis].ToString());
    }
  }
  return Infer(location, types, shape, ElementOf(op.getX()));
}
Lowered TakeAlongAxisOp::lower(OpBuilder& builder) {
  ComputeSpec spec;
  SmallVector<Dim> x = ShapeOf(getX()), indices_shape = ShapeOf(getIndices());
  spec.inputs = {getIndices()};
  SmallVector<AffineExpr> at;
  for (size_t axis = 0; axis < x.size(); ++axis) {
    at.push_back(indices_shape[axis].IsConstant(1)
                     ? mlir::getAffineConstantExpr(0, getContext())
                     : mlir::getAffineDimExpr(axis, getContext()));
  }
  spec.input_index = {at};
  spec.captures = {getX()};
  auto body = [&](OpBuilder& b, Location loc, ValueRange arguments) -> Value {
    Value number = ToIndex(b, loc, arguments[0], ElementOf(getIndices()));
    SmallVector<Value> indices;
    for (int64_t axis = 0; axis < static_cast<int64_t>(x.size()); ++axis) {
      indices.push_back(axis == getAxis()       ? number
                        : x[axis].IsConstant(1) ? IndexConstant(b, loc, 0)
                                                : IndexAt(b, loc, axis));
    }
    return TakeElement(b, loc, arguments[1], getX().getType(), indices,
                       getAxis());
  };
  spec.body = body;
  return SmallVector<Value>{ComputeAll(builder, *this, spec)};
}

KERATIN_INFER(DynamicSliceOp) {
  Adaptor op(operands, attributes, properties, regions);
  SmallVector<Dim> x = ShapeOf(op.getX());
  KERATIN_CHECK(CheckStarts(location, x.size(), op.getStart()));
  KERATIN_CHECK(CheckCount(location, "sizes", x.size(), op.getSizes().size()));
  KERATIN_CHECK(CheckFits(location, op.getSizes().getDims(), x));
  return Infer(location, types, op.getSizes().getDims(), ElementOf(op.getX()));
}
Lowered DynamicSliceOp::lower(OpBuilder& builder) {
  ComputeSpec spec;
  SmallVector<Dim> x = ShapeOf(getX());
  SmallVector<Dim, 6> sizes = getSizes().getDims();
  spec.inputs.assign(getStart().begin(), getStart().end());
  spec.input_index.assign(getStart().size(), {});
  spec.captures = {getX()};
  auto body = [&](OpBuilder& b, Location loc, ValueRange arguments) -> Value {
    SmallVector<Value> indices;
    for (size_t axis = 0; axis < x.size(); ++axis) {
      Value start = ClampStart(b, loc, arguments[axis], getStart()[axis],
                               x[axis], sizes[axis]);
      indices.push_back(
          arith::AddIOp::create(b, loc, start, IndexAt(b, loc, axis)));
    }
    return ExtractOp::create(b, loc, ScalarOf(getX().getType()),
                             arguments.back(), indices);
  };
  spec.body = body;
  return SmallVector<Value>{ComputeAll(builder, *this, spec)};
}

KERATIN_INFER(DynamicUpdateSliceOp) {
  Adaptor op(operands, attributes, properties, regions);
  SmallVector<Dim> x = ShapeOf(op.getX()), update = ShapeOf(op.getUpdate());
  KERATIN_CHECK(CheckStarts(location, x.size(), op.getStart()));
  KERATIN_CHECK(CheckSameElement(location, op.getX(), op.getUpdate()));
  KERATIN_CHECK(CheckCount(location, "update", x.size(), update.size()));
  KERATIN_CHECK(CheckFits(location, update, x));
  return Infer(location, types, ShapeOf(op.getX()), ElementOf(op.getX()));
}
Lowered DynamicUpdateSliceOp::lower(OpBuilder& builder) {
  ComputeSpec spec;
  SmallVector<Dim> x = ShapeOf(getX()), sizes = ShapeOf(getUpdate());
  spec.inputs = {getX()};
  spec.input_index = {Identity(x.size(), getContext())};
  for (Value start : getStart()) {
    spec.inputs.push_back(start);
    spec.input_index.push_back({});
  }
  spec.captures = {getUpdate()};
  auto body = [&](OpBuilder& b, Location loc, ValueRange arguments) -> Value {
    SmallVector<Value> indices;
    Value inside;
    for (size_t axis = 0; axis < x.size(); ++axis) {
      Value start = ClampStart(b, loc, arguments[1 + axis], getStart()[axis],
                               x[axis], sizes[axis]);
      Value at = arith::SubIOp::create(b, loc, IndexAt(b, loc, axis), start);
      // Unsigned: one comparison tells both ends.
      Value here = Compare(b, loc, arith::CmpIPredicate::ult, at,
                           DimValue(b, loc, sizes[axis]));
      inside =
          inside ? Value(arith::AndIOp::create(b, loc, inside, here)) : here;
      indices.push_back(at);
    }
    Value element = ExtractOp::create(b, loc, ScalarOf(getUpdate().getType()),
                                      arguments.back(), indices);
    return inside ? Value(arith::SelectOp::create(b, loc, inside, element,
                                                  arguments[0]))
                  : element;
  };
  spec.body = body;
  return SmallVector<Value>{ComputeAll(builder, *this, spec)};
}

}  // namespace keratin::ir

// Reductions, windows, running totals, ranks and softmax: inference and
// lowering.
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
using mlir::RankedTensorType;
using mlir::Value;
using mlir::ValueRange;
namespace arith = mlir::arith;

using Types = llvm::SmallVectorImpl<mlir::Type>;
using Lowered = mlir::FailureOr<SmallVector<Value>>;

SmallVector<Dim> Without(llvm::ArrayRef<Dim> shape,
                         llvm::ArrayRef<int64_t> axes) {
  SmallVector<Dim> rest;
  for (auto [axis, dim] : llvm::enumerate(shape)) {
    if (!llvm::is_contained(axes, static_cast<int64_t>(axis)))
      rest.push_back(dim);
  }
  return rest;
}

LogicalResult InferReduce(std::optional<Location> location, Value x,
                          llvm::ArrayRef<int64_t> axes, Types& types) {
  SmallVector<Dim> shape = ShapeOf(x);
  KERATIN_CHECK(CheckAxes(location, static_cast<int64_t>(shape.size()), axes));
  return Infer(location, types, Without(shape, axes), ElementOf(x));
}

Lowered LowerReduce(OpBuilder& builder, Location loc, Value x,
                    llvm::ArrayRef<int64_t> axes, llvm::StringRef kind) {
  mlir::Type element = ElementOf(x);
  mlir::Type accumulator =
      kind == "add" || kind == "mul" ? AccumulatorOf(element) : element;
  ComputeSpec spec;
  spec.domain = ShapeOf(x);
  spec.reductions.assign(axes.begin(), axes.end());
  spec.result = TensorOf(Without(spec.domain, axes), accumulator);
  spec.inputs = {x};
  spec.input_index = {Identity(spec.domain.size(), builder.getContext())};
  spec.combiner = axes.empty() ? "none" : CombinerFor(kind, element);
  auto body = [&](OpBuilder& b, Location l, ValueRange arguments) {
    return Convert(Scalar(b, l, arguments[0], element), accumulator).value();
  };
  spec.body = body;
  return SmallVector<Value>{
      AsElement(builder, loc, Compute(builder, loc, spec), element)};
}

template <typename Adaptor>
LogicalResult InferWindow(std::optional<Location> location, Adaptor op,
                          Types& types) {
  SmallVector<Dim> shape = ShapeOf(op.getX());
  const size_t rank = shape.size();
  KERATIN_CHECK(CheckNumbers(location, "window", rank, op.getWindow(), 1));
  KERATIN_CHECK(CheckNumbers(location, "strides", rank, op.getStrides(), 1));
  KERATIN_CHECK(
      CheckNumbers(location, "dilations", rank, op.getDilations(), 1));
  KERATIN_CHECK(CheckCount(location, "low", rank, op.getLow().size()));
  KERATIN_CHECK(CheckCount(location, "high", rank, op.getHigh().size()));
  SmallVector<Dim, 6> low = op.getLow().getDims(),
                      high = op.getHigh().getDims();
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    shape[axis] =
        WindowCount(shape[axis] + low[axis] + high[axis], op.getWindow()[axis],
                    op.getStrides()[axis], op.getDilations()[axis]);
  }
  return Infer(location, types, shape, ElementOf(op.getX()));
}

template <typename Op>
Lowered LowerWindow(OpBuilder& builder, Op op, llvm::StringRef kind) {
  mlir::Type element = ElementOf(op.getX());
  mlir::Type accumulator = kind == "add" ? AccumulatorOf(element) : element;
  SmallVector<Dim, 6> low = op.getLow().getDims(),
                      high = op.getHigh().getDims();
  SmallVector<Dim> result = ShapeOf(op.getResult());
  mlir::TypedAttr fill = builder.getZeroAttr(ScalarOf(element));
  if (kind == "max") {
    if (auto type = mlir::dyn_cast<mlir::FloatType>(element)) {
      fill = builder.getFloatAttr(
          type, llvm::APFloat::getInf(type.getFloatSemantics(), true));
    } else if (!element.isUnsignedInteger() && !element.isInteger(1)) {
      fill = mlir::IntegerAttr::get(
          ScalarOf(element),
          llvm::APInt::getSignedMinValue(element.getIntOrFloatBitWidth()));
    }
  }
  SmallVector<int64_t> interior(result.size(), 0);
  Value x = Padded(builder, op.getLoc(), op.getX(), low, high, interior, fill);
  ComputeSpec spec;
  spec.domain.assign(result.begin(), result.end());
  SmallVector<AffineExpr> index;
  for (size_t axis = 0; axis < result.size(); ++axis) {
    AffineExpr expr = mlir::getAffineDimExpr(axis, builder.getContext()) *
                      op.getStrides()[axis];
    if (op.getWindow()[axis] != 1) {
      expr = expr +
             mlir::getAffineDimExpr(spec.domain.size(), builder.getContext()) *
                 op.getDilations()[axis];
      spec.reductions.push_back(static_cast<int64_t>(spec.domain.size()));
      spec.domain.push_back(op.getWindow()[axis]);
    }
    index.push_back(expr);
  }
  spec.result = TensorOf(result, accumulator);
  spec.inputs = {x};
  spec.input_index = {index};
  spec.combiner = spec.reductions.empty() ? "none" : CombinerFor(kind, element);
  auto body = [&](OpBuilder& b, Location l, ValueRange arguments) {
    return Convert(Scalar(b, l, arguments[0], element), accumulator).value();
  };
  spec.body = body;
  return SmallVector<Value>{AsElement(
      builder, op.getLoc(), Compute(builder, op.getLoc(), spec), element)};
}

}  // namespace

#define KERATIN_REDUCE(Op, kind)                                         \
  KERATIN_INFER(Op) {                                                    \
    Adaptor op(operands, attributes, properties, regions);               \
    if (llvm::StringRef(kind) == "and" || llvm::StringRef(kind) == "or") \
      KERATIN_CHECK(CheckInteger(location, "x", op.getX()));             \
    return InferReduce(location, op.getX(), op.getAxes(), types);        \
  }                                                                      \
  Lowered Op::lower(OpBuilder& builder) {                                \
    return LowerReduce(builder, getLoc(), getX(), getAxes(), kind);      \
  }

KERATIN_REDUCE(ReduceSumOp, "add")
KERATIN_REDUCE(ReduceProdOp, "mul")
KERATIN_REDUCE(ReduceMaxOp, "max")
KERATIN_REDUCE(ReduceMinOp, "min")
KERATIN_REDUCE(ReduceAndOp, "and")
KERATIN_REDUCE(ReduceOrOp, "or")

KERATIN_INFER(ReduceWindowSumOp) {
  return InferWindow(location,
                     Adaptor(operands, attributes, properties, regions), types);
}
Lowered ReduceWindowSumOp::lower(OpBuilder& builder) {
  return LowerWindow(builder, *this, "add");
}
KERATIN_INFER(ReduceWindowMaxOp) {
  return InferWindow(location,
                     Adaptor(operands, attributes, properties, regions), types);
}
Lowered ReduceWindowMaxOp::lower(OpBuilder& builder) {
  return LowerWindow(builder, *this, "max");
}

KERATIN_INFER(ArgMaxOp) {
  Adaptor op(operands, attributes, properties, regions);
  KERATIN_CHECK(CheckAxes(location,
                          static_cast<int64_t>(ShapeOf(op.getX()).size()),
                          {op.getAxis()}));
  return Infer(location, types, Without(ShapeOf(op.getX()), {op.getAxis()}),
               mlir::IntegerType::get(context, 32));
}
Lowered ArgMaxOp::lower(OpBuilder& builder) {
  // The greatest value, then the least position that holds it (or a NaN).
  const int64_t axis = getAxis();
  Value greatest =
      LowerReduce(builder, getLoc(), getX(), {axis}, "max")->front();
  mlir::Type element = ElementOf(getX());
  mlir::Type i32 = builder.getI32Type();
  ComputeSpec spec;
  spec.domain = ShapeOf(getX());
  spec.reductions = {axis};
  spec.result = mlir::cast<RankedTensorType>(getResult().getType());
  spec.inputs = {getX(), greatest};
  SmallVector<AffineExpr> all = Identity(spec.domain.size(), getContext()),
                          kept = all;
  kept.erase(kept.begin() + axis);
  spec.input_index = {all, kept};
  spec.combiner = "min";
  auto body = [&](OpBuilder& b, Location loc, ValueRange arguments) {
    Scalar x(b, loc, arguments[0], element),
        best(b, loc, arguments[1], element);
    Scalar position(
        b, loc, arith::IndexCastOp::create(b, loc, i32, IndexAt(b, loc, axis)),
        i32);
    Scalar here = Compare("EQ", x, best) | Compare("NE", x, x);
    return Select(here, position, position.Like(2147483647)).value();
  };
  spec.body = body;
  return SmallVector<Value>{Compute(builder, getLoc(), spec)};
}

KERATIN_INFER(CumulativeOp) {
  Adaptor op(operands, attributes, properties, regions);
  KERATIN_CHECK(CheckAxes(location,
                          static_cast<int64_t>(ShapeOf(op.getX()).size()),
                          {op.getAxis()}));
  if (!llvm::is_contained({"add", "mul", "max", "min"}, op.getKind())) {
    return mlir::emitOptionalError(location, "has the kind '", op.getKind(),
                                   "' where add, mul, max or min is needed");
  }
  return Infer(location, types, ShapeOf(op.getX()), ElementOf(op.getX()));
}
Lowered CumulativeOp::lower(OpBuilder& builder) {
  const int64_t axis = getAxis();
  mlir::Type element = ElementOf(getX());
  mlir::Type accumulator = getKind() == "add" || getKind() == "mul"
                               ? AccumulatorOf(element)
                               : element;
  ComputeSpec spec;
  spec.domain = ShapeOf(getX());
  const int64_t from = static_cast<int64_t>(spec.domain.size());
  spec.domain.push_back(spec.domain[axis]);
  spec.reductions = {from};
  spec.result = TensorOf(ShapeOf(getX()), accumulator);
  spec.inputs = {getX()};
  SmallVector<AffineExpr> index = Identity(from, getContext());
  index[axis] = mlir::getAffineDimExpr(from, getContext());
  spec.input_index = {index};
  spec.combiner = CombinerFor(getKind(), element);
  auto body = [&](OpBuilder& b, Location loc, ValueRange arguments) {
    Scalar x = Convert(Scalar(b, loc, arguments[0], element), accumulator);
    Value counted =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sle,
                              IndexAt(b, loc, from), IndexAt(b, loc, axis));
    mlir::Type scalar = ScalarOf(accumulator);
    mlir::TypedAttr neutral = b.getZeroAttr(scalar);
    if (auto type = mlir::dyn_cast<mlir::FloatType>(scalar)) {
      if (getKind() == "mul") neutral = b.getFloatAttr(type, 1.0);
      if (getKind() == "max" || getKind() == "min")
        neutral =
            b.getFloatAttr(type, llvm::APFloat::getInf(type.getFloatSemantics(),
                                                       getKind() == "max"));
    } else {
      const unsigned width = scalar.getIntOrFloatBitWidth();
      if (getKind() == "mul") neutral = mlir::IntegerAttr::get(scalar, 1);
      if (spec.combiner == "max")
        neutral = mlir::IntegerAttr::get(scalar,
                                         llvm::APInt::getSignedMinValue(width));
      if (spec.combiner == "min")
        neutral = mlir::IntegerAttr::get(scalar,
                                         llvm::APInt::getSignedMaxValue(width));
      if (spec.combiner == "umin")
        neutral =
            mlir::IntegerAttr::get(scalar, llvm::APInt::getAllOnes(width));
    }
    Value identity = arith::ConstantOp::create(b, loc, neutral);
    return Value(arith::SelectOp::create(b, loc, counted, x.value(), identity));
  };
  spec.body = body;
  return SmallVector<Value>{
      AsElement(builder, getLoc(), Compute(builder, getLoc(), spec), element)};
}

KERATIN_INFER(SortRankOp) {
  Adaptor op(operands, attributes, properties, regions);
  KERATIN_CHECK(CheckAxes(location,
                          static_cast<int64_t>(ShapeOf(op.getX()).size()),
                          {op.getAxis()}));
  return Infer(location, types, ShapeOf(op.getX()),
               mlir::IntegerType::get(context, 32));
}
Lowered SortRankOp::lower(OpBuilder& builder) {
  // The number of elements that come before: smaller ones, and equal ones at
  // smaller positions.
  const int64_t axis = getAxis();
  mlir::Type element = ElementOf(getX());
  ComputeSpec spec;
  spec.domain = ShapeOf(getX());
  const int64_t other = static_cast<int64_t>(spec.domain.size());
  spec.domain.push_back(spec.domain[axis]);
  spec.reductions = {other};
  spec.result = mlir::cast<RankedTensorType>(getResult().getType());
  SmallVector<AffineExpr> mine = Identity(other, getContext()), theirs = mine;
  theirs[axis] = mlir::getAffineDimExpr(other, getContext());
  spec.inputs = {getX(), getX()};
  spec.input_index = {mine, theirs};
  spec.combiner = "add";
  auto body = [&](OpBuilder& b, Location loc, ValueRange arguments) {
    Scalar x(b, loc, arguments[0], element), y(b, loc, arguments[1], element);
    Scalar earlier = x.With(
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                              IndexAt(b, loc, other), IndexAt(b, loc, axis)),
        b.getI1Type());
    Scalar less = Compare("LT", y, x), equal = Compare("EQ", y, x);
    if (x.IsFloat()) {
      Scalar x_nan = Compare("NE", x, x), y_nan = Compare("NE", y, y);
      less = less | (x_nan & ~y_nan);
      equal = equal | (x_nan & y_nan);
    }
    return Convert(less | (equal & earlier), b.getI32Type()).value();
  };
  spec.body = body;
  return SmallVector<Value>{Compute(builder, getLoc(), spec)};
}

KERATIN_INFER(SoftmaxOp) {
  Adaptor op(operands, attributes, properties, regions);
  KERATIN_CHECK(CheckAxes(
      location, static_cast<int64_t>(ShapeOf(op.getX()).size()), op.getAxes()));
  return Infer(location, types, ShapeOf(op.getX()), ElementOf(op.getX()));
}
Lowered SoftmaxOp::lower(OpBuilder& builder) {
  Location loc = getLoc();
  mlir::Type element = ElementOf(getX());
  SmallVector<Dim> shape = ShapeOf(getX());
  SmallVector<AffineExpr> all = Identity(shape.size(), getContext()), kept;
  for (auto [axis, expr] : llvm::enumerate(all)) {
    if (!llvm::is_contained(getAxes(), static_cast<int64_t>(axis)))
      kept.push_back(expr);
  }
  auto pair = [&](Value x, Value row,
                  llvm::function_ref<Scalar(Scalar, Scalar)> f) {
    ComputeSpec spec;
    spec.domain = shape;
    spec.result = TensorOf(shape, element);
    spec.inputs = {x, row};
    spec.input_index = {all, kept};
    auto body = [&](OpBuilder& b, Location l, ValueRange arguments) {
      return f(Scalar(b, l, arguments[0], element),
               Scalar(b, l, arguments[1], element))
          .value();
    };
    spec.body = body;
    return Compute(builder, loc, spec);
  };
  Value greatest = LowerReduce(builder, loc, getX(), getAxes(), "max")->front();
  Value exponential =
      pair(getX(), greatest, [](Scalar x, Scalar m) { return Exp(x - m); });
  Value total =
      LowerReduce(builder, loc, exponential, getAxes(), "add")->front();
  return SmallVector<Value>{
      pair(exponential, total, [](Scalar e, Scalar s) { return e / s; })};
}

// Costs, where they are not one operation for each element of the result.
#define KERATIN_FLOPS(Op, flops) \
  Dim Op::getFlops() { return flops; }
KERATIN_FLOPS(ReduceSumOp, ElementsOf(getX().getType()))
KERATIN_FLOPS(ReduceProdOp, ElementsOf(getX().getType()))
KERATIN_FLOPS(ReduceMaxOp, ElementsOf(getX().getType()))
KERATIN_FLOPS(ReduceMinOp, ElementsOf(getX().getType()))
KERATIN_FLOPS(ReduceAndOp, ElementsOf(getX().getType()))
KERATIN_FLOPS(ReduceOrOp, ElementsOf(getX().getType()))
KERATIN_FLOPS(ArgMaxOp, ElementsOf(getX().getType()) * Dim(2))
// Maximum, difference, exponential, sum, quotient.
KERATIN_FLOPS(SoftmaxOp, ElementsOf(getX().getType()) * Dim(5))
KERATIN_FLOPS(CumulativeOp,
              ElementsOf(getX().getType()) * ShapeOf(getX())[getAxis()])
KERATIN_FLOPS(SortRankOp,
              ElementsOf(getX().getType()) * ShapeOf(getX())[getAxis()])
template <typename Op>
Dim WindowFlops(Op op) {
  Dim flops = ElementsOf(op.getType());
  for (int64_t size : op.getWindow()) flops = flops * Dim(size);
  return flops;
}
KERATIN_FLOPS(ReduceWindowSumOp, WindowFlops(*this))
KERATIN_FLOPS(ReduceWindowMaxOp, WindowFlops(*this))

}  // namespace keratin::ir

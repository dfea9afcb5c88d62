// Reductions, windows, products, convolutions and random bits: inference and
// lowering.
#include "ir/ops/lowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

namespace keratin::ir {
namespace {

using llvm::SmallVector;
using mlir::AffineExpr;
using mlir::FailureOr;
using mlir::Location;
using mlir::LogicalResult;
using mlir::OpBuilder;
using mlir::RankedTensorType;
using mlir::success;
using mlir::Value;
using mlir::ValueRange;
namespace arith = mlir::arith;

using Types = llvm::SmallVectorImpl<mlir::Type>;
using Lowered = FailureOr<SmallVector<Value>>;
using Body = llvm::function_ref<Value(OpBuilder&, Location, ValueRange)>;

// What sums of `element` accumulate in.
mlir::Type AccumulatorOf(mlir::Type element) {
  auto type = mlir::dyn_cast<mlir::FloatType>(element);
  return type && type.getWidth() < 32
             ? mlir::Type(mlir::Float32Type::get(element.getContext()))
             : element;
}

// `value` as `element` by a compute of its own, unless it has that type.
// Products read their left operand as what they accumulate in: a tile reads
// each element of it many times.
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

llvm::StringRef SignedCombiner(llvm::StringRef kind, mlir::Type element) {
  const bool is_unsigned = element.isUnsignedInteger() || element.isInteger(1);
  if (kind == "max" && is_unsigned) return "umax";
  if (kind == "min" && is_unsigned) return "umin";
  return kind;
}

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
  spec.combiner = axes.empty() ? "none" : SignedCombiner(kind, element);
  auto body = [&](OpBuilder& b, Location l, ValueRange arguments) {
    return Convert(Scalar(b, l, arguments[0], element), accumulator).value();
  };
  spec.body = body;
  return SmallVector<Value>{
      AsElement(builder, loc, Compute(builder, loc, spec), element)};
}

// x padded by `value`; x itself where nothing is added.
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
    } else if (!element.isUnsignedInteger()) {
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
  spec.combiner =
      spec.reductions.empty() ? "none" : SignedCombiner(kind, element);
  auto body = [&](OpBuilder& b, Location l, ValueRange arguments) {
    return Convert(Scalar(b, l, arguments[0], element), accumulator).value();
  };
  spec.body = body;
  return SmallVector<Value>{AsElement(
      builder, op.getLoc(), Compute(builder, op.getLoc(), spec), element)};
}

// The body of a product: both factors in the accumulator's type.
auto ProductBody(mlir::Type x, mlir::Type y, mlir::Type accumulator) {
  return [=](OpBuilder& b, Location loc, ValueRange arguments) {
    return (Convert(Scalar(b, loc, arguments[0], x), accumulator) *
            Convert(Scalar(b, loc, arguments[1], y), accumulator))
        .value();
  };
}

// One block of threefry2x32 on two words.
std::pair<Scalar, Scalar> Threefry(const Scalar& key0, const Scalar& key1,
                                   Scalar x0, Scalar x1) {
  auto constant = [&](uint32_t value) {
    return key0.With(arith::ConstantOp::create(
        key0.builder(), key0.loc(),
        key0.builder().getI32IntegerAttr(static_cast<int32_t>(value))));
  };
  auto rotate = [&](const Scalar& x, int by) {
    return ShiftLeft(x, constant(by)) | ShiftRight(x, constant(32 - by), false);
  };
  const Scalar keys[3] = {key0, key1, key0 ^ key1 ^ constant(0x1BD11BDA)};
  constexpr int kRotations[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
  x0 = x0 + keys[0];
  x1 = x1 + keys[1];
  for (int round = 0; round < 5; ++round) {
    for (int by : kRotations[round % 2]) {
      x0 = x0 + x1;
      x1 = rotate(x1, by) ^ x0;
    }
    x0 = x0 + keys[(round + 1) % 3];
    x1 = x1 + keys[(round + 2) % 3] + constant(round + 1);
  }
  return {x0, x1};
}

// Two 32-bit words.
LogicalResult CheckKey(std::optional<Location> location, Value key) {
  if (ElementOf(key).isUnsignedInteger(32) && ShapeOf(key).size() == 1 &&
      ShapeOf(key)[0].IsConstant(2))
    return success();
  return mlir::emitOptionalError(location, "has the key ", key.getType(),
                                 " where tensor<2xui32> is needed");
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
  spec.combiner = SignedCombiner(getKind(), element);
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

KERATIN_INFER(DotGeneralOp) {
  Adaptor op(operands, attributes, properties, regions);
  SmallVector<Dim> x = ShapeOf(op.getX()), y = ShapeOf(op.getY()), shape;
  if (op.getXBatch().size() != op.getYBatch().size() ||
      op.getXContract().size() != op.getYContract().size()) {
    return mlir::emitOptionalError(location, "pairs axes with nothing");
  }
  KERATIN_CHECK(CheckSameElement(location, op.getX(), op.getY()));
  auto both = [](llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b) {
    SmallVector<int64_t> all(a);
    all.append(b.begin(), b.end());
    return all;
  };
  KERATIN_CHECK(CheckAxes(location, static_cast<int64_t>(x.size()),
                          both(op.getXBatch(), op.getXContract())));
  KERATIN_CHECK(CheckAxes(location, static_cast<int64_t>(y.size()),
                          both(op.getYBatch(), op.getYContract())));
  auto unlike = [&](llvm::ArrayRef<int64_t> a,
                    llvm::ArrayRef<int64_t> b) -> std::optional<size_t> {
    for (size_t k = 0; k < a.size(); ++k) {
      if (!(x[a[k]] == y[b[k]])) return k;
    }
    return std::nullopt;
  };
  if (auto k = unlike(op.getXContract(), op.getYContract())) {
    return mlir::emitOptionalError(
        location, "contracts axis ", op.getXContract()[*k], " of size ",
        x[op.getXContract()[*k]].ToString(), " with axis ",
        op.getYContract()[*k], " of size ",
        y[op.getYContract()[*k]].ToString());
  }
  if (unlike(op.getXBatch(), op.getYBatch()))
    return mlir::emitOptionalError(location,
                                   "pairs batch axes of different sizes");
  for (int64_t axis : op.getXBatch()) shape.push_back(x[axis]);
  auto free = [&](llvm::ArrayRef<Dim> dims, llvm::ArrayRef<int64_t> batch,
                  llvm::ArrayRef<int64_t> contract) {
    for (auto [axis, dim] : llvm::enumerate(dims)) {
      const int64_t a = static_cast<int64_t>(axis);
      if (!llvm::is_contained(batch, a) && !llvm::is_contained(contract, a))
        shape.push_back(dim);
    }
  };
  free(x, op.getXBatch(), op.getXContract());
  free(y, op.getYBatch(), op.getYContract());
  return Infer(location, types, shape, ElementOf(op.getX()));
}
Lowered DotGeneralOp::lower(OpBuilder& builder) {
  SmallVector<Dim> x = ShapeOf(getX()), y = ShapeOf(getY());
  ComputeSpec spec;
  SmallVector<AffineExpr> x_index(x.size()), y_index(y.size());
  auto next = [&](const Dim& extent) {
    spec.domain.push_back(extent);
    return mlir::getAffineDimExpr(spec.domain.size() - 1, getContext());
  };
  for (auto [a, b] : llvm::zip(getXBatch(), getYBatch()))
    x_index[a] = y_index[b] = next(x[a]);
  for (size_t axis = 0; axis < x.size(); ++axis) {
    if (!x_index[axis] &&
        !llvm::is_contained(getXContract(), static_cast<int64_t>(axis)))
      x_index[axis] = next(x[axis]);
  }
  for (size_t axis = 0; axis < y.size(); ++axis) {
    if (!y_index[axis] &&
        !llvm::is_contained(getYContract(), static_cast<int64_t>(axis)))
      y_index[axis] = next(y[axis]);
  }
  for (auto [a, b] : llvm::zip(getXContract(), getYContract())) {
    spec.reductions.push_back(static_cast<int64_t>(spec.domain.size()));
    x_index[a] = y_index[b] = next(x[a]);
  }
  mlir::Type element = ElementOf(getX());
  mlir::Type accumulator = AccumulatorOf(element);
  spec.result = TensorOf(ShapeOf(getResult()), accumulator);
  spec.inputs = {AsElement(builder, getLoc(), getX(), accumulator), getY()};
  spec.input_index = {x_index, y_index};
  spec.combiner = spec.reductions.empty() ? "none" : "add";
  auto body = ProductBody(accumulator, element, accumulator);
  spec.body = body;
  return SmallVector<Value>{
      AsElement(builder, getLoc(), Compute(builder, getLoc(), spec), element)};
}

KERATIN_INFER(ConvolutionOp) {
  Adaptor op(operands, attributes, properties, regions);
  const size_t rank = ShapeOf(op.getX()).size();
  if (rank < 2 || ShapeOf(op.getKernel()).size() != rank) {
    return mlir::emitOptionalError(location, "needs x and kernel of one rank,",
                                   " at least 2, and has ", op.getX().getType(),
                                   " and ", op.getKernel().getType());
  }
  KERATIN_CHECK(CheckSameElement(location, op.getX(), op.getKernel()));
  const size_t spatial = rank - 2;
  KERATIN_CHECK(CheckNumbers(location, "strides", spatial, op.getStrides(), 1));
  KERATIN_CHECK(
      CheckNumbers(location, "lhs_dilation", spatial, op.getLhsDilation(), 1));
  KERATIN_CHECK(
      CheckNumbers(location, "rhs_dilation", spatial, op.getRhsDilation(), 1));
  KERATIN_CHECK(CheckCount(location, "low", spatial, op.getLow().size()));
  KERATIN_CHECK(CheckCount(location, "high", spatial, op.getHigh().size()));
  for (llvm::ArrayRef<int64_t> layout :
       {op.getInputLayout(), op.getKernelLayout(), op.getOutputLayout()}) {
    KERATIN_CHECK(CheckCount(location, "layout", rank, layout.size()));
    KERATIN_CHECK(CheckAxes(location, static_cast<int64_t>(rank), layout));
  }
  if (op.getFeatureGroups() < 1 ||
      !ShapeOf(op.getKernel())[op.getKernelLayout()[1]].DivideExactly(
          op.getFeatureGroups())) {
    return mlir::emitOptionalError(location, "cannot divide its filters into ",
                                   op.getFeatureGroups(), " groups");
  }
  SmallVector<Dim> x = ShapeOf(op.getX()), kernel = ShapeOf(op.getKernel());
  SmallVector<Dim> shape(x.size());
  SmallVector<Dim, 6> low = op.getLow().getDims(),
                      high = op.getHigh().getDims();
  llvm::ArrayRef<int64_t> input = op.getInputLayout(),
                          weights = op.getKernelLayout(),
                          output = op.getOutputLayout();
  const Dim features = x[input[1]], per_group = kernel[weights[0]];
  if (!(features == per_group * Dim(op.getFeatureGroups()))) {
    return mlir::emitOptionalError(location, "has ", features.ToString(),
                                   " input channels, and a kernel for ",
                                   op.getFeatureGroups(), " groups of ",
                                   per_group.ToString());
  }
  shape[output[0]] = x[input[0]];
  shape[output[1]] = kernel[weights[1]];
  for (size_t k = 0; k + 2 < x.size(); ++k) {
    Dim extent = x[input[2 + k]];
    if (op.getLhsDilation()[k] != 1)
      extent = (extent - 1) * Dim(op.getLhsDilation()[k]) + 1;
    const Dim window = kernel[weights[2 + k]];
    if (!window.IsConstant())
      return mlir::emitOptionalError(location, "has a kernel of unknown size");
    shape[output[2 + k]] =
        WindowCount(extent + low[k] + high[k], *window.AsConstant(),
                    op.getStrides()[k], op.getRhsDilation()[k]);
  }
  return Infer(location, types, shape, ElementOf(op.getX()));
}
// A convolution whose input has s - 1 zeros between its elements, without them.
// A result whose first tap on an element is e, e < s, is at s r + low - e, and
// sums every s-th tap from e on over the elements from r on:
//
//   y[s r + low - e] = sum_t kernel[e + s t] x[r + t]
//
// So r, e and t are loops of one product, of x with the kernel as [t, s-1-e],
// and r and e together are an axis of which the result is a slice. Null where
// the input is not dilated, or strides, groups or a dilated kernel come in.
Value ConvolveInPhases(OpBuilder& builder, ConvolutionOp op) {
  auto is_one = [](int64_t number) { return number == 1; };
  SmallVector<Dim, 6> low = op.getLow().getDims();
  if (llvm::all_of(op.getLhsDilation(), is_one) ||
      !llvm::all_of(op.getStrides(), is_one) ||
      !llvm::all_of(op.getRhsDilation(), is_one) ||
      op.getFeatureGroups() != 1 ||
      !llvm::all_of(low, [](const Dim& dim) { return dim.IsConstant(); }))
    return nullptr;
  Location loc = op.getLoc();
  mlir::MLIRContext* context = op.getContext();
  mlir::Type element = ElementOf(op.getX());
  mlir::Type accumulator = AccumulatorOf(element);
  SmallVector<Dim> x_shape = ShapeOf(op.getX()),
                   kernel_shape = ShapeOf(op.getKernel()),
                   result = ShapeOf(op.getResult());
  llvm::ArrayRef<int64_t> input = op.getInputLayout(),
                          weights = op.getKernelLayout(),
                          output = op.getOutputLayout(),
                          phases = op.getLhsDilation();
  const size_t rank = result.size(), spatial = rank - 2;

  // Of each spatial axis: the taps t, the elements r, and where results start.
  SmallVector<Dim> taps, rows;
  SmallVector<Dim> pad_low(rank, Dim(0)), pad_high(rank, Dim(0)),
      kernel_high(rank, Dim(0)), start(rank, Dim(0));
  for (size_t k = 0; k < spatial; ++k) {
    const int64_t s = phases[k];
    const Dim& extent = result[output[2 + k]];
    const Dim shift = Dim(s - 1) - low[k];  // of the first result
    const Dim first = shift.FloorDiv(s);
    taps.push_back(kernel_shape[weights[2 + k]].CeilDiv(s));
    rows.push_back((shift.Mod(s) + extent).CeilDiv(s));
    start[output[2 + k]] = shift.Mod(s);
    pad_low[input[2 + k]] = Dim(0) - first;
    pad_high[input[2 + k]] =
        first + rows[k] + taps[k] - 1 - x_shape[input[2 + k]];
    kernel_high[weights[2 + k]] =
        taps[k] * Dim(s) - kernel_shape[weights[2 + k]];
  }
  const SmallVector<Dim> none(rank, Dim(0));
  const SmallVector<int64_t> dense(rank, 0);
  Value x = Padded(builder, loc,
                   AsElement(builder, loc, op.getX(), accumulator), pad_low,
                   pad_high, dense, builder.getZeroAttr(ScalarOf(accumulator)));

  // The kernel's spatial axes as t, then s - 1 - e.
  Value kernel = Padded(builder, loc, op.getKernel(), none, kernel_high, dense,
                        builder.getZeroAttr(ScalarOf(element)));
  SmallVector<Dim> split_kernel;
  SmallVector<int64_t> place(rank), reversed;  // of the kernel's axes
  for (size_t axis = 0; axis < rank; ++axis) {
    place[axis] = static_cast<int64_t>(split_kernel.size());
    const auto* it = llvm::find(weights.drop_front(2), axis);
    if (it == weights.end()) {
      split_kernel.push_back(kernel_shape[axis]);
      continue;
    }
    const size_t k = it - weights.begin() - 2;
    split_kernel.push_back(taps[k]);
    if (phases[k] == 1) continue;
    reversed.push_back(static_cast<int64_t>(split_kernel.size()));
    split_kernel.push_back(Dim(phases[k]));
  }
  kernel = ReshapeOp::create(builder, loc, kernel,
                             DimsAttr::get(context, split_kernel));
  kernel = ReverseOp::create(builder, loc, kernel, reversed);

  // Domain: the result's axes in order, each spatial one as r and s - 1 - e,
  // then taps, then input channels.
  ComputeSpec spec;
  SmallVector<AffineExpr> x_index(rank), kernel_index(split_kernel.size());
  auto add_loop = [&](const Dim& extent) {
    spec.domain.push_back(extent);
    return mlir::getAffineDimExpr(spec.domain.size() - 1, context);
  };
  SmallVector<AffineExpr> row(spatial);
  SmallVector<Dim> merged = result;
  for (size_t axis = 0; axis < rank; ++axis) {
    const auto* it = llvm::find(output.drop_front(2), axis);
    if (it == output.end()) {
      AffineExpr at = add_loop(result[axis]);
      const bool is_batch = static_cast<int64_t>(axis) == output[0];
      (is_batch ? x_index[input[0]] : kernel_index[place[weights[1]]]) = at;
      continue;
    }
    const size_t k = it - output.begin() - 2;
    row[k] = add_loop(rows[k]);
    merged[axis] = rows[k] * Dim(phases[k]);
    if (phases[k] != 1)
      kernel_index[place[weights[2 + k]] + 1] = add_loop(Dim(phases[k]));
  }
  spec.result = TensorOf(spec.domain, accumulator);
  auto add_reduction = [&](const Dim& extent) {
    spec.reductions.push_back(static_cast<int64_t>(spec.domain.size()));
    return add_loop(extent);
  };
  for (size_t k = 0; k < spatial; ++k) {
    AffineExpr tap = add_reduction(taps[k]);
    x_index[input[2 + k]] = row[k] + tap;
    kernel_index[place[weights[2 + k]]] = tap;
  }
  AffineExpr channel = add_reduction(kernel_shape[weights[0]]);
  x_index[input[1]] = channel;
  kernel_index[place[weights[0]]] = channel;
  spec.inputs = {x, kernel};
  spec.input_index = {x_index, kernel_index};
  spec.combiner = "add";
  auto body = ProductBody(accumulator, element, accumulator);
  spec.body = body;
  Value product = AsElement(builder, loc, Compute(builder, loc, spec), element);
  product =
      ReshapeOp::create(builder, loc, product, DimsAttr::get(context, merged));
  SmallVector<Dim> limit = start;
  for (size_t axis = 0; axis < rank; ++axis)
    limit[axis] = start[axis] + result[axis];
  return SliceOp::create(builder, loc, product, DimsAttr::get(context, start),
                         DimsAttr::get(context, limit),
                         SmallVector<int64_t>(rank, 1));
}

Lowered ConvolutionOp::lower(OpBuilder& builder) {
  if (Value value = ConvolveInPhases(builder, *this))
    return SmallVector<Value>{value};
  Location loc = getLoc();
  SmallVector<Dim> kernel_shape = ShapeOf(getKernel()),
                   result = ShapeOf(getResult());
  llvm::ArrayRef<int64_t> input = getInputLayout(), weights = getKernelLayout(),
                          output = getOutputLayout();
  const size_t spatial = result.size() - 2;
  mlir::Type element = ElementOf(getX());
  mlir::Type accumulator = AccumulatorOf(element);

  SmallVector<Dim, 6> low = getLow().getDims(), high = getHigh().getDims();
  SmallVector<Dim> pad_low(result.size(), Dim(0)),
      pad_high(result.size(), Dim(0));
  SmallVector<int64_t> interior(result.size(), 0);
  for (size_t k = 0; k < spatial; ++k) {
    pad_low[input[2 + k]] = low[k];
    pad_high[input[2 + k]] = high[k];
    interior[input[2 + k]] = getLhsDilation()[k] - 1;
  }
  Value x = Padded(builder, loc, AsElement(builder, loc, getX(), accumulator),
                   pad_low, pad_high, interior,
                   builder.getZeroAttr(ScalarOf(accumulator)));
  Value kernel = getKernel();
  SmallVector<Dim> x_shape = ShapeOf(x);
  const int64_t groups = getFeatureGroups();
  const Dim in_per_group = kernel_shape[weights[0]];
  const Dim out_per_group = *kernel_shape[weights[1]].DivideExactly(groups);

  // Groups are an axis of their own, in front of the channels of a group: views
  // of both operands and the result. Not so where each group makes one channel
  // of one: then a channel is its own group.
  const bool depthwise =
      in_per_group.IsConstant(1) && out_per_group.IsConstant(1);
  const bool has_group_axis = groups != 1 && !depthwise;
  auto grouped = [&](Value value, int64_t axis, const Dim& each) {
    if (!has_group_axis) return value;
    SmallVector<Dim> shape = ShapeOf(value);
    shape[axis] = each;
    shape.insert(shape.begin() + axis, Dim(groups));
    return Value(ReshapeOp::create(builder, loc, value,
                                   DimsAttr::get(getContext(), shape)));
  };
  x = grouped(x, input[1], in_per_group);
  kernel = grouped(kernel, weights[1], out_per_group);
  SmallVector<Dim> compute_shape(result);
  if (has_group_axis) {
    compute_shape[output[1]] = out_per_group;
    compute_shape.insert(compute_shape.begin() + output[1], Dim(groups));
  }

  // Domain: the result's axes in order, then windows, then input channels of a
  // group.
  ComputeSpec spec;
  spec.domain.assign(compute_shape.begin(), compute_shape.end());
  auto shifted = [&](int64_t axis, int64_t feature) {
    return has_group_axis && axis >= feature ? axis + 1 : axis;
  };
  auto result_dim = [&](int64_t axis) {
    return mlir::getAffineDimExpr(shifted(axis, output[1]), getContext());
  };
  AffineExpr group = mlir::getAffineDimExpr(output[1], getContext());
  SmallVector<AffineExpr> x_index(ShapeOf(x).size()),
      kernel_index(ShapeOf(kernel).size());
  x_index[shifted(input[0], input[1])] = result_dim(output[0]);
  for (size_t k = 0; k < spatial; ++k) {
    const int64_t window_axis = weights[2 + k];
    AffineExpr at = result_dim(output[2 + k]) * getStrides()[k];
    spec.reductions.push_back(static_cast<int64_t>(spec.domain.size()));
    AffineExpr tap = mlir::getAffineDimExpr(spec.domain.size(), getContext());
    spec.domain.push_back(kernel_shape[window_axis]);
    x_index[shifted(input[2 + k], input[1])] = at + tap * getRhsDilation()[k];
    kernel_index[shifted(window_axis, weights[1])] = tap;
  }
  AffineExpr channel;
  if (depthwise) {
    channel = group;
  } else if (in_per_group.IsConstant(1)) {
    channel = mlir::getAffineConstantExpr(0, getContext());
  } else {
    spec.reductions.push_back(static_cast<int64_t>(spec.domain.size()));
    channel = mlir::getAffineDimExpr(spec.domain.size(), getContext());
    spec.domain.push_back(in_per_group);
  }
  x_index[shifted(input[1], input[1])] = channel;
  kernel_index[shifted(weights[0], weights[1])] =
      depthwise ? mlir::getAffineConstantExpr(0, getContext()) : channel;
  kernel_index[shifted(weights[1], weights[1])] = result_dim(output[1]);
  if (has_group_axis) {
    x_index[input[1]] = group;
    kernel_index[weights[1]] = group;
  }
  spec.result = TensorOf(compute_shape, accumulator);
  spec.inputs = {x, kernel};
  spec.input_index = {x_index, kernel_index};
  spec.combiner = "add";
  auto body = ProductBody(accumulator, element, accumulator);
  spec.body = body;
  Value product = Compute(builder, loc, spec);
  if (has_group_axis)
    product = ReshapeOp::create(builder, loc, product,
                                DimsAttr::get(getContext(), result));
  return SmallVector<Value>{AsElement(builder, loc, product, element)};
}

KERATIN_INFER(RandomBitsOp) {
  Adaptor op(operands, attributes, properties, regions);
  KERATIN_CHECK(CheckKey(location, op.getKey()));
  return Infer(
      location, types, op.getShape().getDims(),
      mlir::IntegerType::get(context, 32, mlir::IntegerType::Unsigned));
}
Lowered RandomBitsOp::lower(OpBuilder& builder) {
  ComputeSpec spec;
  spec.domain = ShapeOf(getResult());
  spec.result = mlir::cast<RankedTensorType>(getResult().getType());
  spec.inputs = {getKey(), getKey()};
  spec.input_index = {{mlir::getAffineConstantExpr(0, getContext())},
                      {mlir::getAffineConstantExpr(1, getContext())}};
  mlir::Type u32 = builder.getIntegerType(32, false);
  auto body = [&](OpBuilder& b, Location loc, ValueRange arguments) {
    Value linear = arith::ConstantIndexOp::create(b, loc, 0);
    for (size_t axis = 0; axis < spec.domain.size(); ++axis) {
      linear = arith::AddIOp::create(
          b, loc,
          arith::MulIOp::create(b, loc, linear,
                                DimValue(b, loc, spec.domain[axis])),
          IndexAt(b, loc, axis));
    }
    mlir::Type i64 = b.getI64Type(), i32 = b.getI32Type();
    Value number = arith::IndexCastOp::create(b, loc, i64, linear);
    Value high = arith::ShRUIOp::create(
        b, loc, number,
        arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(32)));
    Scalar key0(b, loc, arguments[0], u32), key1(b, loc, arguments[1], u32);
    auto [bits0, bits1] = Threefry(
        key0, key1, key0.With(arith::TruncIOp::create(b, loc, i32, high)),
        key0.With(arith::TruncIOp::create(b, loc, i32, number)));
    return (bits0 ^ bits1).value();
  };
  spec.body = body;
  return SmallVector<Value>{Compute(builder, getLoc(), spec)};
}

KERATIN_INFER(ThreefryOp) {
  Adaptor op(operands, attributes, properties, regions);
  const mlir::Type word =
      mlir::IntegerType::get(context, 32, mlir::IntegerType::Unsigned);
  SmallVector<Dim> shape = ShapeOf(op.getKey());
  if (shape.empty() || shape.back() != Dim(2) ||
      ElementOf(op.getKey()) != word) {
    return mlir::emitOptionalError(location, "has ", op.getKey().getType(),
                                   " where keys tensor<..x2xui32> are needed");
  }
  shape.insert(shape.end() - 1, Dim(static_cast<int64_t>(op.getCount())));
  return Infer(location, types, shape, word);
}
Lowered ThreefryOp::lower(OpBuilder& builder) {
  ComputeSpec spec;
  spec.domain = ShapeOf(getResult());
  spec.result = mlir::cast<RankedTensorType>(getResult().getType());
  spec.inputs = {getKey(), getKey()};
  // Before the number of the new key and its word: which key is split.
  const size_t axes = spec.domain.size() - 2;
  for (int64_t word : {0, 1}) {
    SmallVector<AffineExpr> index = Identity(axes, getContext());
    index.push_back(mlir::getAffineConstantExpr(word, getContext()));
    spec.input_index.push_back(index);
  }
  mlir::Type u32 = builder.getIntegerType(32, false);
  auto body = [&](OpBuilder& b, Location loc, ValueRange arguments) {
    Scalar key0(b, loc, arguments[0], u32), key1(b, loc, arguments[1], u32);
    Value row = arith::IndexCastOp::create(b, loc, b.getI32Type(),
                                           IndexAt(b, loc, axes));
    auto [bits0, bits1] = Threefry(key0, key1, key0.Like(0), key0.With(row));
    Value first = arith::CmpIOp::create(
        b, loc, arith::CmpIPredicate::eq, IndexAt(b, loc, axes + 1),
        arith::ConstantIndexOp::create(b, loc, 0));
    return Value(
        arith::SelectOp::create(b, loc, first, bits0.value(), bits1.value()));
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
// 20 rounds of an addition, a rotation (three operations), an exclusive or,
// and the additions of keys.
KERATIN_FLOPS(RandomBitsOp, ElementsOf(getType()) * Dim(120))
KERATIN_FLOPS(ThreefryOp, ElementsOf(getType()) * Dim(120))

template <typename Op>
Dim WindowFlops(Op op) {
  Dim flops = ElementsOf(op.getType());
  for (int64_t size : op.getWindow()) flops = flops * Dim(size);
  return flops;
}
KERATIN_FLOPS(ReduceWindowSumOp, WindowFlops(*this))
KERATIN_FLOPS(ReduceWindowMaxOp, WindowFlops(*this))

Dim DotGeneralOp::getFlops() {
  Dim flops = ElementsOf(getType()) * Dim(2);
  for (int64_t axis : getXContract()) flops = flops * ShapeOf(getX())[axis];
  return flops;
}
Dim ConvolutionOp::getFlops() {
  // Every weight of a filter, for each element of the result.
  SmallVector<Dim> kernel = ShapeOf(getKernel());
  Dim flops = ElementsOf(getType()) * Dim(2);
  for (auto [k, axis] : llvm::enumerate(getKernelLayout())) {
    if (k != 1) flops = flops * kernel[axis];
  }
  return flops;
}

}  // namespace keratin::ir

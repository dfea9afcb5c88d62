// Matrix products and convolutions: inference and lowering.
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

using Lowered = mlir::FailureOr<SmallVector<Value>>;

// The body of a product: both factors in the accumulator's type.
auto ProductBody(mlir::Type x, mlir::Type y, mlir::Type accumulator) {
  return [=](OpBuilder& b, Location loc, ValueRange arguments) {
    return (Convert(Scalar(b, loc, arguments[0], x), accumulator) *
            Convert(Scalar(b, loc, arguments[1], y), accumulator))
        .value();
  };
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
  spec.combiner = CombinerFor("add", element);
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

}  // namespace

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
  spec.combiner =
      spec.reductions.empty() ? "none" : CombinerFor("add", element);
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
  spec.combiner = CombinerFor("add", element);
  auto body = ProductBody(accumulator, element, accumulator);
  spec.body = body;
  Value product = Compute(builder, loc, spec);
  if (has_group_axis)
    product = ReshapeOp::create(builder, loc, product,
                                DimsAttr::get(getContext(), result));
  return SmallVector<Value>{AsElement(builder, loc, product, element)};
}

// Every factor of a sum is one multiplication and one addition.
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

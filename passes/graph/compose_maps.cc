#include "passes/graph/compose_maps.h"

#include <optional>

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"

namespace keratin {
namespace {

using llvm::SmallVector;
using mlir::AffineExpr;
using mlir::Value;
namespace arith = mlir::arith;

// Sinking a place-independent value costs each reader at most this many scalar
// operations.
constexpr int kLargestSplatBody = 8;

// The input whose element a compute passes on, or -1.
int MovedInput(ir::ComputeOp op) {
  if (!op.getReductions().empty() || op->getNumResults() != 1) return -1;
  auto argument = mlir::dyn_cast<mlir::BlockArgument>(
      op.getBody().front().getTerminator()->getOperand(0));
  if (!argument || argument.getArgNumber() >= op.getInputs().size()) return -1;
  return static_cast<int>(argument.getArgNumber());
}

// Whether the body depends on nothing but sizes.
bool IsSplat(ir::ComputeOp op) {
  if (!op.getInputs().empty() || !op.getCaptures().empty() ||
      !op.getReductions().empty() || op->getNumResults() != 1)
    return false;
  int cost = 0;
  for (mlir::Operation& inner : op.getBody().front().without_terminator()) {
    if (mlir::isa<ir::IndexOp>(inner)) return false;
    if (!mlir::isa<arith::ConstantOp, ir::DimOp>(inner)) ++cost;
  }
  return cost <= kLargestSplatBody;
}

// The place in the domain of `producer` at which it makes the element of its
// result at `index`.
template <typename T>
SmallVector<T> PlaceOf(ir::ComputeOp producer, llvm::ArrayRef<T> index) {
  SmallVector<T> place(producer.getExtents().size());
  for (auto [axis, expr] :
       llvm::enumerate(producer.getResultMap(0).getResults())) {
    place[mlir::cast<mlir::AffineDimExpr>(expr).getPosition()] = index[axis];
  }
  return place;
}

// For a reshape that adds and drops axes of size 1 alone: for each axis of the
// operand the axis of the result, -1 for one of size 1.
std::optional<SmallVector<int>> UnitReshapeAxes(ir::ReshapeOp op) {
  SmallVector<Dim, 6> from = ir::DimsOf(op.getX().getType()),
                      to = ir::DimsOf(op.getType());
  SmallVector<int> axes(from.size(), -1);
  size_t next = 0;
  for (size_t axis = 0; axis < from.size(); ++axis) {
    if (from[axis].IsConstant(1)) continue;
    while (next < to.size() && to[next].IsConstant(1)) ++next;
    if (next == to.size() || !(to[next] == from[axis])) return std::nullopt;
    axes[axis] = static_cast<int>(next++);
  }
  while (next < to.size() && to[next].IsConstant(1)) ++next;
  if (next != to.size()) return std::nullopt;
  return axes;
}

Value EmitIndex(mlir::OpBuilder& builder, mlir::Location loc, AffineExpr expr,
                llvm::ArrayRef<Value> dims) {
  if (auto dim = mlir::dyn_cast<mlir::AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto constant = mlir::dyn_cast<mlir::AffineConstantExpr>(expr)) {
    return arith::ConstantIndexOp::create(builder, loc, constant.getValue());
  }
  auto binary = mlir::cast<mlir::AffineBinaryOpExpr>(expr);
  Value left = EmitIndex(builder, loc, binary.getLHS(), dims),
        right = EmitIndex(builder, loc, binary.getRHS(), dims);
  if (expr.getKind() == mlir::AffineExprKind::Add)
    return arith::AddIOp::create(builder, loc, left, right);
  return arith::MulIOp::create(builder, loc, left, right);
}

// Copies the body of a splat before `before`; its value.
Value CopySplat(ir::ComputeOp splat, mlir::OpBuilder& builder) {
  mlir::IRMapping mapping;
  for (mlir::Operation& inner : splat.getBody().front().without_terminator())
    builder.clone(inner, mapping);
  return mapping.lookup(splat.getBody().front().getTerminator()->getOperand(0));
}

// The scalar that a constant is everywhere.
mlir::TypedAttr SplatOf(ir::ConstantOp op) {
  auto elements = mlir::dyn_cast<mlir::DenseElementsAttr>(op.getValue());
  if (!elements || !elements.isSplat()) return {};
  mlir::Type scalar = ir::ScalarOf(op.getType());
  if (auto integer = mlir::dyn_cast<mlir::IntegerAttr>(
          elements.getSplatValue<mlir::Attribute>())) {
    return mlir::IntegerAttr::get(scalar, integer.getValue());
  }
  return mlir::dyn_cast<mlir::TypedAttr>(
      elements.getSplatValue<mlir::Attribute>());
}

// The value of a place-independent tensor, made in a body.
Value EmitSplat(Value tensor, mlir::OpBuilder& builder, mlir::Location loc) {
  mlir::Operation* producer = tensor.getDefiningOp();
  if (auto compute = mlir::dyn_cast_or_null<ir::ComputeOp>(producer))
    return IsSplat(compute) ? CopySplat(compute, builder) : Value();
  if (auto constant = mlir::dyn_cast_or_null<ir::ConstantOp>(producer)) {
    if (mlir::TypedAttr value = SplatOf(constant))
      return arith::ConstantOp::create(builder, loc, value);
  }
  return {};
}

// One step towards the origin of an input: the operand read instead and the
// exprs at which. False at the origin.
bool StepToOrigin(Value& operand, SmallVector<AffineExpr>& index) {
  mlir::Operation* producer = operand.getDefiningOp();
  if (auto move = mlir::dyn_cast_or_null<ir::ComputeOp>(producer)) {
    const int moved = MovedInput(move);
    if (moved < 0) return false;
    SmallVector<AffineExpr> place = PlaceOf<AffineExpr>(move, index);
    index.clear();
    for (AffineExpr expr : move.getMap(moved).getResults())
      index.push_back(expr.replaceDims(place));
    operand = move.getInputs()[moved];
    return true;
  }
  if (auto reshape = mlir::dyn_cast_or_null<ir::ReshapeOp>(producer)) {
    std::optional<SmallVector<int>> axes = UnitReshapeAxes(reshape);
    if (!axes) return false;
    SmallVector<AffineExpr> inner;
    for (int axis : *axes)
      inner.push_back(axis < 0
                          ? mlir::getAffineConstantExpr(0, operand.getContext())
                          : index[axis]);
    index = std::move(inner);
    operand = reshape.getX();
    return true;
  }
  return false;
}

// Likewise for an element of a captured tensor at values known in the body.
bool StepToOrigin(Value& operand, SmallVector<Value>& index,
                  mlir::OpBuilder& builder, mlir::Location loc) {
  SmallVector<AffineExpr> exprs;
  for (size_t axis = 0; axis < index.size(); ++axis)
    exprs.push_back(mlir::getAffineDimExpr(axis, builder.getContext()));
  if (!StepToOrigin(operand, exprs)) return false;
  SmallVector<Value> inner;
  for (AffineExpr expr : exprs)
    inner.push_back(EmitIndex(
        builder, loc, mlir::simplifyAffineExpr(expr, index.size(), 0), index));
  index = std::move(inner);
  return true;
}

bool HasOrigin(Value operand) {
  mlir::Operation* producer = operand.getDefiningOp();
  if (auto compute = mlir::dyn_cast_or_null<ir::ComputeOp>(producer))
    return MovedInput(compute) >= 0 || IsSplat(compute);
  if (auto reshape = mlir::dyn_cast_or_null<ir::ReshapeOp>(producer))
    return UnitReshapeAxes(reshape).has_value();
  auto constant = mlir::dyn_cast_or_null<ir::ConstantOp>(producer);
  return constant && SplatOf(constant);
}

}  // namespace

ir::ComputeOp ReadOrigins(ir::ComputeOp op) {
  mlir::Block& block = op.getBody().front();
  const unsigned rank = op.getExtents().size();
  const unsigned old_inputs = op.getInputs().size();
  bool changed = llvm::any_of(op.getInputs(), HasOrigin) ||
                 llvm::any_of(op.getCaptures(), HasOrigin);
  for (mlir::BlockArgument argument : block.getArguments())
    changed |= argument.use_empty();
  // The same tensor read twice by one map is read once.
  for (unsigned a = 0; a < old_inputs; ++a) {
    for (unsigned b = 0; b < a; ++b)
      changed |= op.getInputs()[a] == op.getInputs()[b] &&
                 op.getMap(a) == op.getMap(b);
  }
  if (!changed) return {};

  SmallVector<Value> inputs, captures;
  SmallVector<mlir::AffineMap> maps;
  // The body's value for each old input, where it is no argument.
  SmallVector<Value> scalars(old_inputs);
  SmallVector<unsigned> position(old_inputs);
  mlir::OpBuilder inside(op.getContext());
  inside.setInsertionPointToStart(&block);
  for (unsigned number = 0; number < old_inputs; ++number) {
    if (block.getArgument(number).use_empty()) continue;
    Value operand = op.getInputs()[number];
    SmallVector<AffineExpr> index(op.getMap(number).getResults());
    while (StepToOrigin(operand, index)) {
    }
    if (Value value = EmitSplat(operand, inside, op.getLoc())) {
      scalars[number] = value;
      continue;
    }
    mlir::AffineMap map = mlir::simplifyAffineMap(
        mlir::AffineMap::get(rank, 0, index, op.getContext()));
    position[number] = inputs.size();
    for (unsigned earlier = 0; earlier < inputs.size(); ++earlier) {
      if (inputs[earlier] == operand && maps[earlier] == map)
        position[number] = earlier;
    }
    if (position[number] < inputs.size()) continue;
    inputs.push_back(operand);
    maps.push_back(map);
  }

  // Reads of captured tensors.
  SmallVector<std::pair<ir::ExtractOp, Value>> reads;
  for (unsigned number = 0; number < op.getCaptures().size(); ++number) {
    for (mlir::Operation* user : llvm::make_early_inc_range(
             block.getArgument(old_inputs + number).getUsers())) {
      auto extract = mlir::cast<ir::ExtractOp>(user);
      mlir::OpBuilder builder(extract);
      Value operand = op.getCaptures()[number];
      SmallVector<Value> index(extract.getIndices());
      while (StepToOrigin(operand, index, builder, extract.getLoc())) {
      }
      if (Value value = EmitSplat(operand, builder, extract.getLoc())) {
        extract.replaceAllUsesWith(value);
        extract.erase();
        continue;
      }
      extract.getIndicesMutable().assign(index);
      reads.push_back({extract, operand});
      if (!llvm::is_contained(captures, operand)) captures.push_back(operand);
    }
  }

  for (unsigned result = 0; result < op->getNumResults(); ++result)
    maps.push_back(op.getResultMap(result));
  SmallVector<llvm::StringRef> combiners;
  for (unsigned result = 0; result < op->getNumResults(); ++result)
    combiners.push_back(op.getCombiner(result));
  SmallVector<Dim, 6> domain = op.getExtents();
  mlir::OpBuilder builder(op);
  auto replacement = ir::ComputeOp::create(
      builder, op.getLoc(), op->getResultTypes(), inputs, captures, domain,
      op.getReductions(), maps, combiners,
      [&](mlir::OpBuilder& b, mlir::Location loc, mlir::ValueRange arguments) {
        mlir::IRMapping mapping;
        for (unsigned number = 0; number < old_inputs; ++number) {
          if (!scalars[number] && !block.getArgument(number).use_empty())
            mapping.map(block.getArgument(number), arguments[position[number]]);
        }
        // Extracts name their tensor themselves; splats replace arguments.
        for (unsigned number = 0; number < old_inputs; ++number) {
          if (scalars[number])
            block.getArgument(number).replaceAllUsesWith(scalars[number]);
        }
        llvm::DenseMap<mlir::Operation*, unsigned> source;
        for (auto& [extract, operand] : reads) {
          source[extract] = inputs.size() +
                            (llvm::find(captures, operand) - captures.begin());
        }
        for (mlir::Operation& inner : block.without_terminator()) {
          auto extract = mlir::dyn_cast<ir::ExtractOp>(inner);
          if (!extract) {
            b.clone(inner, mapping);
            continue;
          }
          SmallVector<Value> indices;
          for (Value index : extract.getIndices())
            indices.push_back(mapping.lookupOrDefault(index));
          Value copy =
              ir::ExtractOp::create(b, extract.getLoc(), extract.getType(),
                                    arguments[source[extract]], indices);
          mapping.map(extract.getResult(), copy);
        }
        SmallVector<Value> yielded;
        for (Value value : block.getTerminator()->getOperands())
          yielded.push_back(mapping.lookupOrDefault(value));
        return yielded;
      });
  for (mlir::NamedAttribute attribute : op->getDiscardableAttrs())
    replacement->setDiscardableAttr(attribute.getName(), attribute.getValue());
  op->replaceAllUsesWith(replacement);
  op.erase();
  return replacement;
}

bool ReplaceByView(ir::ComputeOp op) {
  const int moved = MovedInput(op);
  if (moved < 0) return false;
  // The axes of input and result, without those of size 1, must pair up in
  // order.
  Value input = op.getInputs()[moved];
  SmallVector<Dim, 6> from = ir::DimsOf(input.getType()),
                      to = ir::DimsOf(op->getResult(0).getType());
  SmallVector<unsigned> read, written;
  for (auto [axis, expr] : llvm::enumerate(op.getMap(moved).getResults())) {
    if (from[axis].IsConstant(1)) continue;
    auto dim = mlir::dyn_cast<mlir::AffineDimExpr>(expr);
    if (!dim || !(op.getExtents()[dim.getPosition()] == from[axis]))
      return false;
    read.push_back(dim.getPosition());
  }
  for (auto [axis, expr] : llvm::enumerate(op.getResultMap(0).getResults())) {
    if (!to[axis].IsConstant(1))
      written.push_back(mlir::cast<mlir::AffineDimExpr>(expr).getPosition());
  }
  if (read != written) return false;
  Value view = input;
  if (input.getType() != op->getResult(0).getType()) {
    mlir::OpBuilder builder(op);
    view = ir::ReshapeOp::create(builder, op.getLoc(), input,
                                 ir::DimsAttr::get(op.getContext(), to));
  }
  op->getResult(0).replaceAllUsesWith(view);
  op.erase();
  return true;
}

bool FoldBody(ir::ComputeOp op) {
  bool changed = false;
  mlir::Block& block = op.getBody().front();
  for (mlir::Operation& inner :
       llvm::make_early_inc_range(block.without_terminator())) {
    if (mlir::isa<arith::ConstantOp>(inner)) continue;
    SmallVector<mlir::Attribute> constants;
    for (Value operand : inner.getOperands()) {
      auto constant = operand.getDefiningOp<arith::ConstantOp>();
      constants.push_back(constant ? constant.getValue() : mlir::Attribute());
    }
    SmallVector<mlir::OpFoldResult> folded;
    if (failed(inner.fold(constants, folded)) || folded.empty()) continue;
    Value value = mlir::dyn_cast<Value>(folded[0]);
    if (!value) {
      auto attribute = mlir::dyn_cast<mlir::TypedAttr>(
          mlir::cast<mlir::Attribute>(folded[0]));
      if (!attribute || attribute.getType() != inner.getResult(0).getType())
        continue;
      mlir::OpBuilder builder(&inner);
      value = arith::ConstantOp::create(builder, inner.getLoc(), attribute);
    }
    inner.getResult(0).replaceAllUsesWith(value);
    inner.erase();
    changed = true;
  }
  SmallVector<mlir::Operation*> ops;
  for (mlir::Operation& inner : block.without_terminator())
    ops.push_back(&inner);
  for (mlir::Operation* inner : llvm::reverse(ops)) {
    if (!inner->use_empty()) continue;
    inner->erase();
    changed = true;
  }
  return changed;
}

}  // namespace keratin

#include "passes/codegen/body_evaluator.h"

#include <cstdlib>
#include <limits>

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "passes/codegen/lanes.h"

namespace keratin {
namespace {

using llvm::SmallVector;
using mlir::Location;
using mlir::Type;
using mlir::Value;
namespace arith = mlir::arith;
namespace vector = mlir::vector;

constexpr int64_t kMost32 = std::numeric_limits<int32_t>::max();

mlir::VectorType VectorOf(int lanes, Type element) {
  return mlir::VectorType::get({lanes}, element);
}

}  // namespace

BodyEvaluator::BodyEvaluator(mlir::OpBuilder& builder, const Stage& stage,
                             const Schedule& schedule, KernelScope& scope)
    : builder_(builder), stage_(stage), schedule_(schedule), scope_(scope) {
  for (int loop = 0; loop < stage.NumLoops(); ++loop) {
    if (!stage.loops[loop].reduction && loop != schedule.lane &&
        loop != schedule.row)
      nest_.push_back(loop);
  }
  if (schedule.lane >= 0 && !schedule.horizontal)
    nest_.push_back(schedule.lane);
  if (schedule.row >= 0) nest_.push_back(schedule.row);
  llvm::append_range(nest_, schedule.reductions);
  if (schedule.horizontal) nest_.push_back(schedule.lane);
}

void BodyEvaluator::BeginTile(const TilePlace* place, int last_vector,
                              Value tail) {
  place_ = place;
  last_vector_ = last_vector;
  tail_ = tail;
  memo_.clear();
  first_.clear();
  accumulators_ = {};
}

void BodyEvaluator::SetAccumulators(
    llvm::ArrayRef<SmallVector<LaneValue>> accumulators, int vectors) {
  accumulators_ = accumulators;
  accumulator_vectors_ = vectors;
  memo_.clear();
}

Value BodyEvaluator::ToVector(const LaneValue& value, Location loc) {
  if (value.kind == LaneValue::kVector) return value.value;
  mlir::VectorType type = VectorOf(schedule_.lanes, value.value.getType());
  Value result = vector::BroadcastOp::create(builder_, loc, type, value.value);
  if (value.kind == LaneValue::kScalar || value.coefficient == 0) return result;
  Value lane = LaneNumbers(builder_, loc, schedule_.lanes,
                           value.value.getType(), value.coefficient);
  return arith::AddIOp::create(builder_, loc, result, lane);
}

Value BodyEvaluator::AllTrue(Location loc) {
  return arith::ConstantOp::create(
      builder_, loc,
      mlir::DenseElementsAttr::get(
          VectorOf(schedule_.lanes, builder_.getI1Type()), true));
}

Value BodyEvaluator::Address(const Access& access, int row, int vector,
                             Location loc) {
  IndexBuilder& index = scope_.index;
  Value& first = first_[&access];
  if (!first) {
    first = index.Constant(0);
    for (int loop : nest_) {
      Value iteration = place_->iteration[loop];
      if (!iteration) continue;
      Dim stride = access.strides[loop];
      if (access.panel != 0 && access.panel_loop == loop) {
        // Tiles begin at whole panels.
        iteration = index.Divide(loc, iteration, access.panel);
        stride = access.panel_stride;
      }
      first = index.Add(loc, first,
                        index.Mul(loc, iteration, index.Of(loc, stride)));
    }
    first = index.Add(loc, first, index.Of(loc, access.offset));
  }
  Dim within = 0;
  if (schedule_.row >= 0) within += access.strides[schedule_.row] * Dim(row);
  if (schedule_.lane >= 0) {
    within +=
        access.strides[schedule_.lane] * Dim(int64_t{vector} * schedule_.lanes);
  }
  return index.Add(loc, first, index.Of(loc, within));
}

Value BodyEvaluator::FromStorage(Value value, Type element, Location loc) {
  if (!element.isInteger(1)) return value;
  if (auto type = mlir::dyn_cast<mlir::VectorType>(value.getType())) {
    Value zero =
        arith::ConstantOp::create(builder_, loc, builder_.getZeroAttr(type));
    return arith::CmpIOp::create(builder_, loc, arith::CmpIPredicate::ne, value,
                                 zero);
  }
  Value zero = arith::ConstantOp::create(builder_, loc,
                                         builder_.getZeroAttr(value.getType()));
  return arith::CmpIOp::create(builder_, loc, arith::CmpIPredicate::ne, value,
                               zero);
}

// The numbers of elements from the first lane to each, `stride` apart: in 32
// bits where they fit, so that one instruction reaches more lanes.
Value BodyEvaluator::LaneOffsets(const Dim& stride, Location loc) {
  const std::optional<int64_t> step = stride.AsConstant();
  if (step.has_value() && std::abs(*step) <= kMost32 / schedule_.lanes)
    return LaneNumbers(builder_, loc, schedule_.lanes, builder_.getI32Type(),
                       *step);
  Type index = builder_.getIndexType();
  Value lane = LaneNumbers(builder_, loc, schedule_.lanes, index);
  return arith::MulIOp::create(
      builder_, loc, lane,
      vector::BroadcastOp::create(builder_, loc,
                                  VectorOf(schedule_.lanes, index),
                                  scope_.index.Of(loc, stride)));
}

Value BodyEvaluator::Gather(Value buffer, Value address, Value offsets,
                            Value mask, Type element, Location loc) {
  Type storage = StorageType(element);
  mlir::VectorType type = VectorOf(schedule_.lanes, storage);
  Value pass =
      arith::ConstantOp::create(builder_, loc, builder_.getZeroAttr(type));
  Value result = vector::GatherOp::create(builder_, loc, type, buffer,
                                          mlir::ValueRange{address}, offsets,
                                          mask ? mask : AllTrue(loc), pass);
  return FromStorage(result, element, loc);
}

Value BodyEvaluator::Read(Value buffer, Value address, const Dim& stride,
                          Value mask, Type element, Location loc) {
  Type storage = StorageType(element);
  mlir::VectorType type = VectorOf(schedule_.lanes, storage);
  if (stride == Dim(1)) {
    Value result;
    if (mask) {
      Value pass =
          arith::ConstantOp::create(builder_, loc, builder_.getZeroAttr(type));
      result = vector::MaskedLoadOp::create(
          builder_, loc, type, buffer, mlir::ValueRange{address}, mask, pass);
    } else {
      result = vector::LoadOp::create(builder_, loc, type, buffer,
                                      mlir::ValueRange{address});
    }
    return FromStorage(result, element, loc);
  }
  return Gather(buffer, address, LaneOffsets(stride, loc), mask, element, loc);
}

LaneValue BodyEvaluator::Leaf(int leaf, int row, int vector, Location loc) {
  const Access& access = stage_.leaves[leaf];
  const bool lanes = VariesWithLane(access);
  const bool rows = schedule_.row >= 0 && access.UsesLoop(schedule_.row);
  Key key{&access, rows ? row : -1, lanes ? vector : -1};
  if (auto it = memo_.find(key); it != memo_.end()) return it->second;
  Type element = mlir::getElementTypeOrSelf(access.tensor.getType());
  Value buffer = scope_.buffers.lookup(access.tensor);
  Value address = Address(access, row, vector, loc);
  LaneValue result;
  if (lanes) {
    result.kind = LaneValue::kVector;
    const bool packed =
        access.panel != 0 && access.panel_loop == schedule_.lane;
    result.value = Read(buffer, address, access.strides[schedule_.lane],
                        packed ? Value() : TailMask(vector), element, loc);
  } else {
    result.value =
        FromStorage(mlir::memref::LoadOp::create(builder_, loc, buffer,
                                                 mlir::ValueRange{address}),
                    element, loc);
  }
  memo_[key] = result;
  return result;
}

mlir::FailureOr<LaneValue> BodyEvaluator::Evaluate(const Node* node, int result,
                                                   int row, int vector) {
  auto yield =
      mlir::cast<ir::YieldOp>(node->op.getBody().front().getTerminator());
  return BodyValue(node, yield->getOperand(result), row, vector, nullptr);
}

mlir::FailureOr<LaneValue> BodyEvaluator::Index(const Node* node, int dimension,
                                                int row, int vector,
                                                Location loc) {
  const IndexExpr& expr = node->index[dimension];
  IndexBuilder& builder = scope_.index;
  LaneValue result;
  result.value = builder.Constant(0);
  int64_t constant = expr.constant;
  for (int loop : nest_) {
    const int64_t coefficient = expr.coefficients[loop];
    if (coefficient == 0) continue;
    if (Value iteration = place_->iteration[loop]) {
      result.value = builder.Add(
          loc, result.value,
          builder.Mul(loc, iteration, builder.Constant(coefficient)));
    }
    if (loop == schedule_.row) constant += row * coefficient;
    if (loop == schedule_.lane) {
      constant += int64_t{vector} * schedule_.lanes * coefficient;
      result.kind = LaneValue::kLinear;
      result.coefficient = coefficient;
    }
  }
  result.value = builder.Add(loc, result.value, builder.Constant(constant));
  return result;
}

mlir::FailureOr<LaneValue> BodyEvaluator::Extract(const Node* node,
                                                  ir::ExtractOp op, int row,
                                                  int vector,
                                                  const LaneValue* guard) {
  Location loc = op.getLoc();
  // The captured tensor: the block argument stands for the operand after the
  // scalars.
  auto argument = mlir::cast<mlir::BlockArgument>(op.getSource());
  Value tensor =
      node->op
          .getCaptures()[argument.getArgNumber() - node->op.getInputs().size()];
  Value buffer = scope_.buffers.lookup(tensor);
  Type element = mlir::getElementTypeOrSelf(tensor.getType());
  SmallVector<Dim, 6> strides = RowMajorStrides(ir::DimsOf(tensor.getType()));

  Value address = scope_.index.Constant(0);
  Dim lane_stride = 0;
  SmallVector<std::pair<Value, Value>> varying;  // index vector, stride
  for (auto [axis, index] : llvm::enumerate(op.getIndices())) {
    auto value = BodyValue(node, index, row, vector, nullptr);
    if (failed(value)) return mlir::failure();
    Value stride = scope_.index.Of(loc, strides[axis]);
    if (value->kind == LaneValue::kVector) {
      varying.push_back({value->value, stride});
      continue;
    }
    if (value->kind == LaneValue::kLinear)
      lane_stride = lane_stride + Dim(value->coefficient) * strides[axis];
    address = scope_.index.Add(loc, address,
                               scope_.index.Mul(loc, value->value, stride));
  }
  const bool guarded_lanes =
      guard != nullptr && guard->kind == LaneValue::kVector;
  if (guard != nullptr && !guarded_lanes) {
    // A guard that holds for all lanes or none: the first element is read
    // instead, and not used. For a vector read the mask below keeps it inside
    // the buffer.
    Value zero = scope_.index.Constant(0);
    address =
        arith::SelectOp::create(builder_, loc, guard->value, address, zero);
  }
  LaneValue result;
  const bool lanes =
      !varying.empty() || !(lane_stride == Dim(0)) || guarded_lanes;
  if (!lanes) {
    result.value =
        FromStorage(mlir::memref::LoadOp::create(builder_, loc, buffer,
                                                 mlir::ValueRange{address}),
                    element, loc);
    return result;
  }
  result.kind = LaneValue::kVector;
  Value mask = TailMask(vector);
  if (guard != nullptr) {
    Value guard_mask = ToVector(*guard, loc);
    mask = mask ? Value(arith::AndIOp::create(builder_, loc, mask, guard_mask))
                : guard_mask;
  }
  if (varying.empty()) {
    result.value = Read(buffer, address, lane_stride, mask, element, loc);
    return result;
  }
  const std::optional<int64_t> elements =
      ir::ElementsOf(tensor.getType()).AsConstant();
  Type number = elements.has_value() && *elements <= kMost32
                    ? Type(builder_.getI32Type())
                    : Type(builder_.getIndexType());
  mlir::VectorType numbers = VectorOf(schedule_.lanes, number);
  auto as_number = [&](Value value, Type type) -> Value {
    if (number.isIndex()) return value;
    return arith::IndexCastOp::create(builder_, loc, type, value);
  };
  Value offsets;
  auto add = [&](Value lanes, Value stride) {
    Value scaled = arith::MulIOp::create(
        builder_, loc, lanes,
        vector::BroadcastOp::create(builder_, loc, numbers,
                                    as_number(stride, number)));
    offsets = offsets
                  ? Value(arith::AddIOp::create(builder_, loc, offsets, scaled))
                  : scaled;
  };
  if (!(lane_stride == Dim(0))) {
    add(LaneNumbers(builder_, loc, schedule_.lanes, number),
        scope_.index.Of(loc, lane_stride));
  }
  for (auto& [index, stride] : varying) add(as_number(index, numbers), stride);
  result.value = Gather(buffer, address, offsets, mask, element, loc);
  return result;
}

Value BodyEvaluator::Scalar(mlir::Operation* op,
                            llvm::ArrayRef<LaneValue> operands, Location loc) {
  if (op->getNumOperands() == 2 && op->getResult(0).getType().isIndex()) {
    Value x = operands[0].value, y = operands[1].value;
    if (mlir::isa<arith::AddIOp>(op)) return scope_.index.Add(loc, x, y);
    if (mlir::isa<arith::SubIOp>(op)) return scope_.index.Sub(loc, x, y);
    if (mlir::isa<arith::MulIOp>(op)) return scope_.index.Mul(loc, x, y);
  }
  mlir::OperationState state(loc, op->getName());
  state.addAttributes(op->getAttrs());
  for (const LaneValue& operand : operands) state.addOperands(operand.value);
  state.addTypes(op->getResultTypes());
  return builder_.create(state)->getResult(0);
}

mlir::FailureOr<LaneValue> BodyEvaluator::Generic(const Node* node,
                                                  mlir::Operation* op, int row,
                                                  int vector) {
  Location loc = op->getLoc();
  SmallVector<LaneValue> operands;
  bool scalar = true;
  for (Value operand : op->getOperands()) {
    auto value = BodyValue(node, operand, row, vector, nullptr);
    if (failed(value)) return mlir::failure();
    scalar = scalar && value->kind == LaneValue::kScalar;
    operands.push_back(*value);
  }
  // Sums and multiples of linear indices stay linear, so that what they address
  // is seen to be contiguous.
  const bool linear = llvm::all_of(operands, [](const LaneValue& v) {
    return v.kind != LaneValue::kVector;
  });
  if (!scalar && linear && operands.size() <= 2) {
    LaneValue result;
    result.kind = LaneValue::kLinear;
    auto coefficient = [](const LaneValue& v) {
      return v.kind == LaneValue::kLinear ? v.coefficient : 0;
    };
    if (mlir::isa<arith::IndexCastOp>(op)) {
      result.value = arith::IndexCastOp::create(
          builder_, loc, op->getResult(0).getType(), operands[0].value);
      result.coefficient = coefficient(operands[0]);
      return result;
    }
    const bool add = mlir::isa<arith::AddIOp>(op);
    if (add || mlir::isa<arith::SubIOp>(op)) {
      result.value = Scalar(op, operands, loc);
      result.coefficient =
          coefficient(operands[0]) + (add ? 1 : -1) * coefficient(operands[1]);
      if (result.coefficient == 0) result.kind = LaneValue::kScalar;
      return result;
    }
    if (mlir::isa<arith::MulIOp>(op)) {
      for (int side = 0; side < 2; ++side) {
        auto factor = operands[side].value.getDefiningOp<arith::ConstantOp>();
        if (operands[side].kind != LaneValue::kScalar || !factor) continue;
        result.value = Scalar(op, operands, loc);
        result.coefficient =
            coefficient(operands[1 - side]) *
            mlir::cast<mlir::IntegerAttr>(factor.getValue()).getInt();
        return result;
      }
    }
  }
  LaneValue result;
  if (scalar) {
    result.value = Scalar(op, operands, loc);
    return result;
  }
  mlir::OperationState state(loc, op->getName());
  state.addAttributes(op->getAttrs());
  for (const LaneValue& operand : operands)
    state.addOperands(ToVector(operand, loc));
  for (Type type : op->getResultTypes())
    state.addTypes(VectorOf(schedule_.lanes, type));
  result.kind = LaneValue::kVector;
  result.value = builder_.create(state)->getResult(0);
  return result;
}

mlir::FailureOr<LaneValue> BodyEvaluator::BodyValue(const Node* node,
                                                    Value value, int row,
                                                    int vector,
                                                    const LaneValue* guard) {
  const bool rows = schedule_.row >= 0 && node->uses[schedule_.row];
  const bool lanes = schedule_.lane >= 0 && node->uses[schedule_.lane];
  Location loc = node->op.getLoc();
  if (auto argument = mlir::dyn_cast<mlir::BlockArgument>(value)) {
    const Source& source = node->inputs[argument.getArgNumber()];
    switch (source.kind) {
      case Source::kLeaf:
        return Leaf(source.leaf, row, vector, loc);
      case Source::kNode:
        return Evaluate(source.node, source.result, row, vector);
      case Source::kAccumulator:
        return accumulators_[source.result]
                            [row * accumulator_vectors_ + vector];
    }
  }
  mlir::Operation* op = value.getDefiningOp();
  // A guarded read belongs to its select and is not shared.
  const std::pair<const Node*, void*> identity{node,
                                               value.getAsOpaquePointer()};
  auto& slot = identities_[identity];
  const bool constant = mlir::isa<arith::ConstantOp, ir::DimOp>(op);
  Key key{&slot, rows && !constant ? row : -1,
          lanes && !constant ? vector : -1};
  if (guard == nullptr) {
    if (auto it = memo_.find(key); it != memo_.end()) return it->second;
  }
  mlir::FailureOr<LaneValue> result = mlir::failure();
  if (mlir::isa<arith::ConstantOp>(op)) {
    LaneValue number;
    number.value = value.getType().isIndex()
                       ? scope_.index.Constant(*ConstantIndex(value))
                       : builder_.clone(*op)->getResult(0);
    result = number;
  } else if (auto index = mlir::dyn_cast<ir::IndexOp>(op)) {
    result = Index(node, index.getDimension(), row, vector, loc);
  } else if (auto dim = mlir::dyn_cast<ir::DimOp>(op)) {
    LaneValue size;
    size.value = scope_.index.Of(loc, dim.getDim());
    result = size;
  } else if (auto extract = mlir::dyn_cast<ir::ExtractOp>(op)) {
    result = Extract(node, extract, row, vector, guard);
  } else if (auto select = mlir::dyn_cast<arith::SelectOp>(op);
             select &&
             (select.getTrueValue().getDefiningOp<ir::ExtractOp>() ||
              select.getFalseValue().getDefiningOp<ir::ExtractOp>())) {
    auto condition =
        BodyValue(node, select.getCondition(), row, vector, nullptr);
    if (failed(condition)) return mlir::failure();
    auto side = [&](Value branch, bool when) -> mlir::FailureOr<LaneValue> {
      if (!branch.getDefiningOp<ir::ExtractOp>())
        return BodyValue(node, branch, row, vector, nullptr);
      LaneValue branch_guard = *condition;
      if (!when) {
        Value ones = arith::ConstantOp::create(
            builder_, loc,
            mlir::isa<mlir::VectorType>(condition->value.getType())
                ? mlir::TypedAttr(mlir::DenseElementsAttr::get(
                      VectorOf(schedule_.lanes, builder_.getI1Type()), true))
                : mlir::TypedAttr(builder_.getBoolAttr(true)));
        branch_guard.value =
            arith::XOrIOp::create(builder_, loc, condition->value, ones);
      }
      return BodyValue(node, branch, row, vector, &branch_guard);
    };
    auto on_true = side(select.getTrueValue(), true);
    auto on_false = side(select.getFalseValue(), false);
    if (failed(on_true) || failed(on_false)) return mlir::failure();
    LaneValue merged;
    const bool scalar = condition->kind == LaneValue::kScalar &&
                        on_true->kind == LaneValue::kScalar &&
                        on_false->kind == LaneValue::kScalar;
    if (scalar) {
      merged.value = arith::SelectOp::create(builder_, loc, condition->value,
                                             on_true->value, on_false->value);
    } else {
      merged.kind = LaneValue::kVector;
      merged.value = arith::SelectOp::create(
          builder_, loc, ToVector(*condition, loc), ToVector(*on_true, loc),
          ToVector(*on_false, loc));
    }
    result = merged;
  } else {
    result = Generic(node, op, row, vector);
  }
  if (failed(result)) return mlir::failure();
  if (guard == nullptr) memo_[key] = *result;
  return result;
}

void BodyEvaluator::Store(const Output& output, const LaneValue& value, int row,
                          int vector) {
  Location loc = output.node->op.getLoc();
  const Access& access = output.access;
  Value buffer = scope_.buffers.lookup(access.tensor);
  Type element = mlir::getElementTypeOrSelf(access.tensor.getType());
  Type storage = StorageType(element);
  Value address = Address(access, row, vector, loc);
  const bool lanes = VariesWithLane(access);
  Value stored = lanes ? ToVector(value, loc) : value.value;
  if (element.isInteger(1)) {
    Type type = lanes ? Type(VectorOf(schedule_.lanes, storage)) : storage;
    stored = arith::ExtUIOp::create(builder_, loc, type, stored);
  }
  if (!lanes) {
    mlir::memref::StoreOp::create(builder_, loc, stored, buffer,
                                  mlir::ValueRange{address});
    return;
  }
  Value mask = TailMask(vector);
  const Dim& stride = access.strides[schedule_.lane];
  if (stride == Dim(1)) {
    if (mask) {
      vector::MaskedStoreOp::create(builder_, loc, buffer,
                                    mlir::ValueRange{address}, mask, stored);
    } else {
      vector::StoreOp::create(builder_, loc, stored, buffer,
                              mlir::ValueRange{address});
    }
    return;
  }
  vector::ScatterOp::create(builder_, loc, mlir::Type(), buffer,
                            mlir::ValueRange{address}, LaneOffsets(stride, loc),
                            mask ? mask : AllTrue(loc), stored);
}

}  // namespace keratin

#include "passes/codegen/combiner.h"

#include <numeric>

#include "llvm/ADT/APFloat.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "passes/codegen/tile_emitter.h"

namespace keratin {
namespace {

using mlir::Location;
using mlir::OpBuilder;
using mlir::Type;
using mlir::Value;
namespace arith = mlir::arith;

mlir::TypedAttr IdentityOf(llvm::StringRef kind, Type element) {
  if (auto type = mlir::dyn_cast<mlir::FloatType>(element)) {
    if (kind == "mul") return mlir::FloatAttr::get(type, 1.0);
    if (kind == "max")
      return mlir::FloatAttr::get(
          type, llvm::APFloat::getInf(type.getFloatSemantics(), true));
    if (kind == "min")
      return mlir::FloatAttr::get(
          type, llvm::APFloat::getInf(type.getFloatSemantics(), false));
    return mlir::FloatAttr::get(type, 0.0);
  }
  const unsigned width = element.getIntOrFloatBitWidth();
  llvm::APInt value(width, 0);
  if (kind == "mul") value = llvm::APInt(width, 1);
  if (kind == "max") value = llvm::APInt::getSignedMinValue(width);
  if (kind == "min") value = llvm::APInt::getSignedMaxValue(width);
  if (kind == "umin" || kind == "and") value = llvm::APInt::getAllOnes(width);
  return mlir::IntegerAttr::get(element, value);
}

}  // namespace

Combiner Combiner::Of(ir::ComputeOp op, int result) {
  Combiner combiner;
  combiner.kind = op.getCombiner(result).str();
  Type element = mlir::getElementTypeOrSelf(op->getResult(result).getType());
  combiner.element = element.isInteger(1) ? element : StorageType(element);
  return combiner;
}

Value Combiner::Identity(OpBuilder& builder, Location loc, Type type) const {
  mlir::TypedAttr scalar = IdentityOf(kind, element);
  if (auto vector = mlir::dyn_cast<mlir::VectorType>(type)) {
    return arith::ConstantOp::create(
        builder, loc,
        mlir::DenseElementsAttr::get(vector, mlir::Attribute(scalar)));
  }
  return arith::ConstantOp::create(builder, loc, scalar);
}

Value Combiner::Combine(OpBuilder& builder, Location loc, Value a,
                        Value b) const {
  const bool is_float = mlir::isa<mlir::FloatType>(element);
  if (kind == "add") {
    if (is_float) return arith::AddFOp::create(builder, loc, a, b);
    return arith::AddIOp::create(builder, loc, a, b);
  }
  if (kind == "mul") {
    if (is_float) return arith::MulFOp::create(builder, loc, a, b);
    return arith::MulIOp::create(builder, loc, a, b);
  }
  if (kind == "max") {
    if (is_float) return arith::MaximumFOp::create(builder, loc, a, b);
    return arith::MaxSIOp::create(builder, loc, a, b);
  }
  if (kind == "min") {
    if (is_float) return arith::MinimumFOp::create(builder, loc, a, b);
    return arith::MinSIOp::create(builder, loc, a, b);
  }
  if (kind == "umax") return arith::MaxUIOp::create(builder, loc, a, b);
  if (kind == "umin") return arith::MinUIOp::create(builder, loc, a, b);
  if (kind == "and") return arith::AndIOp::create(builder, loc, a, b);
  return arith::OrIOp::create(builder, loc, a, b);
}

Value Combiner::AcrossLanes(OpBuilder& builder, Location loc,
                            llvm::ArrayRef<Value> vectors) const {
  Value value = vectors[0];
  for (Value other : vectors.drop_front())
    value = Combine(builder, loc, value, other);
  auto type = mlir::dyn_cast<mlir::VectorType>(value.getType());
  if (!type) return value;
  for (int64_t lanes = type.getNumElements() / 2; lanes >= 1; lanes /= 2) {
    auto half = [&](int64_t from) -> Value {
      llvm::SmallVector<int64_t> picked(lanes);
      std::iota(picked.begin(), picked.end(), from);
      return mlir::vector::ShuffleOp::create(builder, loc, value, value,
                                             picked);
    };
    Value low = half(0), high = half(lanes);
    value = Combine(builder, loc, low, high);
  }
  return mlir::vector::ExtractOp::create(builder, loc, value,
                                         llvm::ArrayRef<int64_t>{0});
}

std::optional<std::pair<Value, Value>> Combiner::Factors(ir::ComputeOp op,
                                                         int result) const {
  if (kind != "add" || !mlir::isa<mlir::FloatType>(element))
    return std::nullopt;
  Value yielded = op.getBody().front().getTerminator()->getOperand(result);
  auto product = yielded.getDefiningOp<arith::MulFOp>();
  if (!product) return std::nullopt;
  return std::make_pair(product.getLhs(), product.getRhs());
}

Value Combiner::MultiplyAdd(OpBuilder& builder, Location loc, Value a, Value b,
                            Value accumulator, Value mask) const {
  Value sum = mlir::math::FmaOp::create(builder, loc, a, b, accumulator);
  if (!mask) return sum;
  return arith::SelectOp::create(builder, loc, mask, sum, accumulator);
}

}  // namespace keratin

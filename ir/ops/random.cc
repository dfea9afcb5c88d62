// Random bits by threefry2x32, as JAX draws them: inference and lowering.
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
using mlir::success;
using mlir::Value;
using mlir::ValueRange;
namespace arith = mlir::arith;

using Lowered = mlir::FailureOr<SmallVector<Value>>;

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

// 20 rounds of an addition, a rotation (three operations), an exclusive or,
// and the additions of keys.
Dim RandomBitsOp::getFlops() { return ElementsOf(getType()) * Dim(120); }
Dim ThreefryOp::getFlops() { return ElementsOf(getType()) * Dim(120); }

}  // namespace keratin::ir

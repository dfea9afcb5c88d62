#include "passes/codegen/lanes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace keratin {

using mlir::Location;
using mlir::OpBuilder;
using mlir::Value;
namespace arith = mlir::arith;

Value LaneNumbers(OpBuilder& builder, Location loc, int64_t lanes,
                  mlir::Type element, int64_t step) {
  llvm::SmallVector<mlir::Attribute> numbers;
  for (int64_t lane = 0; lane < lanes; ++lane)
    numbers.push_back(builder.getIntegerAttr(element, lane * step));
  return arith::ConstantOp::create(
      builder, loc,
      mlir::DenseElementsAttr::get(mlir::VectorType::get({lanes}, element),
                                   numbers));
}

Value FirstLanes(OpBuilder& builder, Location loc, int64_t lanes,
                 int64_t count) {
  llvm::SmallVector<bool> bits;
  for (int64_t lane = 0; lane < lanes; ++lane) bits.push_back(lane < count);
  return arith::ConstantOp::create(
      builder, loc,
      mlir::DenseElementsAttr::get(
          mlir::VectorType::get({lanes}, builder.getI1Type()), bits));
}

Value FirstLanes(OpBuilder& builder, Location loc, int64_t lanes, Value count) {
  mlir::Type i32 = builder.getI32Type();
  Value limit = mlir::vector::BroadcastOp::create(
      builder, loc, mlir::VectorType::get({lanes}, i32),
      arith::IndexCastOp::create(builder, loc, i32, count));
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt,
                               LaneNumbers(builder, loc, lanes, i32), limit);
}

}  // namespace keratin

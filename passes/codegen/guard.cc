#include "passes/codegen/guard.h"

#include "mlir/IR/Matchers.h"

namespace keratin {
namespace {

using llvm::SmallVector;
using mlir::Value;
namespace arith = mlir::arith;

// A linear expression of a compute's domain plus a size.
struct Linear {
  SmallVector<int64_t, 6> coefficients;
  Dim rest = 0;
};

std::optional<Linear> LinearOf(Value value, size_t rank) {
  Linear result;
  result.coefficients.assign(rank, 0);
  mlir::Operation* op = value.getDefiningOp();
  if (auto index = mlir::dyn_cast_or_null<ir::IndexOp>(op)) {
    result.coefficients[index.getDimension()] = 1;
    return result;
  }
  if (auto dim = mlir::dyn_cast_or_null<ir::DimOp>(op)) {
    result.rest = dim.getDim();
    return result;
  }
  llvm::APInt number;
  if (mlir::matchPattern(value, mlir::m_ConstantInt(&number))) {
    result.rest = number.getSExtValue();
    return result;
  }
  const bool add = mlir::isa_and_nonnull<arith::AddIOp>(op);
  if (!add && !mlir::isa_and_nonnull<arith::SubIOp>(op)) return std::nullopt;
  std::optional<Linear> left = LinearOf(op->getOperand(0), rank),
                        right = LinearOf(op->getOperand(1), rank);
  if (!left || !right) return std::nullopt;
  for (size_t dim = 0; dim < rank; ++dim) {
    result.coefficients[dim] =
        left->coefficients[dim] + (add ? 1 : -1) * right->coefficients[dim];
  }
  result.rest = add ? left->rest + right->rest : left->rest - right->rest;
  return result;
}

bool AddBounds(Value condition, size_t rank,
               llvm::SmallVectorImpl<Bound>& bounds) {
  mlir::Operation* op = condition.getDefiningOp();
  if (auto both = mlir::dyn_cast_or_null<arith::AndIOp>(op)) {
    return AddBounds(both.getLhs(), rank, bounds) &&
           AddBounds(both.getRhs(), rank, bounds);
  }
  auto compare = mlir::dyn_cast_or_null<arith::CmpIOp>(op);
  if (!compare) return false;
  const arith::CmpIPredicate predicate = compare.getPredicate();
  if (predicate != arith::CmpIPredicate::slt &&
      predicate != arith::CmpIPredicate::sge)
    return false;
  std::optional<Linear> left = LinearOf(compare.getLhs(), rank),
                        right = LinearOf(compare.getRhs(), rank);
  if (!left || !right) return false;
  Bound bound;
  bound.below = predicate == arith::CmpIPredicate::slt;
  for (size_t dim = 0; dim < rank; ++dim) {
    bound.coefficients.push_back(left->coefficients[dim] -
                                 right->coefficients[dim]);
  }
  // The constant stays on the left, sizes go to the right.
  bound.constant = left->rest.offset();
  bound.limit = right->rest - (left->rest - Dim(bound.constant));
  bounds.push_back(std::move(bound));
  return true;
}

}  // namespace

bool GuardsRead(arith::SelectOp select) {
  return select.getTrueValue().getDefiningOp<ir::ExtractOp>() &&
         !select.getFalseValue().getDefiningOp<ir::ExtractOp>();
}

std::optional<SmallVector<Bound, 4>> BoundsOf(ir::ComputeOp op,
                                              arith::SelectOp select) {
  if (!GuardsRead(select)) return std::nullopt;
  SmallVector<Bound, 4> bounds;
  if (!AddBounds(select.getCondition(), op.getExtents().size(), bounds))
    return std::nullopt;
  return bounds;
}

bool IsPadding(ir::ComputeOp op) {
  if (!op.getReductions().empty() || op->getNumResults() != 1 ||
      !op.getInputs().empty() || op.getCaptures().size() != 1)
    return false;
  auto select = op.getBody()
                    .front()
                    .getTerminator()
                    ->getOperand(0)
                    .getDefiningOp<arith::SelectOp>();
  return select && BoundsOf(op, select).has_value();
}

}  // namespace keratin

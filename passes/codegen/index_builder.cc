#include "passes/codegen/index_builder.h"

#include <algorithm>
#include <utility>

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace keratin {

using mlir::Location;
using mlir::Value;
namespace arith = mlir::arith;

std::optional<int64_t> ConstantIndex(Value value) {
  if (auto constant = value.getDefiningOp<arith::ConstantIndexOp>())
    return constant.value();
  return std::nullopt;
}

Value IndexBuilder::Constant(int64_t value) {
  Value& constant = constants_[value];
  if (!constant) {
    mlir::OpBuilder::InsertionGuard guard(builder_);
    builder_.setInsertionPointToStart(entry_);
    constant = arith::ConstantIndexOp::create(
        builder_, entry_->getParentOp()->getLoc(), value);
  }
  return constant;
}

Value IndexBuilder::Add(Location loc, Value a, Value b) {
  if (ConstantIndex(a)) std::swap(a, b);
  const std::optional<int64_t> right = ConstantIndex(b);
  if (!right) return arith::AddIOp::create(builder_, loc, a, b);
  if (*right == 0) return a;
  if (auto left = ConstantIndex(a)) return Constant(*left + *right);
  // (x + 3) + 5 is x + 8.
  if (auto sum = a.getDefiningOp<arith::AddIOp>()) {
    if (auto inner = ConstantIndex(sum.getRhs()))
      return Add(loc, sum.getLhs(), Constant(*inner + *right));
  }
  return arith::AddIOp::create(builder_, loc, a, b);
}

Value IndexBuilder::Sub(Location loc, Value a, Value b) {
  if (auto right = ConstantIndex(b)) return Add(loc, a, Constant(-*right));
  return arith::SubIOp::create(builder_, loc, a, b);
}

Value IndexBuilder::Mul(Location loc, Value a, Value b) {
  if (ConstantIndex(a)) std::swap(a, b);
  const std::optional<int64_t> right = ConstantIndex(b);
  if (right == 0) return b;
  if (right == 1) return a;
  if (auto left = ConstantIndex(a); left && right)
    return Constant(*left * *right);
  return arith::MulIOp::create(builder_, loc, a, b);
}

Value IndexBuilder::Min(Location loc, Value a, Value b) {
  const std::optional<int64_t> left = ConstantIndex(a),
                               right = ConstantIndex(b);
  if (left && right) return Constant(std::min(*left, *right));
  return arith::MinSIOp::create(builder_, loc, a, b);
}

Value IndexBuilder::Divide(Location loc, Value a, int64_t by) {
  if (by == 1) return a;
  if (auto value = ConstantIndex(a)) return Constant(*value / by);
  if (auto product = a.getDefiningOp<arith::MulIOp>()) {
    auto factor = ConstantIndex(product.getRhs());
    if (factor && *factor % by == 0)
      return Mul(loc, product.getLhs(), Constant(*factor / by));
  }
  return arith::DivUIOp::create(builder_, loc, a, Constant(by));
}

Value IndexBuilder::Remainder(Location loc, Value a, int64_t by) {
  if (by == 1) return Constant(0);
  if (auto value = ConstantIndex(a)) return Constant(*value % by);
  return arith::RemUIOp::create(builder_, loc, a, Constant(by));
}

Value IndexBuilder::Of(Location loc, const Dim& dim) {
  Value sum = Constant(0);
  for (const DimTerm& term : dim.terms()) {
    Value product = Constant(term.coefficient);
    for (const std::shared_ptr<const DimAtom>& atom : term.factors) {
      Value factor;
      if (atom->kind == DimAtom::Kind::kSymbol) {
        factor = symbols.lookup(atom->symbol);
      } else {
        factor = Of(loc, atom->operands[0]);
        for (const Dim& operand :
             llvm::ArrayRef<Dim>(atom->operands).drop_front()) {
          Value other = Of(loc, operand);
          switch (atom->kind) {
            case DimAtom::Kind::kFloorDiv:
              factor =
                  arith::FloorDivSIOp::create(builder_, loc, factor, other);
              break;
            case DimAtom::Kind::kMod: {
              Value quotient =
                  arith::FloorDivSIOp::create(builder_, loc, factor, other);
              factor = Sub(loc, factor, Mul(loc, quotient, other));
              break;
            }
            case DimAtom::Kind::kMax:
              factor = arith::MaxSIOp::create(builder_, loc, factor, other);
              break;
            default:
              factor = Min(loc, factor, other);
          }
        }
      }
      product = Mul(loc, product, factor);
    }
    sum = Add(loc, sum, product);
  }
  return Add(loc, sum, Constant(dim.offset()));
}

}  // namespace keratin

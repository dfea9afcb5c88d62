// pack: lays out the right operands of matrix products and convolutions in
// panels.
//
// The right operand is the input that the innermost result dimension walks
// along and the rows do not. A compute of its own copies it to
//
//   [.., columns / width, reduced.., width]
//
// zero beyond the last column. For weights that compute depends on variables
// alone, and split-prepare moves it into @prepare. An operand that is itself
// computed is packed only when its columns do not lie side by side in memory,
// or the product is large enough to pay for the copy.
//
// The product then reads it by the map (d floordiv width, .., d mod width).
#include "ir/dialect/dialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Pass/Pass.h"
#include "passes/codegen/passes.h"
#include "passes/codegen/schedule.h"

namespace keratin {
namespace {

using llvm::SmallVector;
using mlir::AffineExpr;
using mlir::Value;
namespace arith = mlir::arith;

// Elements: smaller operands are read where they are.
constexpr int64_t kSmallestPacked = 64;

bool UsesDim(mlir::AffineMap map, unsigned dim) {
  return llvm::any_of(map.getResults(),
                      [&](AffineExpr e) { return e.isFunctionOfDim(dim); });
}

// Whether the value depends on variables alone: a chain of pure operations from
// arguments that are variables.
bool IsVariable(Value value, int depth = 0) {
  if (auto argument = mlir::dyn_cast<mlir::BlockArgument>(value)) {
    auto function = mlir::dyn_cast<mlir::FunctionOpInterface>(
        argument.getOwner()->getParentOp());
    if (!function) return false;
    auto kind = function.getArgAttrOfType<mlir::StringAttr>(
        argument.getArgNumber(), "keratin.kind");
    return kind && (kind.getValue() == "trainable" ||
                    kind.getValue() == "non_trainable");
  }
  mlir::Operation* op = value.getDefiningOp();
  if (depth > 16 || op->getNumRegions() > 1) return false;
  return llvm::all_of(
             op->getOperands(),
             [&](Value operand) { return IsVariable(operand, depth + 1); }) &&
         op->getNumOperands() > 0;
}

class PackPass
    : public mlir::PassWrapper<PackPass, mlir::OperationPass<mlir::ModuleOp>> {
 public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PackPass)
  PackPass() = default;
  explicit PackPass(const Target& target) : target_(&target) {}
  llvm::StringRef getArgument() const override { return "pack"; }
  llvm::StringRef getDescription() const override {
    return "lay out right operands of products in panels";
  }
  void getDependentDialects(mlir::DialectRegistry& registry) const override {
    registry.insert<arith::ArithDialect>();
  }

  void runOnOperation() override {
    SmallVector<ir::ComputeOp> products;
    getOperation().walk([&](ir::ComputeOp op) {
      if (!op.getReductions().empty() && op.getInputs().size() >= 2 &&
          op->getNumResults() == 1)
        products.push_back(op);
    });
    for (ir::ComputeOp op : products) Pack(op);
  }

 private:
  void Pack(ir::ComputeOp op) {
    const SmallVector<Dim, 6> extents = op.getExtents();
    mlir::AffineMap result_map = op.getResultMap(0);
    if (result_map.getNumResults() == 0 || op.getCombiner(0) != "add") return;
    const unsigned column =
        mlir::cast<mlir::AffineDimExpr>(result_map.getResults().back())
            .getPosition();
    if (!extents[column].IsConstant() || extents[column].IsConstant(1)) return;

    auto is_reduction = [&](unsigned dim) {
      return llvm::is_contained(op.getReductions(), static_cast<int64_t>(dim));
    };
    for (size_t number = 0; number < op.getInputs().size(); ++number) {
      mlir::AffineMap map = op.getMap(number);
      if (!UsesDim(map, column)) continue;
      // A permutation of dimensions, among them the column and all reduced
      // ones; some row does not use it.
      if (!map.isProjectedPermutation()) return;
      Dim rows = 1;
      SmallVector<unsigned> outer, reduced;
      for (AffineExpr expr : map.getResults()) {
        const unsigned dim =
            mlir::cast<mlir::AffineDimExpr>(expr).getPosition();
        if (dim != column) (is_reduction(dim) ? reduced : outer).push_back(dim);
      }
      for (unsigned dim = 0; dim < extents.size(); ++dim) {
        if (is_reduction(dim) && !UsesDim(map, dim)) return;
        if (!is_reduction(dim) && !UsesDim(map, dim))
          rows = rows * extents[dim];
      }
      llvm::sort(reduced);
      // The other inputs must leave the column to this one.
      for (size_t other = 0; other < op.getInputs().size(); ++other) {
        if (other != number && UsesDim(op.getMap(other), column)) return;
      }
      Value operand = op.getInputs()[number];
      const bool variable = IsVariable(operand);
      auto last = mlir::cast<mlir::AffineDimExpr>(map.getResults().back());
      const bool side_by_side = last.getPosition() == column;
      if (!variable && side_by_side) return;
      const double elements = Estimate(extents[column]) * [&] {
        double product = 1;
        for (unsigned dim : reduced) product *= Estimate(extents[dim]);
        return product;
      }();
      if (elements < kSmallestPacked || (!variable && rows.IsConstant(1)))
        return;
      Rewrite(op, number, column, outer, reduced, rows);
      return;
    }
  }

  void Rewrite(ir::ComputeOp op, size_t number, unsigned column,
               llvm::ArrayRef<unsigned> outer, llvm::ArrayRef<unsigned> reduced,
               const Dim& rows) {
    mlir::MLIRContext* context = op.getContext();
    const SmallVector<Dim, 6> extents = op.getExtents();
    Value operand = op.getInputs()[number];
    // Outside of the loops that the operand does not depend on.
    mlir::OpBuilder builder(
        operand.getParentBlock()->findAncestorOpInBlock(*op));
    mlir::Type element = mlir::getElementTypeOrSelf(operand.getType());
    const int bits = element.isIntOrFloat()
                         ? static_cast<int>(element.getIntOrFloatBitWidth())
                         : 32;
    const int64_t columns = extents[column].AsConstant().value();
    const int64_t width = PanelWidth(rows, extents[column], bits, *target_);
    const int64_t panels = (columns + width - 1) / width;

    // The packing: domain [outer.., panel, reduced.., within].
    SmallVector<Dim> domain;
    // The packing's expression for each dimension of the product.
    SmallVector<AffineExpr> place(extents.size());
    // Where the product reads the packed operand.
    SmallVector<AffineExpr> product_index;
    for (unsigned dim : outer) {
      place[dim] = mlir::getAffineDimExpr(domain.size(), context);
      product_index.push_back(mlir::getAffineDimExpr(dim, context));
      domain.push_back(extents[dim]);
    }
    AffineExpr panel = mlir::getAffineDimExpr(domain.size(), context);
    AffineExpr column_expr = mlir::getAffineDimExpr(column, context);
    product_index.push_back(column_expr.floorDiv(width));
    const int64_t panel_dim = static_cast<int64_t>(domain.size());
    domain.push_back(panels);
    for (unsigned dim : reduced) {
      place[dim] = mlir::getAffineDimExpr(domain.size(), context);
      product_index.push_back(mlir::getAffineDimExpr(dim, context));
      domain.push_back(extents[dim]);
    }
    AffineExpr within = mlir::getAffineDimExpr(domain.size(), context);
    const int64_t within_dim = static_cast<int64_t>(domain.size());
    product_index.push_back(column_expr % width);
    domain.push_back(width);
    place[column] = panel * width + within;

    SmallVector<AffineExpr> index;
    for (AffineExpr expr : op.getMap(number).getResults())
      index.push_back(expr.replaceDims(place));
    mlir::AffineMap identity =
        mlir::AffineMap::getMultiDimIdentityMap(domain.size(), context);
    mlir::Type packed_type = ir::TensorOf(domain, element);
    ir::ComputeOp packing;
    if (columns % width == 0) {
      mlir::AffineMap map =
          mlir::AffineMap::get(domain.size(), 0, index, context);
      packing = ir::ComputeOp::create(
          builder, op.getLoc(), mlir::TypeRange{packed_type},
          mlir::ValueRange{operand}, mlir::ValueRange{}, domain,
          llvm::ArrayRef<int64_t>{},
          llvm::ArrayRef<mlir::AffineMap>{map, identity},
          llvm::ArrayRef<llvm::StringRef>{"none"},
          [](mlir::OpBuilder&, mlir::Location, mlir::ValueRange arguments) {
            return SmallVector<Value>{arguments[0]};
          });
    } else {
      // Beyond the last column there is nothing to read.
      packing = ir::ComputeOp::create(
          builder, op.getLoc(), mlir::TypeRange{packed_type},
          mlir::ValueRange{}, mlir::ValueRange{operand}, domain,
          llvm::ArrayRef<int64_t>{}, llvm::ArrayRef<mlir::AffineMap>{identity},
          llvm::ArrayRef<llvm::StringRef>{"none"},
          [&](mlir::OpBuilder& b, mlir::Location loc,
              mlir::ValueRange arguments) {
            auto position = [&](int64_t dim) -> Value {
              return ir::IndexOp::create(b, loc, b.getIndexType(), dim);
            };
            Value first = arith::MulIOp::create(
                b, loc, position(panel_dim),
                arith::ConstantIndexOp::create(b, loc, width));
            Value at =
                arith::AddIOp::create(b, loc, first, position(within_dim));
            Value inside = arith::CmpIOp::create(
                b, loc, arith::CmpIPredicate::slt, at,
                arith::ConstantIndexOp::create(b, loc, columns));
            SmallVector<Value> indices;
            for (AffineExpr expr : op.getMap(number).getResults()) {
              const unsigned dim =
                  mlir::cast<mlir::AffineDimExpr>(expr).getPosition();
              indices.push_back(
                  dim == column
                      ? at
                      : position(mlir::cast<mlir::AffineDimExpr>(place[dim])
                                     .getPosition()));
            }
            mlir::Type scalar = ir::ScalarOf(element);
            Value value =
                ir::ExtractOp::create(b, loc, scalar, arguments[0], indices);
            Value zero =
                arith::ConstantOp::create(b, loc, b.getZeroAttr(scalar));
            return SmallVector<Value>{
                arith::SelectOp::create(b, loc, inside, value, zero)};
          });
    }
    SmallVector<mlir::Attribute> maps(op.getMaps().begin(), op.getMaps().end());
    maps[number] = mlir::AffineMapAttr::get(
        mlir::AffineMap::get(extents.size(), 0, product_index, context));
    op.setMapsAttr(builder.getArrayAttr(maps));
    op.getInputsMutable()[number].set(packing->getResult(0));
  }

  const Target* target_ = &TargetFor("");
};

}  // namespace

std::unique_ptr<mlir::Pass> CreatePackPass(const Target& target) {
  return std::make_unique<PackPass>(target);
}

}  // namespace keratin

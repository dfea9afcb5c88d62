// carry-as-integers: 16-bit floats are integers of 16 bits wherever they are
// only carried.
//
// After expand-floats, f16 and bf16 are loaded, stored, chosen and shuffled,
// and converted (f16 alone, where the target has an instruction). LLVM takes
// vectors of them apart where the target lacks an instruction, and passes every
// element through f32, by calls of a compiler's run-time library. It does no
// such thing with integers.
//
// After: no value of the LLVM dialect is f16 or bf16, but for the operands of
// fpext and the results of fptrunc.
#include <memory>
#include <vector>

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Pass/Pass.h"
#include "passes/lowering/passes.h"

namespace keratin {
namespace {

namespace LLVM = mlir::LLVM;
using mlir::Type;
using mlir::Value;

// The type with integers in place of 16-bit floats.
Type Carried(Type type) {
  Type element = mlir::getElementTypeOrSelf(type);
  if (!element.isF16() && !element.isBF16()) return type;
  Type integer = mlir::IntegerType::get(type.getContext(), 16);
  auto vector = mlir::dyn_cast<mlir::VectorType>(type);
  return vector ? vector.clone(integer) : integer;
}

// The same bits as integers.
mlir::Attribute CarriedBits(mlir::Attribute value) {
  Type integer = mlir::IntegerType::get(value.getContext(), 16);
  if (auto number = mlir::dyn_cast<mlir::FloatAttr>(value)) {
    return mlir::IntegerAttr::get(integer, number.getValue().bitcastToAPInt());
  }
  if (auto numbers = mlir::dyn_cast<mlir::DenseFPElementsAttr>(value))
    return numbers.bitcast(integer);
  return value;
}

class CarryAsIntegersPass
    : public mlir::PassWrapper<CarryAsIntegersPass,
                               mlir::OperationPass<mlir::ModuleOp>> {
 public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CarryAsIntegersPass)
  llvm::StringRef getArgument() const override { return "carry-as-integers"; }
  llvm::StringRef getDescription() const override {
    return "16-bit floats as integers wherever they are only carried";
  }
  void getDependentDialects(mlir::DialectRegistry& registry) const override {
    registry.insert<LLVM::LLVMDialect>();
  }

  void runOnOperation() override {
    std::vector<LLVM::BitcastOp> casts;
    std::vector<mlir::Operation*> conversions;
    getOperation()->walk([&](mlir::Operation* op) {
      if (auto constant = mlir::dyn_cast<LLVM::ConstantOp>(op)) {
        if (Carried(constant.getType()) != constant.getType())
          constant.setValueAttr(CarriedBits(constant.getValue()));
      }
      if (auto cast = mlir::dyn_cast<LLVM::BitcastOp>(op))
        casts.push_back(cast);
      const bool converts = mlir::isa<LLVM::FPExtOp, LLVM::FPTruncOp>(op);
      if (converts) conversions.push_back(op);
      for (Value result : op->getResults()) {
        if (!converts) result.setType(Carried(result.getType()));
      }
      for (mlir::Region& region : op->getRegions()) {
        for (mlir::Block& block : region) {
          for (Value argument : block.getArguments())
            argument.setType(Carried(argument.getType()));
        }
      }
    });
    mlir::OpBuilder b(&getContext());
    for (mlir::Operation* op : conversions) Convert(b, op);
    for (LLVM::BitcastOp cast : casts) {
      if (cast.getArg().getType() != cast.getType()) continue;
      cast.replaceAllUsesWith(cast.getArg());
      cast.erase();
    }
  }

 private:
  // A conversion from or to f16, between bits.
  static void Convert(mlir::OpBuilder& b, mlir::Operation* op) {
    Value from = op->getOperand(0), to = op->getResult(0);
    const Type carried = Carried(to.getType());
    if (carried != to.getType()) {
      b.setInsertionPointAfter(op);
      Value bits = LLVM::BitcastOp::create(b, op->getLoc(), carried, to);
      to.replaceAllUsesExcept(bits, bits.getDefiningOp());
    }
    if (mlir::getElementTypeOrSelf(from.getType()).isInteger(16)) {
      b.setInsertionPoint(op);
      Type half = mlir::Float16Type::get(op->getContext());
      if (auto vector = mlir::dyn_cast<mlir::VectorType>(from.getType()))
        half = vector.clone(half);
      op->setOperand(0, LLVM::BitcastOp::create(b, op->getLoc(), half, from));
    }
  }
};

}  // namespace

std::unique_ptr<mlir::Pass> CreateCarryAsIntegersPass() {
  return std::make_unique<CarryAsIntegersPass>();
}

}  // namespace keratin

// The passes of the phase `llvm`, in order.
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/lowering/passes.h"

namespace keratin {

void AddLoweringPasses(mlir::OpPassManager& pm,
                       const LoweringOptions& options) {
  // Numbers: before anything folds, so that scalars and vectors take the same
  // path.
  pm.addPass(CreateExpandFloatsPass(options.has_half_conversions));
  pm.addPass(CreateApproximateMathPass());
  pm.addPass(mlir::createCSEPass());
  pm.addPass(mlir::createLoopInvariantCodeMotionPass());
  pm.addPass(CreateLowerEntryPass(options.prefix));
  pm.addPass(CreateConvertToLlvmPass());
  // Those of lower-entry's pointers.
  pm.addPass(mlir::createReconcileUnrealizedCastsPass());
  pm.addPass(CreateCarryAsIntegersPass());
}

void RegisterLoweringPasses() {
  mlir::registerPass([] { return CreateExpandFloatsPass(); });
  mlir::registerPass([] { return CreateApproximateMathPass(); });
  mlir::registerPass([] { return CreateLowerEntryPass(); });
  mlir::registerPass([] { return CreateConvertToLlvmPass(); });
  mlir::registerPass([] { return CreateCarryAsIntegersPass(); });
  mlir::PassPipelineRegistration<>(
      "lower-to-llvm", "every pass of the phase `llvm`",
      [](mlir::OpPassManager& pm) { AddLoweringPasses(pm, {}); });
}

void RegisterLoweringDialects(mlir::DialectRegistry& registry) {
  registry.insert<mlir::arith::ArithDialect, mlir::cf::ControlFlowDialect,
                  mlir::func::FuncDialect, mlir::LLVM::LLVMDialect,
                  mlir::math::MathDialect, mlir::memref::MemRefDialect,
                  mlir::scf::SCFDialect, mlir::ub::UBDialect,
                  mlir::vector::VectorDialect>();
}

}  // namespace keratin

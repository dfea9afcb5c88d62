// keratin-opt: an mlir-opt for the keratin dialect and passes. Tests and the
// curious run single passes on a file with it.
//
//   keratin-opt --fuse --emit-kernels --target=x86-64-v4 m.mlir

#include <memory>
#include <string>

#include "compiler/codegen/emit.h"
#include "ir/dialect/dialect.h"
#include "llvm/Support/CommandLine.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "passes/codegen/passes.h"
#include "passes/codegen/target.h"
#include "passes/graph/passes.h"
#include "passes/lowering/passes.h"

namespace {

llvm::cl::opt<std::string> target_name(
    "target", llvm::cl::desc("The row of the target table that passes use"),
    llvm::cl::init("x86-64-v3"));

const keratin::Target& CurrentTarget() {
  return keratin::TargetFor(target_name.getValue());
}

}  // namespace

int main(int argc, char** argv) {
  mlir::DialectRegistry registry;
  registry.insert<keratin::ir::KeratinDialect, mlir::func::FuncDialect>();
  keratin::RegisterKernelDialects(registry);
  keratin::RegisterLoweringDialects(registry);
  keratin::RegisterCodegenDialects(registry);

  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  mlir::registerSymbolDCEPass();
  mlir::registerPass([] { return keratin::CreateStructurePass(); });
  mlir::registerPass([] { return keratin::CreateSimplifyPass(); });
  mlir::registerPass([] { return keratin::CreateSimplifyScansPass(); });
  mlir::registerPass([] { return keratin::CreateSplitPreparePass(); });
  mlir::registerPass([] { return keratin::CreatePackPass(CurrentTarget()); });
  mlir::registerPass(
      [] { return keratin::CreateBlockBatchPass(CurrentTarget()); });
  mlir::registerPass([] { return keratin::CreateFusePass(); });
  mlir::registerPass(
      [] { return keratin::CreateEmitKernelsPass(CurrentTarget()); });
  mlir::registerPass([] { return keratin::CreatePlanMemoryPass(); });
  keratin::RegisterLoweringPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Keratin's optimizer driver\n", registry));
}

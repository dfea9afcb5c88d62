// keratin-opt: an mlir-opt for the keratin dialect and passes. It runs what a
// failing pass left behind (compiler/pipeline/pipeline.h), and single passes on
// a file, for the curious. No test runs it.
//
//   keratin-opt --structure --simplify --target=x86-64-v4 m.mlir

#include <string>

#include "compiler/codegen/emit.h"
#include "compiler/pipeline/register_passes.h"
#include "ir/dialect/dialect.h"
#include "llvm/Support/CommandLine.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "passes/codegen/passes.h"
#include "passes/codegen/target.h"
#include "passes/lowering/passes.h"

namespace {

llvm::cl::opt<std::string> target_name(
    "target", llvm::cl::desc("The row of the target table that passes use"),
    llvm::cl::init("x86-64-v3"));

}  // namespace

int main(int argc, char** argv) {
  mlir::DialectRegistry registry;
  registry.insert<keratin::ir::KeratinDialect, mlir::func::FuncDialect>();
  keratin::RegisterKernelDialects(registry);
  keratin::RegisterLoweringDialects(registry);
  keratin::RegisterCodegenDialects(registry);

  keratin::RegisterPasses([]() -> const keratin::Target& {
    return keratin::TargetFor(target_name.getValue());
  });
  // Not of the pipeline, but of use to who looks at a module.
  mlir::registerCanonicalizerPass();
  mlir::registerSymbolDCEPass();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Keratin's optimizer driver\n", registry));
}

#include "compiler/pipeline/register_passes.h"

#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/codegen/passes.h"
#include "passes/graph/passes.h"
#include "passes/lowering/passes.h"

namespace keratin {

void RegisterPasses(std::function<const Target&()> target) {
  mlir::registerPass([] { return CreateStructurePass(); });
  mlir::registerPass([] { return CreateSimplifyPass(); });
  mlir::registerPass([] { return CreateSimplifyScansPass(); });
  mlir::registerPass([target] { return CreatePackPass(target()); });
  mlir::registerPass([] { return CreateSplitPreparePass(); });
  mlir::registerPass([target] { return CreateBlockBatchPass(target()); });
  mlir::registerPass([] { return CreateFusePass(); });
  mlir::registerPass([target] { return CreateEmitKernelsPass(target()); });
  mlir::registerPass([] { return CreatePlanMemoryPass(); });
  RegisterLoweringPasses();
  // MLIR's, `hoist` being loop-invariant-code-motion.
  mlir::registerCSEPass();
  mlir::registerLoopInvariantCodeMotionPass();
  mlir::registerPass([] { return mlir::createReconcileUnrealizedCastsPass(); });
}

}  // namespace keratin

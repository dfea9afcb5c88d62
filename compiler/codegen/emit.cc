#include "compiler/codegen/emit.h"

#include "absl/strings/str_cat.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/IPO/GlobalDCE.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/IndVarSimplify.h"
#include "llvm/Transforms/Scalar/LICM.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/LoopRotation.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"

namespace keratin {
namespace {

// Kernels come tiled, unrolled, vectorized, and without repetitions. What is
// left to do is to simplify addresses, to turn loops the right way round and to
// move what does not change out of them; LLVM's default pipelines take three
// times as long over it and make no faster code.
void Optimize(llvm::Module& module, llvm::TargetMachine& machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);

  llvm::FunctionPassManager simplify;
  simplify.addPass(llvm::EarlyCSEPass());
  simplify.addPass(llvm::InstCombinePass());
  simplify.addPass(llvm::SimplifyCFGPass());
  llvm::LoopPassManager loop;
  loop.addPass(llvm::LoopRotatePass());
  loop.addPass(llvm::LICMPass(llvm::LICMOptions()));
  loop.addPass(llvm::IndVarSimplifyPass());
  simplify.addPass(llvm::createFunctionToLoopPassAdaptor(
      std::move(loop), /*UseMemorySSA=*/true));
  simplify.addPass(llvm::EarlyCSEPass(/*UseMemorySSA=*/true));
  simplify.addPass(llvm::InstCombinePass());
  simplify.addPass(llvm::SimplifyCFGPass());

  llvm::ModulePassManager pipeline;
  pipeline.addPass(llvm::GlobalDCEPass());  // functions that nothing calls
  pipeline.addPass(
      llvm::createModuleToFunctionPassAdaptor(std::move(simplify)));
  pipeline.run(module, modules);
}

}  // namespace

void RegisterCodegenDialects(mlir::DialectRegistry& registry) {
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
}

absl::StatusOr<std::string> EmitCode(mlir::ModuleOp module,
                                     const Machine& machine, CodeKind kind,
                                     const EmitOptions& options) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> code =
      mlir::translateModuleToLLVMIR(module, context, "keratin");
  if (code == nullptr)
    return absl::InternalError(
        "the LLVM dialect could not be translated to LLVM IR");
  std::unique_ptr<llvm::TargetMachine> backend = machine.CreateTargetMachine();
  if (backend == nullptr)
    return absl::InternalError(
        absl::StrCat("LLVM has no back end for ", machine.triple));
  code->setDataLayout(backend->createDataLayout());
  code->setTargetTriple(backend->getTargetTriple());
  code->setPICLevel(llvm::PICLevel::BigPIC);
  std::string width = std::to_string(machine.target->vector_bits);
  for (llvm::Function& function : *code) {
    if (function.isDeclaration()) continue;
    function.addFnAttr("target-cpu", machine.cpu);
    if (!machine.features.empty())
      function.addFnAttr("target-features", machine.features);
    function.addFnAttr("prefer-vector-width", width);
    function.addFnAttr("min-legal-vector-width", width);
  }
  Optimize(*code, *backend);
  if (options.decorate) {
    absl::Status status = options.decorate(*code);
    if (!status.ok()) return status;
  }

  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  if (kind == CodeKind::kLlvmIr) {
    code->print(stream, nullptr);
  } else {
    llvm::legacy::PassManager pm;
    auto type = kind == CodeKind::kObject ? llvm::CodeGenFileType::ObjectFile
                                          : llvm::CodeGenFileType::AssemblyFile;
    if (backend->addPassesToEmitFile(pm, stream, nullptr, type)) {
      return absl::InternalError(
          absl::StrCat("LLVM cannot write such a file for ", machine.triple));
    }
    pm.run(*code);
  }
  return std::string(bytes.data(), bytes.size());
}

}  // namespace keratin

#include "compiler/codegen/emit.h"

#include "absl/strings/str_cat.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"

namespace keratin {
namespace {

void Optimize(llvm::Module& module, llvm::TargetMachine& machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  // Kernels come unrolled and vectorized; LLVM's own attempts cost time and
  // change no speed.
  llvm::PipelineTuningOptions tuning;
  tuning.LoopUnrolling = false;
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  tuning.LoopInterleaving = false;
  llvm::PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3)
      .run(module, modules);
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
  if (!options.only.empty()) {
    // The optimizer drops internal functions that nothing calls.
    for (llvm::Function& function : *code) {
      if (!function.isDeclaration() && function.getName() != options.only) {
        function.setLinkage(llvm::GlobalValue::InternalLinkage);
      }
    }
  }
  Optimize(*code, *backend);
  if (options.decorate) options.decorate(*code);

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

#include "compiler/pipeline/pipeline.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/codegen/artifact_data.h"
#include "ir/dialect/dialect.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "passes/codegen/passes.h"
#include "passes/graph/passes.h"
#include "passes/lowering/passes.h"

namespace keratin {
namespace {

std::string Text(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return text;
}

// The passes of a manager of modules, as --pass-pipeline lists them.
std::string ListOf(mlir::PassManager& pm) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  pm.printAsTextualPipeline(stream);
  const size_t begin = text.find('(') + 1;
  return text.substr(begin, text.rfind(')') - begin);
}

// Runs a list of passes one by one, so that each can be dumped.
class PhaseRunner {
 public:
  PhaseRunner(mlir::ModuleOp module, const Target& target,
              const PipelineOptions& options)
      : module_(module),
        target_(target),
        options_(options),
        traced_(module.clone()) {
    if (!options.dump_directory.empty()) {
      std::error_code ignored;
      std::filesystem::create_directories(options.dump_directory, ignored);
      last_ = Text(module);
    }
  }

  absl::Status Run(const std::string& name,
                   const std::function<void(mlir::OpPassManager&)>& add) {
    mlir::PassManager pm(module_.getContext(), "builtin.module");
    pm.enableVerifier(false);  // EndPhase does
    add(pm);
    absl::StrAppend(&passes_, passes_.empty() ? "" : ",", ListOf(pm));
    absl::Status status = Guard(absl::StrCat("the pass '", name, "' failed"),
                                [&] { return pm.run(module_); });
    if (!status.ok()) return status;
    if (options_.dump_directory.empty()) return absl::OkStatus();
    std::string now = Text(module_);
    if (now == last_) return absl::OkStatus();
    last_ = std::move(now);
    char number[16];
    std::snprintf(number, sizeof(number), "%02d", count_++);
    const std::string path =
        absl::StrCat(options_.dump_directory, "/", number, "_", name, ".mlir");
    std::ofstream file(path);
    if (!(file << last_).flush()) {
      return absl::PermissionDeniedError(
          absl::StrCat("'", path, "' cannot be written"));
    }
    return absl::OkStatus();
  }

  absl::Status EndPhase(const std::string& name) {
    absl::Status status =
        Guard(absl::StrCat("the phase '", name, "' left a wrong module"),
              [&] { return mlir::verify(module_); });
    if (!status.ok()) return status;
    return options_.at_phase ? options_.at_phase(name, module_)
                             : absl::OkStatus();
  }

 private:
  // Runs `work`; its failure becomes a status with its first complaint.
  absl::Status Guard(const std::string& failure,
                     llvm::function_ref<mlir::LogicalResult()> work) {
    std::string complaint;
    mlir::ScopedDiagnosticHandler handler(
        module_.getContext(), [&](mlir::Diagnostic& diagnostic) {
          if (complaint.empty() &&
              diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error) {
            llvm::raw_string_ostream stream(complaint);
            diagnostic.getLocation().print(stream);
            stream << ": " << diagnostic.str();
          }
          return mlir::success();
        });
    if (succeeded(work())) return absl::OkStatus();
    const std::string file = WriteReproducer();
    return absl::InternalError(
        absl::StrCat(failure, ": ", complaint,
                     "; this is a fault of the compiler, please report it",
                     file.empty() ? "" : " with the file ", file));
  }

  // Writes the module as it was traced, and the command that runs the passes up
  // to the failing one on it, to a temporary file; gives its path, empty if
  // there is none.
  std::string WriteReproducer() {
    llvm::SmallString<128> path;
    int descriptor = -1;
    if (llvm::sys::fs::createTemporaryFile("keratin-failed", "mlir", descriptor,
                                           path)) {
      return "";
    }
    llvm::raw_fd_ostream file(descriptor, /*shouldClose=*/true);
    file << "// keratin-opt --target=" << target_.name
         << " --pass-pipeline='builtin.module(" << passes_ << ")' " << path
         << "\n";
    traced_->print(file, mlir::OpPrintingFlags().enableDebugInfo(true, false));
    return path.str().str();
  }

  mlir::ModuleOp module_;
  const Target& target_;
  const PipelineOptions& options_;
  mlir::OwningOpRef<mlir::ModuleOp> traced_;
  std::string passes_;  // those that ran
  std::string last_;
  int count_ = 1;
};

struct Step {
  const char* name;
  std::function<void(mlir::OpPassManager&)> add;
};

}  // namespace

const std::vector<std::string>& PhaseNames() {
  static const auto* names = new std::vector<std::string>{
      "trace", "graph", "kernels", "buffers", "llvm", "object"};
  return *names;
}

absl::Status RunPipeline(mlir::ModuleOp module, const Machine& machine,
                         const PipelineOptions& options) {
  using PM = mlir::OpPassManager;
  const Target& target = *machine.target;
  // Not the canonicalizer, which would move the constants of bodies out of
  // them.
  auto cse = [](PM& pm) { pm.addPass(mlir::createCSEPass()); };
  const std::vector<std::pair<const char*, std::vector<Step>>> phases = {
      {"trace", {}},
      {"graph",
       {
           // Primitives and composites say what they compute.
           {"structure", [](PM& pm) { pm.addPass(CreateStructurePass()); }},
           {"cse", cse},
           // Moves become index maps; constants go into bodies.
           {"simplify", [](PM& pm) { pm.addPass(CreateSimplifyPass()); }},
           // What does not need a loop leaves it, and is read through moves
           // again.
           {"simplify-scans",
            [](PM& pm) { pm.addPass(CreateSimplifyScansPass()); }},
           {"simplify", [](PM& pm) { pm.addPass(CreateSimplifyPass()); }},
           // Right operands of products in panels, before the split, so that
           // weights are packed once.
           {"pack", [&](PM& pm) { pm.addPass(CreatePackPass(target)); }},
           {"split-prepare",
            [](PM& pm) { pm.addPass(CreateSplitPreparePass()); }},
           {"cse", cse},
           // What passes between kernels stays in the cache.
           {"block-batch",
            [&](PM& pm) { pm.addPass(CreateBlockBatchPass(target)); }},
           {"fuse", [](PM& pm) { pm.addPass(CreateFusePass()); }},
       }},
      {"kernels",
       {{"emit-kernels",
         [&](PM& pm) { pm.addPass(CreateEmitKernelsPass(target)); }},
        // The emitter folds as it builds: only repetitions are left.
        {"cse", cse},
        {"hoist",
         [](PM& pm) {
           pm.addNestedPass<mlir::func::FuncOp>(
               mlir::createLoopInvariantCodeMotionPass());
         }}}},
      {"buffers",
       {{"plan-memory", [](PM& pm) { pm.addPass(CreatePlanMemoryPass()); }}}},
      {"llvm",
       {{"lower",
         [&](PM& pm) {
           AddLoweringPasses(
               pm, {.prefix = kEntryPrefix,
                    .has_half_conversions = machine.has_half_conversions});
         }}}},
  };
  PhaseRunner runner(module, target, options);
  for (const auto& [phase, steps] : phases) {
    for (const Step& step : steps) {
      absl::Status status = runner.Run(step.name, step.add);
      if (!status.ok()) return status;
    }
    absl::Status status = runner.EndPhase(phase);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace keratin

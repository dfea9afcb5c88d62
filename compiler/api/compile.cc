// Load comes from layers/saving; here: Compile and DumpPhase.
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/api/keratin.h"
#include "compiler/api/lower.h"
#include "compiler/codegen/emit.h"
#include "compiler/codegen/machine.h"
#include "compiler/pipeline/pipeline.h"
#include "ir/trace/module.h"

namespace keratin {
absl::StatusOr<Executable> Compile(Model& model,
                                   const CompileOptions& options) {
  auto machine = MachineFor(options.march);
  if (!machine.ok()) return machine.status();
  auto trace = model.TraceStatelessCall(
      {.training = options.training, .batch = options.batch});
  if (!trace.ok()) return trace.status();
  Manifest manifest;
  auto lowered = Lower(**trace, *machine, options, manifest);
  if (!lowered.ok()) return lowered.status();
  return LoadLowered(*lowered, *machine, std::move(manifest));
}

absl::StatusOr<std::string> DumpPhase(Model& model, const std::string& phase,
                                      const CompileOptions& options) {
  auto machine = MachineFor(options.march);
  if (!machine.ok()) return machine.status();
  auto trace = model.TraceStatelessCall(
      {.training = options.training, .batch = options.batch});
  if (!trace.ok()) return trace.status();
  if (phase == "llvm" || phase == "object") {
    Manifest manifest;
    auto lowered = Lower(**trace, *machine, options, manifest);
    if (!lowered.ok()) return lowered.status();
    return EmitCode(*lowered->module, *machine,
                    phase == "llvm" ? CodeKind::kLlvmIr : CodeKind::kAssembly);
  }
  TracedModule traced = TakeForPipeline(**trace);
  std::string text;
  PipelineOptions pipeline;
  pipeline.dump_directory = options.dump_ir;
  pipeline.at_phase = [&](const std::string& reached, mlir::ModuleOp module) {
    if (reached != phase) return absl::OkStatus();
    text = ModuleText(module);
    return absl::CancelledError("the phase is reached");
  };
  absl::Status status = RunPipeline(*traced.module, *machine, pipeline);
  if (!status.ok() && !absl::IsCancelled(status)) return status;
  if (text.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("there is no phase '", phase,
                     "'; the phases are trace, graph, kernels, buffers, llvm "
                     "and object"));
  }
  return text;
}

}  // namespace keratin

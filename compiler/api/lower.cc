#include "compiler/api/lower.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/api/c_names.h"
#include "compiler/codegen/artifact_data.h"
#include "compiler/codegen/emit.h"
#include "compiler/codegen/jit.h"
#include "compiler/pipeline/describe.h"
#include "compiler/pipeline/pipeline.h"
#include "ir/trace/module.h"
#include "llvm/Support/raw_ostream.h"
#include "passes/codegen/passes.h"
#include "passes/lowering/passes.h"

namespace keratin {

TracedModule TakeForPipeline(Trace& trace) {
  TracedModule traced = TakeModule(trace);
  mlir::DialectRegistry registry;
  RegisterKernelDialects(registry);
  RegisterLoweringDialects(registry);
  RegisterCodegenDialects(registry);
  traced.context->appendDialectRegistry(registry);
  traced.context->loadAllAvailableDialects();
  return traced;
}

std::string ModuleText(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, mlir::OpPrintingFlags().enableDebugInfo(true, true));
  return text;
}

absl::StatusOr<TracedModule> Lower(Trace& trace, const Machine& machine,
                                   const CompileOptions& options,
                                   Manifest& manifest) {
  return Lower(TakeForPipeline(trace), machine, options, manifest);
}

absl::StatusOr<TracedModule> Lower(TracedModule traced, const Machine& machine,
                                   const CompileOptions& options,
                                   Manifest& manifest) {
  // Artifacts have names of their own.
  manifest.set_name(CIdentifier((*traced.module).getName().value_or("").str()));
  manifest.set_training(options.training);
  absl::Status status = DescribeSignature(*traced.module, machine, manifest);
  if (!status.ok()) return status;
  PipelineOptions pipeline;
  pipeline.dump_directory = options.dump_ir;
  pipeline.at_phase = [&](const std::string& phase, mlir::ModuleOp module) {
    if (phase == "graph") DescribeEntries(module, manifest);
    if (phase == "buffers") DescribeWorkspaces(module, manifest);
    return absl::OkStatus();
  };
  status = RunPipeline(*traced.module, machine, pipeline);
  if (!status.ok()) return status;
  return traced;
}

absl::StatusOr<Executable> LoadLowered(const TracedModule& lowered,
                                       const Machine& machine,
                                       Manifest manifest) {
  auto object = EmitCode(*lowered.module, machine, CodeKind::kObject);
  if (!object.ok()) return object.status();
  return LoadObject(*object, machine, std::move(manifest));
}

absl::StatusOr<Executable> LoadObject(const std::string& object,
                                      const Machine& machine,
                                      Manifest manifest) {
  auto jit = Jit::Load(object, machine);
  if (!jit.ok()) return jit.status();
  EntryPoints entries;
  for (auto [name, entry] : {std::pair{"_prepare", &entries.prepare},
                             std::pair{"_call", &entries.call}}) {
    auto address = (*jit)->Lookup(absl::StrCat(kEntryPrefix, name));
    if (!address.ok()) return address.status();
    *entry = reinterpret_cast<keratin_entry>(*address);
  }
  return Executable::Create(std::move(manifest), entries,
                            std::shared_ptr<const void>(std::move(*jit)));
}

}  // namespace keratin

// A trace lowered as far as the LLVM dialect, for all that is made of it: code
// in this process, object files, libraries.
//
//   Manifest manifest;
//   absl::StatusOr<TracedModule> lowered =
//       Lower(*trace, machine, options, manifest);
//   absl::StatusOr<Executable> executable =
//       LoadLowered(*lowered, machine, std::move(manifest));
#ifndef KERATIN_COMPILER_API_LOWER_H_
#define KERATIN_COMPILER_API_LOWER_H_

#include <string>

#include "absl/status/statusor.h"
#include "compiler/api/keratin.h"
#include "compiler/codegen/machine.h"
#include "runtime/executable.h"

namespace mlir {
class ModuleOp;
}

namespace keratin {

class Trace;          // ir/trace/trace.h
struct TracedModule;  // ir/trace/module.h, which its callers include

// The module of a trace, in a context that knows every dialect of the pipeline.
TracedModule TakeForPipeline(Trace& trace);

// As MLIR text, with the layer paths.
std::string ModuleText(mlir::ModuleOp module);

// Takes the module of a trace through the pipeline; `manifest` then describes
// its entry functions. Of the options, `training` is noted and `dump_ir`
// heeded.
absl::StatusOr<TracedModule> Lower(Trace& trace, const Machine& machine,
                                   const CompileOptions& options,
                                   Manifest& manifest);
absl::StatusOr<TracedModule> Lower(TracedModule traced, const Machine& machine,
                                   const CompileOptions& options,
                                   Manifest& manifest);

// Code for this process of such a module, or of the object file made of it.
absl::StatusOr<Executable> LoadLowered(const TracedModule& lowered,
                                       const Machine& machine,
                                       Manifest manifest);
absl::StatusOr<Executable> LoadObject(const std::string& object,
                                      const Machine& machine,
                                      Manifest manifest);

}  // namespace keratin

#endif  // KERATIN_COMPILER_API_LOWER_H_

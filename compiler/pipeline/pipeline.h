// The pipeline: THE ordered list of passes, in named phases.
//
//   trace   -> graph    structure, simplify, simplify-scans, pack,
//                       split-prepare, block-batch, fuse
//   graph   -> kernels  emit-kernels, hoist
//   kernels -> buffers  plan-memory
//   buffers -> llvm     lower: the list in passes/lowering/lowering.cc
//   llvm    -> object   no pass here: LLVM, in compiler/codegen
//
// with cse (common subexpression elimination) and simplify again between some.
// A module is verified at the end of each phase, and can be dumped then; what
// a pass changed can be dumped after each.
#ifndef KERATIN_COMPILER_PIPELINE_PIPELINE_H_
#define KERATIN_COMPILER_PIPELINE_PIPELINE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "compiler/codegen/machine.h"
#include "mlir/IR/BuiltinOps.h"

namespace keratin {

// The phases by name, in order: trace, graph, kernels, buffers, llvm, object.
const std::vector<std::string>& PhaseNames();

struct PipelineOptions {
  // Called when a phase ends, with its name and the module.
  std::function<absl::Status(const std::string& phase, mlir::ModuleOp module)>
      at_phase;
  // A folder that gets one numbered file after each pass that changed the
  // module; empty: none.
  std::string dump_directory;
};

// Runs the phases after `trace` up to `llvm` on `module`. A failing pass is an
// error with its first complaint. The error names a file that holds the module
// as it was traced, and the keratin-opt command that runs the passes up to the
// failing one on it.
absl::Status RunPipeline(mlir::ModuleOp module, const Machine& machine,
                         const PipelineOptions& options);

}  // namespace keratin

#endif  // KERATIN_COMPILER_PIPELINE_PIPELINE_H_

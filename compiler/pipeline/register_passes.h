// The passes of the pipeline by name, for pass lists given as text: those of
// keratin-opt, and the commands that failing passes leave (pipeline.h).
//
//   RegisterPasses([]() -> const Target& { return TargetFor("avx512"); });
//   auto passes = mlir::parsePassPipeline("builtin.module(structure,cse)");
#ifndef KERATIN_COMPILER_PIPELINE_REGISTER_PASSES_H_
#define KERATIN_COMPILER_PIPELINE_REGISTER_PASSES_H_

#include <functional>

#include "passes/codegen/target.h"

namespace keratin {

// Once in a process. `target` is asked when a pass that depends on it is made.
void RegisterPasses(std::function<const Target&()> target);

}  // namespace keratin

#endif  // KERATIN_COMPILER_PIPELINE_REGISTER_PASSES_H_

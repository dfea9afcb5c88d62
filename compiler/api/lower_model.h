// A model lowered as far as the LLVM dialect, for all that is written of it.
#ifndef KERATIN_COMPILER_API_LOWER_MODEL_H_
#define KERATIN_COMPILER_API_LOWER_MODEL_H_

#include <string>

#include "absl/status/statusor.h"
#include "compiler/api/keratin.h"
#include "compiler/codegen/machine.h"
#include "runtime/executable.h"

namespace keratin {

struct TracedModule;  // ir/trace/module.h, which its callers include

// Its entry functions are `<prefix>_prepare` and `<prefix>_call`, as `manifest`
// then describes them.
absl::StatusOr<TracedModule> LowerModel(Model& model, const Machine& machine,
                                        const CompileOptions& options,
                                        const std::string& prefix,
                                        Manifest& manifest);

// Code for this process of such a module.
absl::StatusOr<Executable> LoadLowered(const TracedModule& lowered,
                                       const Machine& machine,
                                       const std::string& prefix,
                                       Manifest manifest);

}  // namespace keratin

#endif  // KERATIN_COMPILER_API_LOWER_MODEL_H_

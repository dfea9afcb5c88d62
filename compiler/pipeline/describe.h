// What the manifest says of a module, read from the module as it passes through
// the pipeline.
#ifndef KERATIN_COMPILER_PIPELINE_DESCRIBE_H_
#define KERATIN_COMPILER_PIPELINE_DESCRIBE_H_

#include <string>

#include "absl/status/status.h"
#include "compiler/codegen/machine.h"
#include "mlir/IR/BuiltinOps.h"
#include "runtime/executable.h"

namespace keratin {

// Of the phase `trace`: variables, inputs, symbols, assumptions, the target.
// An error if a symbol is no input's size.
absl::Status DescribeSignature(mlir::ModuleOp module, const Machine& machine,
                               Manifest& manifest);

// Of the phase `graph`: arguments and results of @prepare and @call.
void DescribeEntries(mlir::ModuleOp module, Manifest& manifest);

// Of the phase `buffers`: the workspaces.
void DescribeWorkspaces(mlir::ModuleOp module, Manifest& manifest);

}  // namespace keratin

#endif  // KERATIN_COMPILER_PIPELINE_DESCRIBE_H_

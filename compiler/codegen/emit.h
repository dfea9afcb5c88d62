// From a module in the LLVM dialect to machine code: LLVM IR, optimized, then
// an object file or assembly.
//
// The JIT loads the very object file that ahead-of-time compilation writes, so
// both compute the same bits.
#ifndef KERATIN_COMPILER_CODEGEN_EMIT_H_
#define KERATIN_COMPILER_CODEGEN_EMIT_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "compiler/codegen/machine.h"
#include "mlir/IR/BuiltinOps.h"

namespace llvm {
class Module;
class LLVMContext;
}  // namespace llvm

namespace keratin {

enum class CodeKind { kObject, kAssembly, kLlvmIr };

struct EmitOptions {
  // Called once the code is optimized: adds data and small functions.
  std::function<absl::Status(llvm::Module&)> decorate;
};

// Translates `module` (nothing but the LLVM dialect), optimizes it for
// `machine` and returns the code: an object file's bytes, or text.
absl::StatusOr<std::string> EmitCode(mlir::ModuleOp module,
                                     const Machine& machine, CodeKind kind,
                                     const EmitOptions& options = {});

// Makes the translations to LLVM IR known to a context that will hold such
// modules.
void RegisterCodegenDialects(mlir::DialectRegistry& registry);

}  // namespace keratin

#endif  // KERATIN_COMPILER_CODEGEN_EMIT_H_

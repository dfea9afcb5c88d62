// The C++ entry points of Keratin: all layers, models, files and the compiler.
//
//   auto model = keratin::Load("m.keras");
//   auto exe = keratin::Compile(**model, {});
//   auto results = exe->StatelessCall(trainable, non_trainable, inputs);
#ifndef KERATIN_COMPILER_API_KERATIN_H_
#define KERATIN_COMPILER_API_KERATIN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "layers/layers.h"
#include "layers/saving/load.h"
#include "layers/saving/save.h"
#include "runtime/executable.h"

namespace keratin {

struct CompileOptions {
  // What Keras's `training` is in the compiled call.
  bool training = false;
  // Fixes the batch size; 0 compiles for every size.
  int64_t batch = 0;
  // The machine, as compiler/codegen/machine.h names it.
  std::string march = "native";
  // A folder for one numbered file after each pass that changed something;
  // empty: none.
  std::string dump_ir = {};
};

// Code for this process. Errors: the model cannot be traced (its message names
// the layer), or `march` is unknown or not this machine's.
absl::StatusOr<Executable> Compile(Model& model,
                                   const CompileOptions& options = {});

// What a phase makes of the model: MLIR text of `trace`, `graph`, `kernels`,
// `buffers`, LLVM IR of `llvm`, assembly of `object`.
absl::StatusOr<std::string> DumpPhase(Model& model, const std::string& phase,
                                      const CompileOptions& options = {});

enum class VariablePlace {
  kEmbedded,   // in the artifact, prepared already
  kFile,       // in `<path>.weights` beside it, prepared already
  kArguments,  // nowhere: callers give them, and prepare them
};

struct ArtifactOptions {
  CompileOptions compile;
  VariablePlace variables = VariablePlace::kEmbedded;
};

// Writes an object file and, beside it, its C header. The symbols' prefix is
// the file's name, made an identifier. Nothing is left half written.
absl::Status WriteObject(Model& model, const std::string& path,
                         const ArtifactOptions& options = {});
// Writes a shared library, which Executable::LoadLibrary takes.
absl::Status WriteLibrary(Model& model, const std::string& path,
                          const ArtifactOptions& options = {});

struct CodeCacheOptions {
  std::string directory;  // empty: none
  int64_t max_bytes = int64_t{256} << 20;
};

// Keeps what layers called on Arrays compile in a folder, where later processes
// of the same program find it; none at first. Compile and what is written ahead
// of time never use it. An error if the folder cannot be made, or another user
// may write to it.
absl::Status SetCodeCache(const CodeCacheOptions& options);

}  // namespace keratin

#endif  // KERATIN_COMPILER_API_KERATIN_H_

// What an artifact holds beside code, as runtime/abi.h lists it: the manifest,
// weights, and the functions that a C program calls.
//
//   EmitCode(module, machine, CodeKind::kObject,
//            {.decorate = [&](llvm::Module& m) { AddArtifactData(m, data); }});
#ifndef KERATIN_COMPILER_CODEGEN_ARTIFACT_DATA_H_
#define KERATIN_COMPILER_CODEGEN_ARTIFACT_DATA_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/executable.h"

namespace llvm {
class Module;
}

namespace keratin {

// The prefix of the entry functions' symbols in every module of the pipeline:
// `keratin_call`, of the type keratin_entry.
inline constexpr char kEntryPrefix[] = "keratin";

struct ArtifactData {
  // The name in it, a C identifier, is the prefix of all symbols.
  Manifest manifest;
  // The block of prepared buffers, if it is embedded.
  absl::string_view weights;
  // The written variables' saved values; none with variables as arguments.
  std::vector<absl::string_view> state;
  bool library = false;  // says where its model is, for loaders
};

// Adds them to optimized code, whose entry functions become local. Everything
// is read-only; the block of weights begins a page.
absl::Status AddArtifactData(llvm::Module& module, const ArtifactData& data);

}  // namespace keratin

#endif  // KERATIN_COMPILER_CODEGEN_ARTIFACT_DATA_H_

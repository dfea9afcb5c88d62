// What an artifact holds beside code, as runtime/abi.h lists it: the manifest,
// weights, and two small functions.
//
//   EmitCode(module, machine, CodeKind::kObject,
//            {.decorate = [&](llvm::Module& m) { AddArtifactData(m, data); }});
#ifndef KERATIN_COMPILER_CODEGEN_ARTIFACT_DATA_H_
#define KERATIN_COMPILER_CODEGEN_ARTIFACT_DATA_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "runtime/shape.h"

namespace llvm {
class Module;
}

namespace keratin {

struct ArtifactData {
  std::string name;  // the prefix of all symbols, a C identifier
  std::string manifest;
  // Bytes of the prepared buffers and of the written variables' saved values;
  // none unless embedded.
  bool embedded = false;
  std::vector<absl::string_view> prepared;
  std::vector<absl::string_view> state;
  // Of NAME_call, in the symbols, whose values are NAME_workspace_size's
  // argument.
  Dim workspace = 0;
  std::vector<std::string> symbols;
  bool library = false;  // says its name, for loaders
};

void AddArtifactData(llvm::Module& module, const ArtifactData& data);

}  // namespace keratin

#endif  // KERATIN_COMPILER_CODEGEN_ARTIFACT_DATA_H_

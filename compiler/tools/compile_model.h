// The flags of verbs that compile, and compiling with them.
#ifndef KERATIN_COMPILER_TOOLS_COMPILE_MODEL_H_
#define KERATIN_COMPILER_TOOLS_COMPILE_MODEL_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "compiler/api/keratin.h"
#include "compiler/tools/flags.h"

namespace keratin::tools {

// What a model is compiled for.
struct CompileFlags {
  bool training = false;
  std::optional<int64_t> batch;  // none: dynamic
  std::string march = "native";
  std::string dump_ir;
};
void AddCompileFlags(Flags* flags, CompileFlags* values);

// Makes the folder for dumps, if there is to be one.
absl::StatusOr<CompileOptions> ToCompileOptions(const CompileFlags& flags);

}  // namespace keratin::tools

#endif  // KERATIN_COMPILER_TOOLS_COMPILE_MODEL_H_

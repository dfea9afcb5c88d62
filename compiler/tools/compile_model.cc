#include "compiler/tools/compile_model.h"

#include "absl/status/status.h"
#include "compiler/tools/output_file.h"

namespace keratin::tools {

void AddCompileFlags(Flags* flags, CompileFlags* values) {
  flags->Switch("training", "compile what the model does in training mode",
                &values->training);
  flags->Batch("batch",
               "compile for every batch size (`dynamic`), or for N alone",
               &values->batch);
  flags->String("march", "NAME",
                "the machine: native (default), x86-64-v3, x86-64-v4, a "
                "processor's name, or\nARCHITECTURE[:PROCESSOR] of aarch64 "
                "(tested as far as writing its objects),\nriscv64 or wasm32 "
                "(not tested)",
                &values->march);
  flags->String("dump-ir", "DIR",
                "write one numbered file after each pass that changed "
                "something",
                &values->dump_ir);
}

absl::StatusOr<CompileOptions> ToCompileOptions(const CompileFlags& flags) {
  CompileOptions options;
  options.training = flags.training;
  options.batch = flags.batch.value_or(0);
  options.march = flags.march;
  options.dump_ir = flags.dump_ir;
  if (!flags.dump_ir.empty()) {
    absl::Status made = MakeFolder(flags.dump_ir);
    if (!made.ok()) return made;
  }
  return options;
}

}  // namespace keratin::tools

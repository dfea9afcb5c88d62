// keratin dump: prints a model in one of the compiler's phases.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "compiler/api/keratin.h"
#include "compiler/tools/compile_model.h"
#include "compiler/tools/flags.h"
#include "compiler/tools/open_model.h"
#include "compiler/tools/output_file.h"
#include "compiler/tools/progress.h"
#include "compiler/tools/verbs.h"

namespace keratin::tools {
namespace {

struct Phase {
  const char* name;
  const char* what;
};

constexpr Phase kPhases[] = {
    {"trace", "the model as it was traced: primitive tensor operations"},
    {"graph", "simplified and fused"},
    {"kernels", "every fused group is a loop nest over vectors"},
    {"buffers", "one workspace; offsets are expressions in the symbols"},
    {"llvm", "LLVM IR, optimized"},
    {"object", "assembly"},
};

struct DumpFlags {
  std::string model;
  std::string phase = "graph";
  bool list_phases = false;
  CompileFlags compile;
  OpenFlags open;
};

absl::Status Dump(const DumpFlags& flags) {
  if (flags.list_phases) {
    std::string text;
    for (const Phase& phase : kPhases)
      absl::StrAppend(&text,
                      absl::StrFormat("%-9s%s\n", phase.name, phase.what));
    return Print(text);
  }
  Progress progress;
  progress.Step(absl::StrCat("reading ", flags.model));
  absl::StatusOr<OpenedModel> model = OpenModel(flags.model, flags.open);
  if (!model.ok()) return model.status();
  absl::StatusOr<CompileOptions> options = ToCompileOptions(flags.compile);
  if (!options.ok()) return options.status();
  progress.Step(absl::StrCat("compiling ", flags.model));
  absl::StatusOr<std::string> text =
      DumpPhase(*model->model, flags.phase, *options);
  progress.Done();
  if (!text.ok()) return text.status();
  return Print(*text);
}

}  // namespace

int DumpVerb(absl::Span<char* const> args) {
  DumpFlags values;
  Flags flags("dump", "MODEL",
              "Prints what the compiler makes of MODEL; operations say which "
              "layer they came from.");
  std::vector<std::string> names;
  for (const Phase& phase : kPhases) names.push_back(phase.name);
  flags.Choice("phase", names, "which phase (default graph)", &values.phase);
  flags.Switch("list-phases", "print the phases, in order",
               &values.list_phases);
  AddCompileFlags(&flags, &values.compile);
  AddOpenFlags(&flags, &values.open);
  std::vector<std::string> positional;
  if (auto exit = flags.Parse(args, &positional, 0, 1)) return *exit;
  if (positional.empty() && !values.list_phases)
    return flags.UsageError("MODEL is missing");
  if (!positional.empty()) values.model = positional[0];
  return ExitCode(Dump(values));
}

}  // namespace keratin::tools

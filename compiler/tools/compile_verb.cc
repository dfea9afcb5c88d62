// keratin compile: writes what the compiler makes of a model.

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "compiler/api/keratin.h"
#include "compiler/tools/compile_model.h"
#include "compiler/tools/flags.h"
#include "compiler/tools/open_model.h"
#include "compiler/tools/output_file.h"
#include "compiler/tools/progress.h"
#include "compiler/tools/verbs.h"
#include "runtime/pending_file.h"

namespace keratin::tools {
namespace {

struct CompileVerbFlags {
  std::string model;
  std::string output;
  std::string emit = "object";
  std::string variables = "embedded";
  CompileFlags compile;
  OpenFlags open;
};

// Beside nobody: in the current folder, named after the model's file.
std::string DefaultOutput(const std::string& model, const std::string& emit) {
  std::filesystem::path path(model);
  if (!path.has_filename()) path = path.parent_path();  // "folder/"
  const std::string name = path.stem().string();
  if (emit == "library") return name + ".so";
  if (emit == "llvm") return name + ".ll";
  if (emit == "asm") return name + ".s";
  if (emit == "mlir") return name + ".mlir";
  return name + ".o";
}

// The files that are written under a name given as `output`.
std::vector<std::string> Written(const CompileVerbFlags& flags,
                                 const std::string& output) {
  std::vector<std::string> files = {output};
  if (flags.emit == "object")
    files.push_back(std::filesystem::path(output).replace_extension(".h"));
  if (flags.variables == "file") files.push_back(output + ".weights");
  return files;
}

absl::Status Compile(const CompileVerbFlags& flags) {
  const std::string output = flags.output.empty()
                                 ? DefaultOutput(flags.model, flags.emit)
                                 : flags.output;
  if (absl::Status status = CheckWritable(output); !status.ok()) return status;
  for (const std::string& written : Written(flags, output)) {
    absl::Status status = CheckReplacesNone(written, {flags.model});
    if (!status.ok()) return status;
  }
  Progress progress;
  progress.Step(absl::StrCat("reading ", flags.model));
  absl::StatusOr<OpenedModel> model = OpenModel(flags.model, flags.open);
  if (!model.ok()) return model.status();
  absl::StatusOr<CompileOptions> options = ToCompileOptions(flags.compile);
  if (!options.ok()) return options.status();
  progress.Step(absl::StrCat("compiling ", flags.model));
  if (flags.emit == "object" || flags.emit == "library") {
    ArtifactOptions artifact;
    artifact.compile = *std::move(options);
    artifact.variables = flags.variables == "file" ? VariablePlace::kFile
                         : flags.variables == "arguments"
                             ? VariablePlace::kArguments
                             : VariablePlace::kEmbedded;
    return flags.emit == "object"
               ? WriteObject(*model->model, output, artifact)
               : WriteLibrary(*model->model, output, artifact);
  }
  const char* phase = flags.emit == "llvm"  ? "llvm"
                      : flags.emit == "asm" ? "object"
                                            : "buffers";
  absl::StatusOr<std::string> text = DumpPhase(*model->model, phase, *options);
  if (!text.ok()) return text.status();
  return WriteFile(output, *text);
}

}  // namespace

int CompileVerb(absl::Span<char* const> args) {
  CompileVerbFlags values;
  Flags flags("compile", "MODEL",
              "Compiles a .keras file, by default to an object file with code "
              "and weights, and a C header beside it.");
  flags.String("output", "PATH",
               "where to write (default: MODEL's name in the current folder)",
               &values.output);
  flags.Alias('o', "output");
  flags.Choice("emit", {"object", "library", "llvm", "asm", "mlir"},
               "an object file and its header (default), a shared library, "
               "LLVM IR, assembly, or\nthe MLIR of the phase `buffers`",
               &values.emit);
  flags.Choice("variables", {"embedded", "file", "arguments"},
               "where the weights go: into the artifact (default), into a file "
               "beside it, or\nnowhere: callers give them",
               &values.variables);
  AddCompileFlags(&flags, &values.compile);
  AddOpenFlags(&flags, &values.open);
  std::vector<std::string> positional;
  if (auto exit = flags.Parse(args, &positional, 1, 1)) return *exit;
  if (flags.Given("variables") && values.emit != "object" &&
      values.emit != "library") {
    return flags.UsageError("--variables needs --emit=object or library");
  }
  values.model = positional[0];
  return ExitCode(Compile(values));
}

}  // namespace keratin::tools

// keratin run: calls a model, or a library compiled before, on given inputs.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/tools/bind_inputs.h"
#include "compiler/tools/compile_model.h"
#include "compiler/tools/flags.h"
#include "compiler/tools/open_model.h"
#include "compiler/tools/output_file.h"
#include "compiler/tools/print_array.h"
#include "compiler/tools/progress.h"
#include "compiler/tools/threads.h"
#include "compiler/tools/verbs.h"
#include "runtime/executable.h"
#include "runtime/npy.h"
#include "runtime/self_test.h"

namespace keratin::tools {
namespace {

constexpr int64_t kPrintedElements = 1000;

struct RunFlags {
  std::string model;
  std::string inputs;
  std::vector<std::string> input;
  std::string outputs;
  std::string weights;
  bool self_test = false;
  CompileFlags compile;
  OpenFlags open;
  int64_t threads = 0;
};

// A model that is ready to be called.
struct Ready {
  Executable executable;
  Prepared prepared;
  std::vector<Array> state;
};

absl::StatusOr<Ready> OpenLibrary(const RunFlags& flags) {
  absl::StatusOr<Executable> exe = Executable::LoadLibrary(flags.model);
  if (!exe.ok()) return exe.status();
  Ready ready{*exe, {}, {}};
  if (exe->manifest().weights().place() == proto::Weights::ARGUMENTS) {
    return absl::FailedPreconditionError(
        absl::StrCat(flags.model,
                     " was compiled with --variables=arguments and holds no "
                     "weights; run the .keras file, or compile it with "
                     "--variables=embedded"));
  }
  if (exe->manifest().weights().place() == proto::Weights::FILE) {
    const std::string path = flags.weights.empty()
                                 ? absl::StrCat(flags.model, ".weights")
                                 : flags.weights;
    absl::StatusOr<Prepared> prepared = exe->OpenWeights(path);
    if (!prepared.ok()) return prepared.status();
    ready.prepared = *std::move(prepared);
  } else if (!flags.weights.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(flags.model, " holds its weights: leave --weights away"));
  } else {
    absl::StatusOr<Prepared> prepared = exe->EmbeddedPrepared();
    if (!prepared.ok()) return prepared.status();
    ready.prepared = *std::move(prepared);
  }
  absl::StatusOr<std::vector<Array>> state = exe->InitialState();
  if (!state.ok()) return state.status();
  ready.state = *std::move(state);
  return ready;
}

absl::StatusOr<Ready> CompileAndPrepare(const RunFlags& flags,
                                        const CallOptions& options,
                                        Progress* progress) {
  progress->Step(absl::StrCat("reading ", flags.model));
  absl::StatusOr<OpenedModel> model = OpenModel(flags.model, flags.open);
  if (!model.ok()) return model.status();
  progress->Step(absl::StrCat("compiling ", flags.model));
  absl::StatusOr<CompileOptions> compile = ToCompileOptions(flags.compile);
  if (!compile.ok()) return compile.status();
  absl::StatusOr<Executable> exe = Compile(*model->model, *compile);
  if (!exe.ok()) return exe.status();
  Ready ready{*exe, {}, {}};
  absl::StatusOr<Prepared> prepared =
      exe->Prepare(model->trainable, model->non_trainable, options);
  if (!prepared.ok()) return prepared.status();
  ready.prepared = *std::move(prepared);
  absl::StatusOr<std::vector<Array>> state =
      exe->StateOf(model->trainable, model->non_trainable);
  if (!state.ok()) return state.status();
  ready.state = *std::move(state);
  return ready;
}

std::string Describe(const TensorSpec& spec, const Array& output) {
  return absl::StrCat(spec.name, ": ", DTypeName(output.dtype()), " (",
                      absl::StrJoin(output.sizes(), ", "), ")\n",
                      FormatElements(output, kPrintedElements), "\n");
}

absl::Status SelfTest(const RunFlags& flags) {
  absl::StatusOr<Ready> ready = OpenLibrary(flags);
  if (!ready.ok()) return ready.status();
  absl::Status status =
      RunSelfTest(ready->executable, ready->prepared, ready->state);
  if (!status.ok()) return status;
  return Print(
      absl::StrCat(flags.model, " agrees with what its compiler computed\n"));
}

absl::Status Run(const RunFlags& flags) {
  if (!flags.outputs.empty()) {
    absl::Status writable = CheckWritable(flags.outputs);
    if (!writable.ok()) return writable;
    writable = CheckReplacesNone(flags.outputs,
                                 {flags.model, flags.inputs, flags.weights});
    if (!writable.ok()) return writable;
  }
  const Threads threads(flags.threads);
  Progress progress;
  absl::StatusOr<Ready> ready =
      absl::EndsWith(flags.model, ".so")
          ? OpenLibrary(flags)
          : CompileAndPrepare(flags, threads.options(), &progress);
  if (!ready.ok()) return ready.status();
  absl::StatusOr<std::vector<Array>> inputs =
      ReadInputs(flags.inputs, flags.input, ready->executable.inputs());
  if (!inputs.ok()) return inputs.status();
  progress.Step("running");
  absl::StatusOr<CallResults> results = ready->executable.Call(
      ready->prepared, ready->state, *inputs, threads.options());
  progress.Done();
  if (!results.ok()) return results.status();
  if (!flags.outputs.empty())
    return WriteNpz(flags.outputs, Numbered(results->outputs));
  std::string text;
  for (size_t i = 0; i < results->outputs.size(); ++i) {
    absl::StrAppend(
        &text, Describe(ready->executable.outputs()[i], results->outputs[i]));
  }
  return Print(text);
}

}  // namespace

int RunVerb(absl::Span<char* const> args) {
  RunFlags values;
  Flags flags("run", "MODEL_OR_SO",
              "Runs a .keras file, or a library that `keratin compile "
              "--emit=library` wrote, and prints the outputs.");
  flags.String("inputs", "FILE.npz",
               "the inputs: arrays named as they are, else 0, 1, ..., else "
               "arr_0, arr_1, ...",
               &values.inputs);
  flags.Strings("input", "NAME=FILE",
                "one input from a .npy or .png file; may be repeated. A PNG is "
                "decoded to\nthe input's channels, 0 to 255, a batch of one",
                &values.input);
  flags.String("outputs", "FILE.npz",
               "write the outputs there as 0, 1, ... instead of printing them",
               &values.outputs);
  flags.Integer("threads", "N", "run on N threads (default: all processors)", 1,
                &values.threads);
  flags.String("weights", "FILE",
               "of a library compiled with --variables=file (default: beside "
               "it)",
               &values.weights);
  flags.Switch("self-test",
               "of a library: make the call that its compiler recorded, "
               "instead of one on\ninputs, and compare the results",
               &values.self_test);
  AddCompileFlags(&flags, &values.compile);
  AddOpenFlags(&flags, &values.open);
  std::vector<std::string> positional;
  if (auto exit = flags.Parse(args, &positional, 1, 1)) return *exit;
  values.model = positional[0];
  if (absl::EndsWith(values.model, ".so")) {
    for (const char* name : {"training", "march", "batch", "dump-ir"}) {
      if (flags.Given(name)) {
        return flags.UsageError(absl::StrCat(
            "--", name, " does nothing for a library, which is compiled"));
      }
    }
  } else {
    for (const char* name : {"self-test", "weights"}) {
      if (flags.Given(name))
        return flags.UsageError(
            absl::StrCat("--", name, " needs a library (.so)"));
    }
  }
  if (values.self_test) {
    for (const char* name : {"inputs", "input", "outputs"}) {
      if (flags.Given(name)) {
        return flags.UsageError(absl::StrCat(
            "--", name, " does nothing with --self-test, which has its own"));
      }
    }
    return ExitCode(SelfTest(values));
  }
  return ExitCode(Run(values));
}

}  // namespace keratin::tools

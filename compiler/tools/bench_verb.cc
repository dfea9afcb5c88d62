// keratin bench: how long a model takes to compile and to call.
//
// A call goes from the inputs in memory to outputs in memory, entry checks
// included. Nothing is cached on disk, here or elsewhere.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "compiler/tools/bind_inputs.h"
#include "compiler/tools/compile_model.h"
#include "compiler/tools/flags.h"
#include "compiler/tools/open_model.h"
#include "compiler/tools/output_file.h"
#include "compiler/tools/progress.h"
#include "compiler/tools/threads.h"
#include "compiler/tools/verbs.h"
#include "nlohmann/json.hpp"
#include "runtime/executable.h"
#include "runtime/npy.h"
#include "runtime/workspace.h"

namespace keratin::tools {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kLeastCalls = 5;

struct BenchFlags {
  std::string model;
  std::string inputs;
  std::string outputs;
  CompileFlags compile;
  bool batch_given = false;
  OpenFlags open;
  int64_t threads = 0;
  double seconds = 3;
  bool json = false;
};

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The batch that all arrays agree on, if there is one.
std::optional<int64_t> BatchOf(const NamedArrays& arrays) {
  std::optional<int64_t> batch;
  for (const auto& [name, array] : arrays) {
    if (name == "out") continue;
    if (array.rank() == 0) return std::nullopt;
    if (batch.has_value() && *batch != array.size(0)) return std::nullopt;
    batch = array.size(0);
  }
  return batch;
}

std::string ToText(const nlohmann::json& row) {
  return absl::StrFormat(
      "batch %s, %d threads: compile %.3f s; call min %.4f ms, median %.4f "
      "ms of %d calls\n",
      row["batch"].dump(), row["threads"].get<int64_t>(),
      row["compile_s"].get<double>(), row["min_ms"].get<double>(),
      row["median_ms"].get<double>(), row["calls"].get<int64_t>());
}

absl::Status Bench(BenchFlags flags) {
  if (!flags.outputs.empty()) {
    absl::Status writable = CheckWritable(flags.outputs);
    if (!writable.ok()) return writable;
    writable = CheckReplacesNone(flags.outputs, {flags.model, flags.inputs});
    if (!writable.ok()) return writable;
  }
  absl::StatusOr<NamedArrays> arrays = ReadNpz(flags.inputs);
  if (!arrays.ok()) return arrays.status();
  if (!flags.batch_given) flags.compile.batch = BatchOf(*arrays);
  const Threads threads(flags.threads);
  const CallOptions& options = threads.options();
  Progress progress;
  progress.Step(absl::StrCat("compiling ", flags.model));

  const Clock::time_point start = Clock::now();
  absl::StatusOr<OpenedModel> model = OpenModel(flags.model, flags.open);
  if (!model.ok()) return model.status();
  absl::StatusOr<CompileOptions> compile = ToCompileOptions(flags.compile);
  if (!compile.ok()) return compile.status();
  absl::StatusOr<Executable> exe = Compile(*model->model, *compile);
  if (!exe.ok()) return exe.status();
  absl::StatusOr<Prepared> prepared =
      exe->Prepare(model->trainable, model->non_trainable, options);
  if (!prepared.ok()) return prepared.status();
  absl::StatusOr<std::vector<Array>> state =
      exe->StateOf(model->trainable, model->non_trainable);
  if (!state.ok()) return state.status();
  const double compile_s = SecondsSince(start);

  absl::StatusOr<std::vector<Array>> inputs =
      BindInputsBesideOut(flags.inputs, *std::move(arrays), exe->inputs());
  if (!inputs.ok()) return inputs.status();
  absl::StatusOr<std::vector<Array>> results = exe->AllocateResults(*inputs);
  if (!results.ok()) return results.status();
  Workspace workspace;
  const auto call = [&] {
    return exe->CallInto(*prepared, *state, *inputs, absl::MakeSpan(*results),
                         workspace, options);
  };
  progress.Step("timing");
  if (absl::Status status = call(); !status.ok()) return status;
  std::vector<double> milliseconds;
  const Clock::time_point begin = Clock::now();
  do {
    const Clock::time_point t = Clock::now();
    if (absl::Status status = call(); !status.ok()) return status;
    milliseconds.push_back(SecondsSince(t) * 1e3);
  } while (SecondsSince(begin) < flags.seconds ||
           milliseconds.size() < kLeastCalls);
  progress.Done();

  if (!flags.outputs.empty()) {
    absl::Status status =
        WriteNpz(flags.outputs, Numbered(absl::MakeConstSpan(*results).subspan(
                                    0, exe->outputs().size())));
    if (!status.ok()) return status;
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  nlohmann::json row = {
      {"threads", threads.count()},
      {"compile_s", compile_s},
      {"min_ms", milliseconds.front()},
      {"median_ms", milliseconds[milliseconds.size() / 2]},
      {"calls", milliseconds.size()},
  };
  row["batch"] = nullptr;
  if (flags.compile.batch.has_value()) {
    row["batch"] = *flags.compile.batch;
  } else {
    row["batch"] = "dynamic";
  }
  return Print(
      flags.json
          ? absl::StrCat(row.dump(-1, ' ', false,
                                  nlohmann::json::error_handler_t::replace),
                         "\n")
          : ToText(row));
}

}  // namespace

int BenchVerb(absl::Span<char* const> args) {
  BenchFlags values;
  Flags flags("bench", "MODEL",
              "Compiles MODEL for the batch in the file of inputs, and calls "
              "it again and again.");
  flags.String("inputs", "FILE.npz",
               "the inputs, as `keratin run` takes them; an array `out` that "
               "is no input is ignored",
               &values.inputs);
  flags.String("outputs", "FILE.npz",
               "write the outputs of the last call there as 0, 1, ...",
               &values.outputs);
  flags.Integer("threads", "N", "run on N threads (default: all processors)", 1,
                &values.threads);
  flags.Seconds("seconds", "how long to go on calling (default 3)",
                &values.seconds);
  flags.Switch("json",
               "print one JSON object: compile_s (from the file to ready to "
               "run), min_ms,\nmedian_ms, calls",
               &values.json);
  AddCompileFlags(&flags, &values.compile);
  AddOpenFlags(&flags, &values.open);
  std::vector<std::string> positional;
  if (auto exit = flags.Parse(args, &positional, 1, 1)) return *exit;
  if (values.inputs.empty()) return flags.UsageError("--inputs is missing");
  values.model = positional[0];
  values.batch_given = flags.Given("batch");
  return ExitCode(Bench(std::move(values)));
}

}  // namespace keratin::tools

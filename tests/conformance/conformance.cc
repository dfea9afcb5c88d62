// The conformance runner: see README.md.
//
//   bazel run -c opt //tests/conformance -- --cases=DIR [--layer=NAME]

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "compiler/tools/flags.h"
#include "compiler/tools/output_file.h"
#include "layers/base/warning.h"
#include "runtime/pending_file.h"
#include "tests/conformance/conformance_case.h"
#include "tests/conformance/outcome.h"
#include "tests/conformance/run_case.h"
#include "tests/conformance/workers.h"

namespace keratin::conformance {
namespace {

using tools::ExitCode;
using tools::Flags;
using tools::kFailure;
using tools::kOk;

// `bazel run` starts programs elsewhere than where the user is.
std::string FromUser(const std::string& path) {
  const char* folder = std::getenv("BUILD_WORKING_DIRECTORY");
  if (folder == nullptr || path.empty()) return path;
  return (std::filesystem::path(folder) / path).string();
}

// What is known of a folder whose case.json cannot be read.
Case Unreadable(const std::string& folder) {
  Case c;
  c.folder = folder;
  const std::filesystem::path path(folder);
  c.id = path.filename().string();
  c.layer = path.parent_path().filename().string();
  return c;
}

int Main(absl::Span<char* const> args) {
  std::string root;
  std::string layer;
  std::string json;
  RunOptions run_options;
  WorkerOptions workers;
  int64_t jobs = 2;
  int64_t threads = 1;
  Flags flags("conformance", "", "Runs cases that the real Keras wrote.");
  flags.String("cases", "DIR", "every folder in it with a case.json is a case",
               &root);
  flags.String("layer", "NAME", "of this layer class alone", &layer);
  flags.String("json", "FILE", "write all outcomes there, too", &json);
  flags.String("march", "NAME", "compile for this machine", &run_options.march);
  flags.Integer("jobs", "N", "cases at once (default 2)", 1, &jobs);
  flags.Integer("threads", "N", "threads of a call (default 1)", 1, &threads);
  flags.Seconds("seconds", "for one case (default 120)", &workers.seconds);
  std::vector<std::string> positional;
  if (auto exit = flags.Parse(args, &positional, 0, 0)) return *exit;
  if (root.empty()) return flags.UsageError("--cases is missing");
  SetWarningHandler(nullptr);  // those of the models are no news here
  root = FromUser(root);
  json = FromUser(json);
  workers.jobs = static_cast<int>(jobs);
  workers.progress = isatty(STDERR_FILENO) != 0;
  run_options.threads = static_cast<int>(threads);
  if (!json.empty()) {
    absl::Status writable = tools::CheckWritable(json);
    if (!writable.ok()) return ExitCode(writable);
  }

  const absl::StatusOr<std::vector<std::string>> folders = FindCases(root);
  if (!folders.ok()) return ExitCode(folders.status());
  std::vector<Case> cases;
  std::vector<absl::Status> statuses;
  for (const std::string& folder : *folders) {
    absl::StatusOr<Case> c = ReadCase(folder);
    Case known = c.ok() ? *c : Unreadable(folder);
    if (!layer.empty() && known.layer != layer) continue;
    cases.push_back(std::move(known));
    statuses.push_back(c.status());
  }
  if (cases.empty()) {
    return ExitCode(absl::NotFoundError(
        absl::StrCat("no case in ", root, " is of the layer ", layer)));
  }

  const auto named = [&](size_t i) {
    Outcome outcome;
    outcome.id = cases[i].id;
    outcome.layer = cases[i].layer;
    return outcome;
  };
  const std::vector<Outcome> outcomes = RunInWorkers(
      cases.size(), workers,
      [&](size_t i) {
        if (statuses[i].ok()) return RunCase(cases[i], run_options);
        Outcome outcome = named(i);
        outcome.reasons = {std::string(statuses[i].message())};
        return outcome;
      },
      named);
  if (!json.empty()) {
    absl::Status written = WriteFile(json, ReportJson(outcomes));
    if (!written.ok()) return ExitCode(written);
  }
  const absl::Status printed = tools::Print(Report(outcomes));
  if (!printed.ok()) return ExitCode(printed);
  for (const Outcome& outcome : outcomes)
    if (outcome.verdict == Verdict::kFailed) return kFailure;
  return kOk;
}

}  // namespace
}  // namespace keratin::conformance

int main(int argc, char** argv) {
  return keratin::conformance::Main(
      absl::MakeConstSpan(argv + 1, static_cast<size_t>(argc - 1)));
}

// keratin summary: the layers of a model, drawn as Keras's model.summary().

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "compiler/tools/flags.h"
#include "compiler/tools/open_model.h"
#include "compiler/tools/output_file.h"
#include "compiler/tools/verbs.h"
#include "layers/models/summary.h"

namespace keratin::tools {
namespace {

// Of a line: more are cut off by any terminal.
constexpr int64_t kMostColumns = 10000;

// Of standard output; $COLUMNS first, 80 where it is no terminal.
int TerminalColumns() {
  int columns = 0;
  const char* variable = std::getenv("COLUMNS");
  if (variable != nullptr && absl::SimpleAtoi(variable, &columns) &&
      columns > 0) {
    return columns;
  }
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

}  // namespace

int SummaryVerb(absl::Span<char* const> args) {
  OpenFlags open;
  Flags flags("summary", "MODEL",
              "Prints the layers of MODEL, their output shapes and the number "
              "of their parameters, as Keras's model.summary() does.");
  AddOpenFlags(&flags, &open);
  SummaryOptions options{.terminal_columns = TerminalColumns()};
  int64_t line_length = 0;
  std::string range;
  flags.Switch("expand-nested", "list the layers of models in MODEL too",
               &options.expand_nested);
  flags.Switch("show-trainable", "say which layers are trainable",
               &options.show_trainable);
  flags.String("layer-range", "FIRST,LAST",
               "only these layers and those between; names, or regular "
               "expressions of how they begin",
               &range);
  flags.Integer("line-length", "N", "the columns of the table", 1,
                &line_length);
  std::vector<std::string> positional;
  if (auto exit = flags.Parse(args, &positional, 1, 1)) return *exit;
  options.line_length =
      static_cast<int>(std::min<int64_t>(line_length, kMostColumns));
  if (flags.Given("layer-range")) {
    const std::pair<std::string, std::string> ends =
        absl::StrSplit(range, absl::MaxSplits(',', 1));
    if (ends.first.empty() || ends.second.empty()) {
      return flags.UsageError(
          "--layer-range takes the first and the last layer, as FIRST,LAST");
    }
    options.layer_range = ends;
  }
  const absl::StatusOr<OpenedModel> model = OpenModel(positional[0], open);
  if (!model.ok()) return ExitCode(model.status());
  for (const auto& [key, array] : model->optimizer) {
    options.optimizer_params += array.elements();
    options.optimizer_bytes += static_cast<double>(array.bytes());
  }
  const absl::StatusOr<std::string> text = Summary(*model->model, options);
  if (!text.ok()) return ExitCode(text.status());
  return ExitCode(Print(*text));
}

}  // namespace keratin::tools

// keratin summary: the layers of a model, drawn as Keras's model.summary().

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "compiler/tools/flags.h"
#include "compiler/tools/open_model.h"
#include "compiler/tools/output_file.h"
#include "compiler/tools/verbs.h"
#include "layers/models/summary.h"

namespace keratin::tools {
namespace {

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
  std::vector<std::string> positional;
  if (auto exit = flags.Parse(args, &positional, 1, 1)) return *exit;
  const absl::StatusOr<OpenedModel> model = OpenModel(positional[0], open);
  if (!model.ok()) return ExitCode(model.status());
  SummaryOptions options{.terminal_columns = TerminalColumns()};
  for (const auto& [key, array] : model->optimizer) {
    options.optimizer_params += array.elements();
    options.optimizer_bytes += static_cast<double>(array.bytes());
  }
  const absl::StatusOr<std::string> text = Summary(*model->model, options);
  if (!text.ok()) return ExitCode(text.status());
  return ExitCode(Print(*text));
}

}  // namespace keratin::tools

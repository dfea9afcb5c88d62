// keratin plot: the graph of a model as a picture, as keras.utils.plot_model.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/tools/flags.h"
#include "compiler/tools/open_model.h"
#include "compiler/tools/verbs.h"
#include "layers/saving/plot_file.h"

namespace keratin::tools {

int PlotVerb(absl::Span<char* const> args) {
  OpenFlags open;
  PlotOptions options;
  std::string output = "model.svg";
  bool no_shapes = false;
  Flags flags(
      "plot", "MODEL",
      "Draws the layers of MODEL and how they are connected, as Keras's "
      "plot_model does, by the program `dot` of Graphviz.");
  flags.String("output", "FILE",
               "where to write: .svg, .png, .pdf, or .dot, the graph itself "
               "(default model.svg)",
               &output);
  flags.Alias('o', "output");
  flags.Switch("no-shapes", "leave out the shapes of inputs and outputs",
               &no_shapes);
  flags.Switch("dtypes", "show the types of outputs", &options.show_dtype);
  flags.Switch("activations", "show the layers' activations",
               &options.show_layer_activations);
  flags.Switch("trainable", "show which layers are trainable",
               &options.show_trainable);
  flags.Switch("expand-nested", "draw nested models as their own layers",
               &options.expand_nested);
  flags.Choice("rankdir", {"TB", "LR", "BT", "RL"},
               "from top to bottom (default), or another direction",
               &options.rankdir);
  AddOpenFlags(&flags, &open);
  std::vector<std::string> positional;
  if (auto exit = flags.Parse(args, &positional, 1, 1)) return *exit;
  const absl::StatusOr<OpenedModel> model = OpenModel(positional[0], open);
  if (!model.ok()) return ExitCode(model.status());
  options.show_shapes = !no_shapes;
  return ExitCode(PlotModel(*model->model, output, options));
}

}  // namespace keratin::tools

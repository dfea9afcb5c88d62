// A model drawn as a graph, in the language of Graphviz. Keras:
// keras.utils.model_to_dot, plot_model.
//
//   absl::StatusOr<std::string> dot = ModelToDot(*model, {.show_dtype = true});
//   absl::StatusOr<std::string> svg = RenderDot(*dot, "svg");
#ifndef KERATIN_LAYERS_MODELS_PLOT_H_
#define KERATIN_LAYERS_MODELS_PLOT_H_

#include <string>

#include "absl/status/statusor.h"
#include "layers/models/model.h"

namespace keratin {

struct PlotOptions {
  // Of inputs and outputs; of the first call, if there are several.
  bool show_shapes = true;
  bool show_dtype = false;
  bool show_layer_names = true;
  bool show_layer_activations = false;
  bool show_trainable = false;
  // Nested models as boxes of their own layers.
  bool expand_nested = false;
  // From top to bottom "TB", or "LR", "BT", "RL".
  std::string rankdir = "TB";
  int dpi = 96;
};

// One box for each layer, as Keras draws it. Builds the model first, if its
// inputs are known; a class of one's own is a single box.
absl::StatusOr<std::string> ModelToDot(Model& model,
                                       const PlotOptions& options = {});

// What the program `dot` of Graphviz makes of it: "svg", "png", "pdf". An error
// if it is not installed.
absl::StatusOr<std::string> RenderDot(const std::string& dot,
                                      const std::string& format);

}  // namespace keratin

#endif  // KERATIN_LAYERS_MODELS_PLOT_H_

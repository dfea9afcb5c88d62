// The summary of a model: a table of its layers, their output shapes and the
// number of their parameters. Keras: Model.summary.
//
//   absl::StatusOr<std::string> text = Summary(*model);
#ifndef KERATIN_LAYERS_MODELS_SUMMARY_H_
#define KERATIN_LAYERS_MODELS_SUMMARY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "layers/models/model.h"

namespace keratin {

struct SummaryOptions {
  // How long a line of the table is; 0: 88 columns, 108 of a graph, 12 more
  // with `show_trainable`, but at most what the terminal has without 4.
  int line_length = 0;
  // Whether the layers of models in it have rows too.
  bool expand_nested = false;
  // Whether a column says which layers are trainable.
  bool show_trainable = false;
  // The first layer and the last, by the start of their names, or by regular
  // expressions of it: the first that fits the one to the last that fits the
  // other.
  std::optional<std::pair<std::string, std::string>> layer_range = {};
  // How wide the terminal is; longer lines are cut off.
  int terminal_columns = 80;
  // What an optimizer has, which files hold beside the model.
  int64_t optimizer_params = 0;
  double optimizer_bytes = 0;
};

// Builds the model first, if its inputs are known; an error says why it cannot
// be built, that no layer is in the range, or that the lines are too short.
absl::StatusOr<std::string> Summary(Model& model,
                                    const SummaryOptions& options = {});

}  // namespace keratin

#endif  // KERATIN_LAYERS_MODELS_SUMMARY_H_

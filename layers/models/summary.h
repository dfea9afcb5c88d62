// The summary of a model: a table of its layers, their output shapes and the
// number of their parameters. Keras: Model.summary.
//
//   absl::StatusOr<std::string> text = Summary(*model);
#ifndef KERATIN_LAYERS_MODELS_SUMMARY_H_
#define KERATIN_LAYERS_MODELS_SUMMARY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "layers/models/model.h"

namespace keratin {

struct SummaryOptions {
  // How wide the terminal is; the table is at most as wide as Keras makes it.
  int terminal_columns = 80;
  // What an optimizer has, which files hold beside the model.
  int64_t optimizer_params = 0;
  double optimizer_bytes = 0;
};

// Builds the model first, if its inputs are known; an error says why it cannot
// be built.
absl::StatusOr<std::string> Summary(Model& model,
                                    const SummaryOptions& options = {});

}  // namespace keratin

#endif  // KERATIN_LAYERS_MODELS_SUMMARY_H_

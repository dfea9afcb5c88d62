// A picture of a model, as a file. Keras: keras.utils.plot_model.
//
//   absl::Status status = PlotModel(*model, "model.svg");
#ifndef KERATIN_LAYERS_SAVING_PLOT_FILE_H_
#define KERATIN_LAYERS_SAVING_PLOT_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "layers/models/plot.h"

namespace keratin {

// The file's ending says what is written: .dot the graph itself, .svg, .png or
// .pdf what Graphviz draws. Nothing is left half written.
absl::Status PlotModel(Model& model, const std::string& path,
                       const PlotOptions& options = {});

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_PLOT_FILE_H_

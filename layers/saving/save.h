// Save: a model into a `.keras` file that Keras loads. Keras: Model.save,
// save_weights, load_weights, to_json, keras.models.model_from_json.
//
//   absl::Status status = keratin::Save(*model, "m.keras");
#ifndef KERATIN_LAYERS_SAVING_SAVE_H_
#define KERATIN_LAYERS_SAVING_SAVE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "layers/models/model.h"
#include "layers/saving/archive.h"

namespace keratin {

// Configuration, weights and state. Variables without a value are initialized
// first. A file of that name is replaced, and only by a whole one. An error
// says what could not be written, and where.
absl::Status Save(Model& model, const std::string& path);

// The weights alone, as `NAME.weights.h5`.
absl::Status SaveWeights(Model& model, const std::string& path);
absl::Status LoadWeights(Model& model, const std::string& path,
                         const LoadOptions& options = {});

// The configuration alone.
std::string ToJson(Model& model);
absl::StatusOr<std::unique_ptr<Model>> FromJson(const std::string& json);

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_SAVE_H_

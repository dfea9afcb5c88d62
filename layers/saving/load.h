// Load: a model from a `.keras` file. Keras: keras.saving.load_model.
//
//   auto model = keratin::Load("m.keras");
#ifndef KERATIN_LAYERS_SAVING_LOAD_H_
#define KERATIN_LAYERS_SAVING_LOAD_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "layers/models/model.h"
#include "layers/saving/archive.h"
#include "layers/saving/weight_store.h"

namespace keratin {

struct LoadedModel {
  std::unique_ptr<Model> model;
  // The state of its optimizer, if it was saved with one: "0", "1", ...
  WeightStore optimizer;
};

// Errors are one sentence that names the file and what in it is wrong; an
// unsupported layer, argument or operation is kUnimplemented and lists all.
absl::StatusOr<std::unique_ptr<Model>> Load(const std::string& path,
                                            const LoadOptions& options = {});
absl::StatusOr<LoadedModel> LoadWithOptimizer(const std::string& path,
                                              const LoadOptions& options = {});
// The model that config.json describes, its variables made if that says for
// what inputs.
absl::StatusOr<std::unique_ptr<Model>> ModelFromConfig(const Value& config);

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_LOAD_H_

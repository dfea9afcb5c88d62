#include "layers/saving/save.h"

#include <ctime>
#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/base/initialize.h"
#include "layers/base/layer_registry.h"
#include "layers/saving/archive_write.h"
#include "layers/saving/hdf5_write.h"
#include "layers/saving/json.h"
#include "layers/saving/saved_parts.h"
#include "runtime/pending_file.h"

namespace keratin {
namespace {

// The version of Keras whose files these are.
constexpr char kKerasVersion[] = "3.15.1";

absl::StatusOr<std::string> Weights(Model& model) {
  // A class of one's own is built, or has nothing yet.
  absl::Status status = model.saves_layers() && !model.inputs().empty()
                            ? model.BuildAll()
                            : model.status();
  if (status.ok()) status = Initialize(model.variables());
  if (!status.ok()) return status;
  WeightStore store;
  for (const SavedPart& part : SavedParts(model)) {
    VariableStore own;
    status = part.seed != nullptr ? SaveInOrder({part.seed}, own)
                                  : part.layer->SaveOwnVariables(own);
    if (!status.ok()) return status;
    for (auto& [key, array] : own)
      store.emplace(part.Key(key), std::move(array));
  }
  return WriteHdf5(store);
}

std::string Metadata() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  char date[32];
  std::strftime(date, sizeof(date), "%Y-%m-%d@%H:%M:%S", &parts);
  return WriteJson(
      Value::Dict({{"keras_version", kKerasVersion}, {"date_saved", date}}));
}

}  // namespace

absl::Status Save(Model& model, const std::string& path) {
  auto weights = Weights(model);
  if (!weights.ok()) return weights.status();
  return WriteZip(path, {{"metadata.json", Metadata()},
                         {"config.json", ToJson(model)},
                         {"model.weights.h5", *std::move(weights)}});
}

absl::Status SaveWeights(Model& model, const std::string& path) {
  auto weights = Weights(model);
  if (!weights.ok()) return weights.status();
  return WriteFile(path, *weights);
}

std::string ToJson(Model& model) {
  return WriteJson(LayerRegistry::Serialize(model));
}

}  // namespace keratin

#include "layers/saving/load.h"

#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "layers/saving/json.h"
#include "layers/saving/save.h"
#include "layers/saving/saved_parts.h"

namespace keratin {
namespace {

class WeightLoader {
 public:
  explicit WeightLoader(WeightStore store) : store_(std::move(store)) {
    // Keras 2.13 called the list of a model's layers otherwise.
    constexpr absl::string_view kOld = "_layer_checkpoint_dependencies";
    WeightStore renamed;
    for (auto& [key, array] : store_) {
      renamed.emplace(absl::StrReplaceAll(key, {{kOld, "layers"}}),
                      std::move(array));
    }
    store_ = std::move(renamed);
  }

  // Every variable of `root`; an error for arrays that none has asked for.
  absl::Status Load(Layer& root) {
    for (const SavedPart& part : SavedParts(root)) {
      const VariableStore own = Take(part);
      // Some archives hold no seed states: the layers' own stay.
      if (part.seed != nullptr && own.empty()) continue;
      absl::Status status =
          part.seed != nullptr
              ? LoadInOrder({part.seed}, own, "a seed generator")
              : part.layer->LoadOwnVariables(own);
      if (!status.ok()) {
        return absl::Status(
            status.code(),
            absl::StrCat("weights at '", part.path, "': ", status.message()));
      }
    }
    return CheckAllUsed();
  }

  // Those of optimizers are for training.
  absl::Status CheckAllUsed() const {
    for (const auto& [key, array] : store_) {
      if (used_.contains(key) ||
          absl::StrContains(absl::StrCat("/", key), "/optimizer/")) {
        continue;
      }
      return absl::InvalidArgumentError(absl::StrCat(
          "the weights file holds '", key,
          "', and the model has no variable for it; save the model again from "
          "the code that made it"));
    }
    return absl::OkStatus();
  }

  // The arrays below a path, by what follows it.
  WeightStore Below(const std::string& path) const {
    WeightStore below;
    for (const auto& [key, array] : store_) {
      absl::string_view rest = key;
      if (absl::ConsumePrefix(&rest, path)) below.emplace(rest, array);
    }
    return below;
  }

 private:
  // What the file holds of a part, by key.
  VariableStore Take(const SavedPart& part) {
    VariableStore own;
    const std::string prefix = part.Key("");
    for (auto it = store_.lower_bound(prefix); it != store_.end(); ++it) {
      absl::string_view key = it->first;
      if (!absl::ConsumePrefix(&key, prefix)) break;
      own.emplace(key, it->second);
      used_.insert(it->first);
    }
    return own;
  }

  WeightStore store_;
  std::set<std::string> used_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Model>> ModelFromConfig(const Value& config) {
  if (!config.is_dict()) {
    return absl::InvalidArgumentError(
        "config.json is not a JSON object that describes a model");
  }
  auto layer = LayerRegistry::Deserialize(config);
  if (!layer.ok()) return layer.status();
  auto* model = dynamic_cast<Model*>(layer->get());
  if (model == nullptr) {
    return absl::UnimplementedError(
        absl::StrCat("holds a single layer of class '", (*layer)->class_name(),
                     "', and only models are supported"));
  }
  [[maybe_unused]] Layer* released = layer->release();
  std::unique_ptr<Model> owned(model);
  absl::Status built;
  if (const Value* build = config.Find("build_config");
      owned->inputs().empty() && build != nullptr && build->is_dict())
    built = owned->BuildFromConfig(*build);
  if (built.ok() && !owned->built() && !owned->inputs().empty())
    built = owned->BuildAll();
  if (!built.ok()) return built;
  return owned;
}

absl::StatusOr<std::unique_ptr<Model>> Load(const std::string& path,
                                            const LoadOptions& options) {
  auto loaded = LoadWithOptimizer(path, options);
  if (!loaded.ok()) return loaded.status();
  return std::move(loaded->model);
}

absl::StatusOr<LoadedModel> LoadWithOptimizer(const std::string& path,
                                              const LoadOptions& options) {
  auto named = [&](const absl::Status& status) {
    return absl::Status(status.code(),
                        absl::StrCat("'", path, "': ", status.message()));
  };
  auto content = ReadArchive(path, options, ArchiveParts::kAll);
  if (!content.ok()) return content.status();
  auto config = ParseJson(content->config, "config.json");
  if (!config.ok()) return named(config.status());
  auto model = ModelFromConfig(*config);
  if (!model.ok()) return named(model.status());
  LoadedModel result{*std::move(model), {}};
  if (!content->has_weights && !result.model->variables().empty())
    return named(absl::InvalidArgumentError(
        "holds neither model.weights.h5 nor model.weights.npz"));
  WeightLoader loader(std::move(content->weights));
  absl::Status loaded = loader.Load(*result.model);
  if (!loaded.ok() && !result.model->built()) {
    loaded = absl::InvalidArgumentError(absl::StrCat(
        "does not say what inputs the model '", result.model->name(),
        "' was built with, so it has no variables for the weights; call the "
        "model on data before it is saved"));
  }
  if (!loaded.ok()) return named(loaded);
  result.optimizer = loader.Below("optimizer/vars/");
  return result;
}

absl::StatusOr<std::unique_ptr<Model>> FromJson(const std::string& json) {
  auto config = ParseJson(json, "the configuration");
  if (!config.ok()) return config.status();
  return ModelFromConfig(*config);
}

absl::Status LoadWeights(Model& model, const std::string& path,
                         const LoadOptions& options) {
  absl::Status status = model.BuildAll();
  if (!status.ok()) return status;
  auto store = ReadWeightsFile(path, options);
  status = store.status();
  if (store.ok()) status = WeightLoader(*std::move(store)).Load(model);
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat("'", path, "': ", status.message()));
}

}  // namespace keratin

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
      absl::Status status;
      if (part.seed != nullptr) {
        // Some archives hold no seed states: the layers' own stay.
        if (store_.contains(part.Key(0)))
          status = Assign(*part.seed, part.Key(0));
      } else {
        status = LoadOwn(part);
      }
      if (!status.ok()) return status;
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
  absl::Status LoadOwn(const SavedPart& part) {
    const std::vector<Variable*> own = part.layer->own_variables();
    size_t stored = 0;
    while (store_.contains(part.Key(stored))) ++stored;
    if (stored != own.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the layer '", part.layer->name(), "' has ", own.size(),
          " variables, and the weights file holds ", stored, " for it at '",
          part.path, "'; save the model again from the code that made it"));
    }
    for (size_t k = 0; k < own.size(); ++k) {
      absl::Status status = Assign(*own[k], part.Key(k));
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Assign(Variable& variable, const std::string& key) {
    used_.insert(key);
    auto array = Converted(store_.at(key), variable);
    absl::Status status =
        array.ok() ? variable.Assign(*std::move(array)) : array.status();
    if (status.ok()) return status;
    return absl::InvalidArgumentError(
        absl::StrCat("weights at '", key, "': ", status.message()));
  }

  // Values stay what they are: 16-bit floats are stored as their bits or
  // widened, and backends store integers in different widths.
  static absl::StatusOr<Array> Converted(const Array& array,
                                         const Variable& variable) {
    const DType dtype = variable.dtype();
    if (array.dtype() == dtype) return array;
    if (dtype == DType::kBFloat16 && array.dtype() == DType::kUInt16)
      return Array::CopyOf(dtype, array.sizes(), array.raw_data());
    if ((IsFloating(dtype) && IsFloating(array.dtype())) ||
        (IsInteger(dtype) && IsInteger(array.dtype()))) {
      return array.Cast(dtype);
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "variable '", variable.path(), "' has dtype ", DTypeName(dtype),
        ", and cannot take an array of dtype ", DTypeName(array.dtype())));
  }

  WeightStore store_;
  std::set<std::string> used_;
};

// The model of a configuration, its variables made.
absl::StatusOr<std::unique_ptr<Model>> ModelOf(const Value& config) {
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
  absl::Status built = owned->BuildAll();
  if (!built.ok()) return built;
  return owned;
}

}  // namespace

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
  auto model = ModelOf(*config);
  if (!model.ok()) return named(model.status());
  LoadedModel result{*std::move(model), {}};
  if (!content->has_weights && !result.model->variables().empty())
    return named(absl::InvalidArgumentError(
        "holds neither model.weights.h5 nor model.weights.npz"));
  WeightLoader loader(std::move(content->weights));
  absl::Status loaded = loader.Load(*result.model);
  if (!loaded.ok()) return named(loaded);
  result.optimizer = loader.Below("optimizer/vars/");
  return result;
}

absl::StatusOr<std::unique_ptr<Model>> FromJson(const std::string& json) {
  auto config = ParseJson(json, "the configuration");
  if (!config.ok()) return config.status();
  return ModelOf(*config);
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

#include "layers/saving/load.h"

#include <map>
#include <regex>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "layers/saving/json.h"

namespace keratin {
namespace {

// Keras's to_snake_case, of class names: "Conv2D" is "conv2d", "GRUCell"
// "gru_cell".
std::string ToSnakeCase(const std::string& name) {
  static const auto* kOther = new std::regex("\\W+");
  static const auto* kWord = new std::regex("(.)([A-Z][a-z]+)");
  static const auto* kHump = new std::regex("([a-z])([A-Z])");
  std::string snake = std::regex_replace(name, *kOther, "");
  snake = std::regex_replace(snake, *kWord, "$1_$2");
  snake = std::regex_replace(snake, *kHump, "$1_$2");
  return absl::AsciiStrToLower(snake);
}

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

  absl::Status Load(Layer& layer, const std::string& path) {
    if (!visited_.insert(&layer).second) return absl::OkStatus();
    const std::vector<Variable*> own = layer.own_variables();
    size_t stored = 0;
    while (store_.contains(Key(path, stored))) ++stored;
    if (stored != own.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the layer '", layer.name(), "' has ", own.size(),
          " variables, and the weights file holds ", stored, " for it at '",
          path, "'; save the model again from the code that made it"));
    }
    for (size_t k = 0; k < own.size(); ++k) {
      absl::Status status = Assign(*own[k], Key(path, k));
      if (!status.ok()) return status;
    }
    if (auto* model = dynamic_cast<Model*>(&layer))
      return LoadList(model->layers(), Join(path, "layers"));
    for (const Layer::Child& child : layer.children()) {
      const std::string below = Join(path, child.attribute);
      absl::Status status;
      if (child.seed != nullptr) {
        // Some archives hold no seed states: the layers' own stay.
        if (store_.contains(Key(below, 0)))
          status = Assign(*child.seed, Key(below, 0));
      } else if (child.is_list) {
        status = LoadList(child.layers, below);
      } else {
        status = Load(*child.layers[0], below);
      }
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // After loading: an error for arrays that no layer has asked for. Those of
  // optimizers are for training.
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
  static std::string Join(const std::string& path, const std::string& name) {
    return path.empty() ? name : absl::StrCat(path, "/", name);
  }
  static std::string Key(const std::string& path, size_t number) {
    return Join(path, absl::StrCat("vars/", number));
  }

  absl::Status LoadList(const std::vector<Layer*>& layers,
                        const std::string& path) {
    std::map<std::string, int> used;
    for (Layer* layer : layers) {
      std::string name =
          layer == nullptr ? "input_layer" : ToSnakeCase(layer->class_name());
      const int count = used[name]++;
      if (count > 0) absl::StrAppend(&name, "_", count);
      if (layer == nullptr) continue;
      absl::Status status = Load(*layer, Join(path, name));
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
  std::set<const Layer*> visited_;
  std::set<std::string> used_;
};

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
  if (!config->is_dict()) {
    return named(absl::InvalidArgumentError(
        "config.json is not a JSON object that describes a model"));
  }
  auto layer = LayerRegistry::Deserialize(*config);
  if (!layer.ok()) return named(layer.status());
  auto* model = dynamic_cast<Model*>(layer->get());
  if (model == nullptr) {
    return named(absl::UnimplementedError(
        absl::StrCat("holds a single layer of class '", (*layer)->class_name(),
                     "', and only models are supported")));
  }
  [[maybe_unused]] Layer* released = layer->release();
  LoadedModel result{std::unique_ptr<Model>(model), {}};
  absl::Status built = model->BuildAll();
  if (!built.ok()) return named(built);
  if (!content->has_weights && !model->variables().empty())
    return named(absl::InvalidArgumentError(
        "holds neither model.weights.h5 nor model.weights.npz"));
  WeightLoader loader(std::move(content->weights));
  absl::Status loaded = loader.Load(*model, "");
  if (loaded.ok()) loaded = loader.CheckAllUsed();
  if (!loaded.ok()) return named(loaded);
  result.optimizer = loader.Below("optimizer/vars/");
  return result;
}

}  // namespace keratin

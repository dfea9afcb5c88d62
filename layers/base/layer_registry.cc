#include "layers/base/layer_registry.h"

#include <cxxabi.h>

#include <cstdlib>
#include <map>
#include <typeindex>

#include "absl/strings/str_cat.h"
#include "layers/base/issues.h"
#include "layers/base/layer.h"

namespace keratin {
namespace {

std::map<std::string, LayerRegistry::Factory>& Factories() {
  static auto* factories = new std::map<std::string, LayerRegistry::Factory>();
  return *factories;
}

std::map<std::type_index, std::string>& Names() {
  static auto* names = new std::map<std::type_index, std::string>();
  return *names;
}

absl::Status Unsupported(const std::string& key, const std::string& shown) {
  if (key == "Lambda") {
    return absl::UnimplementedError(absl::StrCat(
        "layer '", shown,
        "' is of class 'Lambda', which carries Python code "
        "that is never run here: write it with keras.ops or as a layer, and "
        "save the model again"));
  }
  return absl::UnimplementedError(absl::StrCat(
      "layer '", shown, "' is of class '", key, "', which is not supported",
      key.find('>') == std::string::npos
          ? ""
          : absl::StrCat("; register it with KERATIN_REGISTER_LAYER(\"",
                         key.substr(0, key.find('>')), "\", ",
                         key.substr(key.find('>') + 1), ")")));
}

}  // namespace

bool LayerRegistry::Register(const std::string& name, Factory factory) {
  return Factories().emplace(name, std::move(factory)).second;
}

bool LayerRegistry::Register(const std::string& name,
                             const std::type_info& type, Factory factory) {
  Names().emplace(type, name);
  return Register(name, std::move(factory));
}

bool LayerRegistry::Has(const std::string& class_name) {
  return Factories().contains(class_name);
}

std::vector<std::string> LayerRegistry::ClassNames() {
  std::vector<std::string> names;
  for (const auto& [name, factory] : Factories()) names.push_back(name);
  return names;
}

std::string LayerRegistry::NameOf(const std::type_info& type) {
  auto it = Names().find(type);
  if (it != Names().end()) return it->second;
  int status = 0;
  std::unique_ptr<char, void (*)(void*)> readable(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  std::string name = status == 0 ? readable.get() : type.name();
  const size_t scope = name.rfind(':');
  return scope == std::string::npos ? name : name.substr(scope + 1);
}

std::unique_ptr<Layer> LayerRegistry::Create(const std::string& class_name) {
  auto it = Factories().find(class_name);
  if (it == Factories().end()) return nullptr;
  std::unique_ptr<Layer> layer = it->second();
  layer->set_registered_name(class_name);
  return layer;
}

absl::StatusOr<std::unique_ptr<Layer>> LayerRegistry::Deserialize(
    const Value& serialized) {
  const Value* class_name = serialized.Find("class_name");
  const Value* config = serialized.Find("config");
  if (class_name == nullptr || !class_name->is_string() || config == nullptr ||
      !config->is_dict()) {
    return absl::InvalidArgumentError(
        "a serialized layer needs 'class_name' and 'config'");
  }
  const Value* registered = serialized.Find("registered_name");
  std::string key = class_name->as_string();
  if (registered != nullptr && registered->is_string() &&
      registered->as_string().find('>') != std::string::npos) {
    key = registered->as_string();
  }
  const Value* name = config->Find("name");
  const std::string shown =
      name != nullptr && name->is_string() ? name->as_string() : "?";
  std::unique_ptr<Layer> layer = Create(key);
  if (layer == nullptr) return Unsupported(key, shown);
  // Keras builds such a layer now, on its own.
  const Value* build = serialized.Find("build_config");
  if (build != nullptr && build->is_dict()) layer->MakeRoot();
  absl::Status status = layer->Configure(*config);
  if (!status.ok()) {
    return Issues::Within(
        absl::StrCat("layer '", shown, "' of class '", key, "': "), status);
  }
  return layer;
}

Value LayerRegistry::Serialize(Layer& layer) {
  const std::string& registered = layer.registered_name();
  // What is no part of Keras's public names is found by its registered one.
  const bool named = registered.find('>') != std::string::npos ||
                     layer.module().rfind("keras.src", 0) == 0;
  Value serialized =
      Value::Dict({{"module", layer.module()},
                   {"class_name", registered.substr(registered.rfind('>') + 1)},
                   {"config", layer.GetConfig()},
                   {"registered_name", named ? Value(registered) : Value()}});
  if (Value build = layer.GetBuildConfig(); !build.is_none())
    serialized.Set("build_config", std::move(build));
  if (Value compile = layer.GetCompileConfig(); !compile.is_none())
    serialized.Set("compile_config", std::move(compile));
  return serialized;
}

}  // namespace keratin

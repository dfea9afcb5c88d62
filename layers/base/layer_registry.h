// The layer classes that files may name, and that C++ makes.
//
//   KERATIN_REGISTER_LAYER("my_package", MyLayer);
#ifndef KERATIN_LAYERS_BASE_LAYER_REGISTRY_H_
#define KERATIN_LAYERS_BASE_LAYER_REGISTRY_H_

#include <functional>
#include <memory>
#include <string>
#include <typeinfo>
#include <vector>

#include "absl/status/statusor.h"
#include "layers/base/value.h"

namespace keratin {

class Layer;

// By class name, or `package>Name` for custom classes. Keras:
// keras.saving.register_keras_serializable.
class LayerRegistry {
 public:
  using Factory = std::function<std::unique_ptr<Layer>()>;
  static bool Register(const std::string& name, Factory factory);
  // The same of a C++ class, whose name is then known.
  static bool Register(const std::string& name, const std::type_info& type,
                       Factory factory);
  // Null if the class is unknown.
  static std::unique_ptr<Layer> Create(const std::string& class_name);
  static bool Has(const std::string& class_name);
  // All there are, sorted.
  static std::vector<std::string> ClassNames();
  // What that C++ class is registered as; for one that is not registered its
  // own name, without namespaces.
  static std::string NameOf(const std::type_info& type);
  // A configured layer from Keras's serialized form {class_name, config, ..}.
  static absl::StatusOr<std::unique_ptr<Layer>> Deserialize(
      const Value& serialized);
  // Keras's serialized form of a layer: keras.saving.serialize_keras_object.
  static Value Serialize(Layer& layer);
};

// Registers a layer class of Keras, or a custom one under its package.
#define KERATIN_REGISTER_LAYER(package, Class)                                 \
  [[maybe_unused]] static const bool keratin_registered_##Class =              \
      ::keratin::LayerRegistry::Register(                                      \
          std::string(package) == "keras" ? #Class                             \
                                          : std::string(package) + ">" #Class, \
          typeid(Class),                                                       \
          [] { return std::unique_ptr<::keratin::Layer>(new Class()); })

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_LAYER_REGISTRY_H_

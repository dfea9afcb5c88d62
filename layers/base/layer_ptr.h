// LayerPtr: a layer, made and held. Copies share the layer; it lives as long as
// a holder, a layer it is part of, or a graph it was called in.
//
// Every class of layer has a LayerPtr of its own that makes one from its
// options, named as Keras's arguments, and from those that all layers take:
//
//   KerasTensor x = Input({.shape = {{28, 28, 1}}});
//   KerasTensor y = Dense({.units = 10}, {.name = "digits"})(Flatten()(x));
//
// A class of one's own is made by Make:
//
//   auto scale = Make<Scale>({.initializer = "ones"});
//   KerasTensor z = scale(y);
#ifndef KERATIN_LAYERS_BASE_LAYER_PTR_H_
#define KERATIN_LAYERS_BASE_LAYER_PTR_H_

#include <cstddef>
#include <memory>
#include <typeinfo>
#include <utility>
#include <vector>

#include "layers/base/layer.h"

namespace keratin {

class LayerPtr {
 public:
  LayerPtr() = default;                   // none
  LayerPtr(std::shared_ptr<Layer> layer)  // NOLINT(google-explicit-constructor)
      : layer_(std::move(layer)) {}

  Layer* get() const { return layer_.get(); }
  Layer* operator->() const { return layer_.get(); }
  Layer& operator*() const { return *layer_; }
  explicit operator bool() const { return layer_ != nullptr; }
  operator std::shared_ptr<Layer>() const { return layer_; }  // NOLINT
  // The layer as what it is of, or null.
  template <typename T>
  std::shared_ptr<T> As() const {
    return std::dynamic_pointer_cast<T>(layer_);
  }
  const std::shared_ptr<Layer>& shared() const { return layer_; }

  // Calls the layer; see Layer::operator().
  Tensor operator()(const Tensor& x) const { return (*layer_)(x); }
  KerasTensor operator()(const KerasTensor& x) const { return (*layer_)(x); }
  absl::StatusOr<Array> operator()(const Array& x) const {
    return (*layer_)(x);
  }
  // With further arguments by name, as {{"training", true}}.
  KerasTensor operator()(const KerasTensor& x, Value::Entries keyword) const {
    return One((*layer_)(Arguments{{Value(x)}, std::move(keyword)}));
  }
  KerasTensor operator()(const std::vector<KerasTensor>& xs,
                         Value::Entries keyword = {}) const {
    return One(
        (*layer_)(Arguments{{Value::List(Value::Items(xs.begin(), xs.end()))},
                            std::move(keyword)}));
  }
  Value operator()(const Arguments& arguments) const {
    return (*layer_)(arguments);
  }

 private:
  KerasTensor One(const Value& result) const {
    if (result.is_keras_tensor()) return result.as_keras_tensor();
    return KerasTensor::Failed(absl::InvalidArgumentError(
        "layer '" + layer_->name() +
        "' returns several tensors; call it with Arguments"));
  }

  std::shared_ptr<Layer> layer_;
};

// Layers as fields of the options of other layers: as Keras serializes them;
// none is None. What is wrong with a layer is wrong with the field.
absl::Status Read(const Value& value, LayerPtr& field);
Value Written(const LayerPtr& field);
absl::Status Check(const LayerPtr& field);
absl::Status Read(const Value& value, std::vector<LayerPtr>& field);
Value Written(const std::vector<LayerPtr>& field);
absl::Status Check(const std::vector<LayerPtr>& field);

// A LayerPtr that knows the class.
template <typename T>
class LayerPtrTo : public LayerPtr {
 public:
  explicit LayerPtrTo(std::shared_ptr<T> layer) : LayerPtr(std::move(layer)) {}
  T* operator->() const { return static_cast<T*>(get()); }
  T& operator*() const { return *static_cast<T*>(get()); }
};

// A layer of a class of one's own, from its options.
template <typename T>
  requires requires { typename T::Options; }
LayerPtrTo<T> Make(typename T::Options options = {}, LayerOptions base = {}) {
  auto layer = std::make_shared<T>();
  layer->set_options(std::move(options));
  layer->Start(typeid(T), std::move(base));
  return LayerPtrTo<T>(std::move(layer));
}
// The same of a class without any, made by its constructor.
template <typename T, typename... Args>
  requires(!requires { typename T::Options; })
LayerPtrTo<T> Make(LayerOptions base = {}, Args&&... args) {
  auto layer = std::make_shared<T>(std::forward<Args>(args)...);
  layer->Start(typeid(T), std::move(base));
  return LayerPtrTo<T>(std::move(layer));
}

// In a header, after `struct NameOptions`: the LayerPtr `Name` that makes such
// a layer; null from nullptr.
#define KERATIN_DECLARE_LAYER(Name)                                         \
  class Name : public ::keratin::LayerPtr {                                 \
   public:                                                                  \
    using Options = Name##Options;                                          \
    explicit Name(Options options = {}, ::keratin::LayerOptions base = {}); \
    Name(std::nullptr_t) {} /* NOLINT */                                    \
  }

// In the source file: the class that implements it, which files call Name.
#define KERATIN_DEFINE_LAYER(package, Name, Class)                            \
  Name::Name(Options options, ::keratin::LayerOptions base)                   \
      : LayerPtr(                                                             \
            ::keratin::Make<Class>(std::move(options), std::move(base))) {}   \
  [[maybe_unused]] static const bool keratin_registered_##Name =              \
      ::keratin::LayerRegistry::Register(                                     \
          std::string(package) == "keras" ? #Name                             \
                                          : std::string(package) + ">" #Name, \
          typeid(Class),                                                      \
          [] { return std::unique_ptr<::keratin::Layer>(new Class()); })

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_LAYER_PTR_H_

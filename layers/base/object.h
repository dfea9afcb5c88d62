// Initializer, Regularizer, Constraint: the small objects that layers take by
// name, as Keras serializes them, or made in C++.
//
// Each is a value that holds a shared, immutable object of a registered class,
// or none. A name or serialized form that no class is registered for is kept,
// and is an error where it is used.
//
//   Initializer a = "he_normal";
//   Initializer b = initializers::RandomNormal({.stddev = 0.1, .seed = 7});
//   Regularizer none;
#ifndef KERATIN_LAYERS_BASE_OBJECT_H_
#define KERATIN_LAYERS_BASE_OBJECT_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "ir/trace/tensor.h"
#include "layers/base/fields.h"
#include "layers/base/value.h"

namespace keratin {

// What every such class has: fields of its configuration.
class ConfiguredObject {
 public:
  virtual ~ConfiguredObject() = default;
  virtual void Describe(Fields& fields) {}
  // After the configuration was read: an error if the fields contradict.
  virtual absl::Status Configured() { return absl::OkStatus(); }
};

// keras.initializers.Initializer: the first value of a variable, in a trace.
class InitializerObject : public ConfiguredObject {
 public:
  static constexpr char kKind[] = "initializer";
  virtual Tensor operator()(const Shape& shape, DType dtype) const = 0;
};

// keras.regularizers.Regularizer: the penalty, of rank 0, on a tensor.
class RegularizerObject : public ConfiguredObject {
 public:
  static constexpr char kKind[] = "regularizer";
  virtual Tensor operator()(const Tensor& x) const = 0;
};

// keras.constraints.Constraint: what a variable is replaced by after an update.
class ConstraintObject : public ConfiguredObject {
 public:
  static constexpr char kKind[] = "constraint";
  virtual Tensor operator()(const Tensor& x) const = 0;
};

// The classes of one kind, by class name, by that in snake_case, and by other
// names that Keras knows them by.
class ObjectRegistry {
 public:
  using Factory = std::function<std::unique_ptr<ConfiguredObject>()>;
  static bool Register(const std::string& kind, const std::string& module,
                       const std::string& class_name,
                       std::vector<std::string> aliases, Factory factory);
  // From a name or {class_name, config}. Null with an OK status for None.
  static absl::StatusOr<std::shared_ptr<ConfiguredObject>> Create(
      const std::string& kind, const Value& written);
  // Keras's name of the class of an object; "" if it is not registered.
  static std::string ClassNameOf(const ConfiguredObject& object);
  // Keras's serialized form of an object of a registered class; one of a module
  // that is not Keras's is written as registered.
  static Value Serialize(const std::string& kind,
                         const ConfiguredObject& object);
};

template <typename Base>
class ObjectRef {
 public:
  ObjectRef() = default;                                          // none
  ObjectRef(const char* name) : ObjectRef(Value(name)) {}         // NOLINT
  ObjectRef(const std::string& name) : ObjectRef(Value(name)) {}  // NOLINT
  ObjectRef(Value written) : written_(std::move(written)) {       // NOLINT
    // What is not known now is looked for again where it is used.
    if (auto object = Find(); object.ok()) object_ = *std::move(object);
  }
  explicit ObjectRef(std::shared_ptr<const Base> object)
      : object_(std::move(object)) {}

  bool is_none() const { return object_ == nullptr && written_.is_none(); }
  // The object, or why there is none.
  absl::StatusOr<std::shared_ptr<const Base>> Get() const {
    if (object_ != nullptr) return object_;
    return Find();
  }
  // Keras's serialized form.
  Value Serialized() const {
    if (object_ != nullptr)
      return ObjectRegistry::Serialize(Base::kKind, *object_);
    return written_;
  }
  // "L2"; "" if there is none.
  std::string class_name() const {
    const Value serialized = Serialized();
    const Value* name = serialized.Find("class_name");
    if (name != nullptr && name->is_string()) return name->as_string();
    return serialized.is_string() ? serialized.as_string() : "";
  }

  friend absl::Status Read(const Value& value, ObjectRef& ref) {
    ref = ObjectRef(value);
    return ref.Get().status();
  }
  friend Value Written(const ObjectRef& ref) { return ref.Serialized(); }
  friend absl::Status Check(const ObjectRef& ref) { return ref.Get().status(); }

 private:
  absl::StatusOr<std::shared_ptr<const Base>> Find() const {
    auto object = ObjectRegistry::Create(Base::kKind, written_);
    if (!object.ok()) return object.status();
    return std::static_pointer_cast<const Base>(*object);
  }

  Value written_;
  std::shared_ptr<const Base> object_;
};

using Initializer = ObjectRef<InitializerObject>;
using Regularizer = ObjectRef<RegularizerObject>;
using Constraint = ObjectRef<ConstraintObject>;

// Registers a class of keras.<kind>s: from a static initializer.
template <typename Class>
bool RegisterObject(const std::string& class_name,
                    std::vector<std::string> aliases = {}) {
  return ObjectRegistry::Register(
      Class::kKind, std::string("keras.") + Class::kKind + "s", class_name,
      std::move(aliases), [] { return std::make_unique<Class>(); });
}

// An object of a registered class.
template <typename Base>
ObjectRef<Base> MakeObject(const char* class_name, Value::Entries config) {
  return ObjectRef<Base>(
      Value::Dict({{"class_name", class_name},
                   {"config", Value::Dict(std::move(config))}}));
}

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_OBJECT_H_

#include "layers/core/activation_field.h"

#include "absl/strings/str_cat.h"
#include "layers/base/call_scope.h"

namespace keratin {

Tensor ActivationField::operator()(const Tensor& x) const {
  if (activation_ == nullptr) return x;
  const CallScope* scope = CallScope::Current();
  if (scope == nullptr || scope->frames().empty() ||
      !scope->frames().back().remat_activation)
    return activation_->function(x);
  Trace& trace = *Trace::Current();
  const Trace::Position begin = trace.position();
  Tensor y = activation_->function(x);
  trace.MarkRematerialized(begin);
  return y;
}

absl::Status Read(const Value& value, ActivationField& field) {
  field.written_ = value;
  field.activation_ = nullptr;
  if (value.is_none()) return absl::OkStatus();
  std::string name;
  if (value.is_string()) {
    name = value.as_string();
  } else {
    // A serialized function, or an activation layer of default arguments.
    const Value* config = value.Find("config");
    const Value* class_name = value.Find("class_name");
    // keras.activations.serialize leaves of a lambda only its code.
    if (class_name == nullptr && value.Find("value") != nullptr) {
      return absl::UnimplementedError(
          "is a Python lambda, which is code that is never run here: use an "
          "activation of Keras or write a layer, and save the model again");
    }
    if (class_name != nullptr && class_name->is_string() &&
        class_name->as_string() != "function") {
      return absl::UnimplementedError(
          absl::StrCat("is an object of class '", class_name->as_string(),
                       "', and only activations by name are supported"));
    }
    if (config == nullptr || !config->is_string()) {
      return absl::InvalidArgumentError(
          absl::StrCat("must name an activation, not ", value.ToString()));
    }
    name = config->as_string();
  }
  if (name == "linear") return absl::OkStatus();
  field.activation_ = ops::FindActivation(name);
  if (field.activation_ == nullptr) {
    return absl::UnimplementedError(
        absl::StrCat("is the activation '", name, "', which is not supported"));
  }
  return absl::OkStatus();
}

}  // namespace keratin

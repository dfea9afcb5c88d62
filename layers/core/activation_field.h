// ActivationField: an activation as layers take it, by its name or as Keras
// serializes it; none is the identity. Keras: keras.activations.get.
#ifndef KERATIN_LAYERS_CORE_ACTIVATION_FIELD_H_
#define KERATIN_LAYERS_CORE_ACTIVATION_FIELD_H_

#include "layers/base/fields.h"
#include "layers/ops/activations.h"

namespace keratin {

class ActivationField {
 public:
  ActivationField() = default;
  ActivationField(const char* name)  // NOLINT(google-explicit-constructor)
      : written_(name), status_(Read(Value(name), *this)) {}

  Tensor operator()(const Tensor& x) const;
  // "linear" if there is none.
  absl::string_view name() const {
    return activation_ == nullptr ? "linear" : activation_->name;
  }

  friend absl::Status Read(const Value& value, ActivationField& field);
  friend Value Written(const ActivationField& field) {
    return field.written_.is_none() ? Value("linear") : field.written_;
  }
  friend absl::Status Check(const ActivationField& field) {
    return field.status_;
  }

 private:
  const ops::Activation* activation_ = nullptr;
  Value written_;
  absl::Status status_;
};

absl::Status Read(const Value& value, ActivationField& field);

}  // namespace keratin

#endif  // KERATIN_LAYERS_CORE_ACTIVATION_FIELD_H_

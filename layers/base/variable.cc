#include "layers/base/variable.h"

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/base/call_scope.h"

namespace keratin {

absl::Status Variable::Assign(Array array) {
  auto sizes = spec_.shape.AsSizes();
  if (!sizes || !(array.shape() == spec_.shape) ||
      array.dtype() != spec_.dtype) {
    return absl::InvalidArgumentError(absl::StrCat(
        "variable '", path_, "' has shape ", spec_.shape.ToString(),
        " and dtype ", DTypeName(spec_.dtype),
        ", and cannot take an array of shape ", array.shape().ToString(),
        " and dtype ", DTypeName(array.dtype())));
  }
  array_ = std::move(array);
  ++version_;
  return absl::OkStatus();
}

Tensor Variable::value() const {
  CallScope* scope = CallScope::Current();
  if (scope == nullptr) return Tensor();
  Tensor tensor = scope->Read(*this);
  if (scope->frames().empty() || !spec_.autocast) return tensor;
  const CallScope::Frame& frame = scope->frames().back();
  if (!frame.has_autocast || frame.autocast == DType::kInvalid ||
      !IsFloating(spec_.dtype) || !tensor.ok())
    return tensor;
  return tensor.dtype() == frame.autocast
             ? tensor
             : trace::Convert(tensor, frame.autocast);
}

void Variable::Assign(const Tensor& value) const {
  CallScope* scope = CallScope::Current();
  if (scope == nullptr || !value.ok()) return;
  scope->Assign(*this, value.dtype() == spec_.dtype
                           ? value
                           : trace::Convert(value, spec_.dtype));
}

namespace {

// In the variable's own type, as Keras assigns.
Tensor As(const Tensor& value, DType dtype) {
  return !value.ok() || value.dtype() == dtype ? value
                                               : trace::Convert(value, dtype);
}

}  // namespace

void Variable::AssignAdd(const Tensor& value) const {
  if (CallScope* scope = CallScope::Current())
    Assign(trace::Add(scope->Read(*this), As(value, spec_.dtype)));
}

void Variable::AssignSub(const Tensor& value) const {
  if (CallScope* scope = CallScope::Current())
    Assign(trace::Subtract(scope->Read(*this), As(value, spec_.dtype)));
}

}  // namespace keratin

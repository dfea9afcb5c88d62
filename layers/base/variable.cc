#include "layers/base/variable.h"

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/base/call_scope.h"
#include "layers/base/version.h"

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

void Variable::set_trainable(bool trainable) {
  if (trainable == spec_.trainable) return;
  spec_.trainable = trainable;
  trainable_since_ = NextVersion();
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

// The type that both are added in.
DType Wider(DType a, DType b, DType variable) {
  if (a == b) return a;
  if (IsFloating(a) != IsFloating(b)) return IsFloating(a) ? a : b;
  if (!IsFloating(a)) return variable == DType::kBool ? b : variable;
  if (DTypeSize(a) == DTypeSize(b)) return DType::kFloat32;
  return DTypeSize(a) > DTypeSize(b) ? a : b;
}

Tensor As(const Tensor& value, DType dtype) {
  return !value.ok() || value.dtype() == dtype ? value
                                               : trace::Convert(value, dtype);
}

}  // namespace

// As Keras: `assign(self + value)`, where self is cast as any variable is that
// a call reads.
void Variable::AssignAdd(const Tensor& value) const {
  const Tensor now = this->value();
  const DType dtype = Wider(now.dtype(), value.dtype(), spec_.dtype);
  Assign(trace::Add(As(now, dtype), As(value, dtype)));
}

void Variable::AssignSub(const Tensor& value) const {
  const Tensor now = this->value();
  const DType dtype = Wider(now.dtype(), value.dtype(), spec_.dtype);
  Assign(trace::Subtract(As(now, dtype), As(value, dtype)));
}

}  // namespace keratin

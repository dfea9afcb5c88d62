#include "layers/base/call_scope.h"

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"

namespace keratin {
namespace {

thread_local CallScope* current_scope = nullptr;

}  // namespace

CallScope::CallScope(Trace& trace)
    : trace_(trace), trace_scope_(trace), outer_(current_scope) {
  current_scope = this;
}
CallScope::~CallScope() { current_scope = outer_; }
CallScope* CallScope::Current() { return current_scope; }

Tensor CallScope::Bind(const Variable& variable, const std::string& kind) {
  ArgumentSpec spec{.kind = kind,
                    .name = variable.path(),
                    .dtype = variable.dtype(),
                    .shape = variable.shape(),
                    .notes = {}};
  const WeightSpec& weight = variable.spec();
  auto note = [&](const char* key, const Value& value) {
    const Value* name = value.Find("class_name");
    if (name != nullptr) spec.notes.emplace_back(key, name->as_string());
  };
  note("initializer", weight.initializer);
  note("regularizer", weight.regularizer);
  note("constraint", weight.constraint);
  if (weight.aggregation != "none")
    spec.notes.emplace_back("aggregation", weight.aggregation);
  if (weight.overwrite_with_gradient)
    spec.notes.emplace_back("overwrite_with_gradient", "true");
  return values_[&variable] = trace_.Argument(spec);
}

Tensor CallScope::Read(const Variable& variable) {
  auto it = values_.find(&variable);
  if (it != values_.end()) return it->second;
  return Bind(variable, variable.trainable() ? "trainable" : "non_trainable");
}

void CallScope::Assign(const Variable& variable, const Tensor& value) {
  if (!value.ok()) return;  // the trace has the error
  if (!(value.shape() == variable.shape()) ||
      value.dtype() != variable.dtype()) {
    trace_.Error(absl::InvalidArgumentError(absl::StrCat(
        "variable '", variable.path(), "' of shape ",
        variable.shape().ToString(), " and dtype ", DTypeName(variable.dtype()),
        " cannot be assigned a value of shape ", value.shape().ToString(),
        " and dtype ", DTypeName(value.dtype()))));
    return;
  }
  values_[&variable] = value;
}

Tensor CallScope::MaskOf(const Tensor& tensor) const {
  auto it = masks_.find(tensor.id());
  return it == masks_.end() ? Tensor() : it->second;
}

void CallScope::SetMask(const Tensor& tensor, const Tensor& mask) {
  if (!tensor.ok()) return;
  if (mask.ok()) {
    masks_[tensor.id()] = mask;
  } else {
    masks_.erase(tensor.id());
  }
}

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
  const DType autocast = scope->frames().empty()
                             ? DType::kInvalid
                             : scope->frames().back().autocast;
  if (autocast == DType::kInvalid || !spec_.autocast ||
      !IsFloating(spec_.dtype) || !tensor.ok())
    return tensor;
  return tensor.dtype() == autocast ? tensor : trace::Convert(tensor, autocast);
}

void Variable::Assign(const Tensor& value) const {
  if (CallScope* scope = CallScope::Current()) scope->Assign(*this, value);
}

}  // namespace keratin

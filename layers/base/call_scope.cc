#include "layers/base/call_scope.h"

#include "absl/strings/str_cat.h"
#include "layers/base/layer.h"

namespace keratin {
namespace {

thread_local CallScope* current_scope = nullptr;

}  // namespace

CallScope::CallScope(Trace& trace)
    : trace_(trace), trace_scope_(trace), outer_(current_scope) {
  if (outer_ != nullptr && !outer_->frames_.empty()) {
    frames_.push_back(outer_->frames_.back());
    training_ = outer_->training_;
  }
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
  const auto note = [&](const char* key, const std::string& name) {
    if (!name.empty()) spec.notes.emplace_back(key, name);
  };
  note("initializer", weight.initializer.class_name());
  note("regularizer", weight.regularizer.class_name());
  note("constraint", weight.constraint.class_name());
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

std::vector<CallScope::Loss> CallScope::LossesOf(Layer& layer) const {
  if (losses_.empty()) return {};
  std::map<const Layer*, std::vector<Loss>> by_layer;
  for (const Loss& loss : losses_) by_layer[loss.owner].push_back(loss);
  std::vector<Layer*> order = layer.FlattenLayers();
  order.insert(order.begin(), &layer);
  std::vector<Loss> losses;
  for (const Layer* one : order) {
    auto it = by_layer.find(one);
    if (it == by_layer.end()) continue;
    losses.insert(losses.end(), it->second.begin(), it->second.end());
    by_layer.erase(it);
  }
  return losses;
}

}  // namespace keratin

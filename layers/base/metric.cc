#include "layers/base/metric.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "ir/trace/trace.h"
#include "layers/base/initialize.h"
#include "layers/base/names.h"

namespace keratin {
namespace {

Arguments ArgumentsOf(Value::Items values, std::optional<Value> weight) {
  Arguments arguments{std::move(values), {}};
  if (weight.has_value())
    arguments.keyword.emplace_back("sample_weight", *std::move(weight));
  return arguments;
}

}  // namespace

std::string Metric::class_name() const {
  return ObjectRegistry::ClassNameOf(*this);
}

std::string Metric::DefaultName() const { return AutoName(class_name()); }

std::string Metric::ToString() const {
  return absl::StrCat("<", class_name(), " name=", name_, ">");
}

Value Metric::GetConfig() const {
  const Value serialized = Serialize();
  const Value* config = serialized.Find("config");
  return config == nullptr ? Value() : *config;
}

void Metric::Describe(Fields& fields) {
  fields("name", name_);
  if (fields.reading()) {
    fields("dtype", policy_);
    if (name_.empty()) name_ = DefaultName();
  } else {
    // Keras keeps the type alone.
    std::string dtype(DTypeName(this->dtype()));
    fields("dtype", dtype);
  }
}

std::vector<Variable*> Metric::variables() const {
  std::vector<Variable*> all;
  for (const Weight& variable : variables_) all.push_back(variable.get());
  for (const MetricPtr& metric : metrics_) {
    for (Variable* variable : metric->variables()) all.push_back(variable);
  }
  return all;
}

Weight Metric::AddVariable(WeightSpec spec) {
  if (spec.name.empty()) spec.name = AutoName("Variable");
  if (spec.dtype == DType::kInvalid) spec.dtype = dtype();
  if (spec.initializer.is_none()) spec.initializer = "zeros";
  spec.trainable = false;
  spec.aggregation = "sum";
  std::string path =
      absl::StrCat(absl::StrReplaceAll(name_, {{"/", ">"}}), "/", spec.name);
  variables_.emplace_back(
      std::make_shared<Variable>(std::move(spec), std::move(path)));
  return variables_.back();
}

void Metric::Fail(const std::string& message) const {
  if (Trace* trace = Trace::Current()) {
    trace->Error(absl::InvalidArgumentError(
        absl::StrCat("metric '", name_, "': ", message)));
  }
}

void Metric::Reset() {
  for (const Variable* variable : variables()) {
    variable->Assign(
        Trace::Current()->Full(variable->shape(), 0, variable->dtype()));
  }
}

void Metric::UpdateState(const std::vector<Tensor>& values,
                         const Tensor& sample_weight) {
  Update(ArgumentsOf(
      {values.begin(), values.end()},
      sample_weight.ok() ? std::optional<Value>(sample_weight) : std::nullopt));
}

StatefulFunction Metric::Function(const char* entry, bool updates,
                                  bool computes) {
  return {.kind = "metric",
          .name = name_,
          .entry = entry,
          .trainable = [] { return std::vector<Variable*>(); },
          .non_trainable = [this] { return variables(); },
          .version = [] { return int64_t{0}; },
          .call =
              [this, updates, computes](const Arguments& arguments) {
                if (updates) Update(arguments);
                if (!updates && !computes) Reset();
                return computes ? Compute() : Value();
              },
          .losses = [] { return std::vector<CallScope::Loss>(); }};
}

StatefulFunction Metric::Updating() {
  return Function("update_state", true, false);
}
StatefulFunction Metric::Computing() { return Function("result", false, true); }
StatefulFunction Metric::Resetting() {
  return Function("reset_state", false, false);
}

absl::Status Metric::UpdateStateOnArrays(const Arguments& arguments) {
  return concrete_calls_.Call(Updating(), arguments).status();
}

absl::Status Metric::UpdateStateOnArrays(const std::vector<Array>& values,
                                         const Array& sample_weight) {
  return UpdateStateOnArrays(
      ArgumentsOf({values.begin(), values.end()},
                  sample_weight.dtype() == DType::kInvalid
                      ? std::nullopt
                      : std::optional<Value>(sample_weight)));
}

absl::StatusOr<Value> Metric::ResultOnArrays() {
  auto results = concrete_calls_.Call(Computing(), {});
  if (!results.ok()) return results.status();
  return std::move(results->outputs);
}

absl::Status Metric::ResetStateOnArrays() {
  return concrete_calls_.Call(Resetting(), {}).status();
}

absl::StatusOr<Value> Metric::CallOnArrays(const Arguments& arguments) {
  auto results = concrete_calls_.Call(Function("call", true, true), arguments);
  if (!results.ok()) return results.status();
  return std::move(results->outputs);
}

absl::StatusOr<std::vector<Array>> Metric::StatelessUpdateState(
    const std::vector<Array>& variables, const Arguments& arguments) {
  auto results =
      concrete_calls_.StatelessCall(Updating(), {}, variables, arguments);
  if (!results.ok()) return results.status();
  return std::move(results->non_trainable);
}

absl::StatusOr<Value> Metric::StatelessResult(
    const std::vector<Array>& variables) {
  auto results = concrete_calls_.StatelessCall(Computing(), {}, variables, {});
  if (!results.ok()) return results.status();
  return std::move(results->outputs);
}

absl::StatusOr<std::vector<Array>> Metric::StatelessResetState() {
  absl::StatusOr<std::vector<Array>> now = ValuesOf(variables());
  if (!now.ok()) return now.status();
  auto results = concrete_calls_.StatelessCall(Resetting(), {}, *now, {});
  if (!results.ok()) return results.status();
  return std::move(results->non_trainable);
}

absl::StatusOr<MetricPtr> DeserializeMetric(const Value& written) {
  auto object = ObjectRegistry::Create(Metric::kKind, written);
  if (!object.ok()) {
    return absl::Status(object.status().code(),
                        absl::StrCat("a metric ", object.status().message()));
  }
  return std::static_pointer_cast<Metric>(*std::move(object));
}

MetricPtr MakeMetric(const char* class_name, Value::Entries config) {
  auto metric = DeserializeMetric(
      Value::Dict({{"class_name", class_name},
                   {"config", Value::Dict(std::move(config))}}));
  return metric.ok() ? *std::move(metric) : nullptr;
}

}  // namespace keratin

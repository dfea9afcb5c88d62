#include "layers/base/concrete_call.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "layers/base/evaluator.h"
#include "layers/base/initialize.h"
#include "layers/base/layer.h"
#include "layers/base/stateless_trace.h"

namespace keratin {
namespace {

// Equal for arguments that trace alike.
void AppendSignature(const Value& value, std::string* key) {
  if (value.is_array()) {
    const Array& array = value.as_array();
    absl::StrAppend(key, DTypeName(array.dtype()), "(",
                    absl::StrJoin(array.sizes(), ","), ")");
  } else if (value.is_string()) {
    absl::StrAppend(key, value.as_string().size(), "'", value.as_string());
  } else if (value.is_sequence()) {
    key->push_back(value.is_tuple() ? '(' : '[');
    for (const Value& item : value.items()) {
      AppendSignature(item, key);
      key->push_back(',');
    }
    key->push_back(')');
  } else if (value.is_dict()) {
    key->push_back('{');
    for (const auto& [name, item] : value.entries()) {
      absl::StrAppend(key, name.size(), "'", name, ":");
      AppendSignature(item, key);
    }
    key->push_back('}');
  } else if (value.is_double()) {
    absl::StrAppendFormat(key, "%a", value.as_double());
  } else {
    absl::StrAppend(key, value.ToString());
  }
}

std::string SignatureOf(const Arguments& arguments) {
  std::string key;
  for (const Value& value : arguments.positional) {
    AppendSignature(value, &key);
    key.push_back(',');
  }
  for (const auto& [name, value] : arguments.keyword) {
    absl::StrAppend(&key, name, "=");
    AppendSignature(value, &key);
    key.push_back(',');
  }
  return key;
}

// The arguments with each array replaced by an argument of the trace.
Arguments Bind(const Arguments& arguments, Trace& trace) {
  int number = 0;
  return arguments.Map([&](const Value& leaf) {
    if (!leaf.is_array()) return leaf;
    return Value(trace.Argument({.kind = "input",
                                 .name = absl::StrCat("input_", number++),
                                 .dtype = leaf.as_array().dtype(),
                                 .shape = leaf.as_array().shape(),
                                 .notes = {}}));
  });
}

std::vector<Array> ArraysOf(const Arguments& arguments) {
  std::vector<Array> arrays;
  arguments.ForEachLeaf([&](const Value& leaf) {
    if (leaf.is_array()) arrays.push_back(leaf.as_array());
  });
  return arrays;
}

}  // namespace

struct ConcreteCalls::Compiled {
  std::vector<Variable*> trainable, non_trainable;
  Executable executable;
  Value outputs;  // their structure
  Prepared prepared;
  // Of the variables that `prepared` was made from; empty: not made yet.
  std::vector<int64_t> versions;

  Variable* VariableAt(size_t index) const {
    return index < trainable.size() ? trainable[index]
                                    : non_trainable[index - trainable.size()];
  }
};

absl::StatusOr<std::shared_ptr<ConcreteCalls::Compiled>>
ConcreteCalls::CompiledFor(Layer& layer, const Arguments& arguments) {
  if (CallScope::Current() != nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(
        "layer '", layer.name(),
        "' is called on arrays while a call is being traced: call it on "
        "tensors of the trace"));
  }
  const Value* training = arguments.Find(SIZE_MAX, "training");
  std::shared_ptr<Compiled>& slot = compiled_[SignatureOf(arguments)];
  if (slot != nullptr && slot->trainable == layer.trainable_variables() &&
      slot->non_trainable == layer.non_trainable_arguments())
    return slot;
  slot = nullptr;
  absl::StatusOr<const Evaluator*> evaluator = Evaluator::Get();
  if (!evaluator.ok()) return evaluator.status();
  absl::StatusOr<StatelessTrace> traced = TraceStatelessCall(
      layer, [&](Trace& trace) { return Bind(arguments, trace); });
  if (!traced.ok()) return traced.status();
  Compiled made;
  made.trainable = layer.trainable_variables();
  made.non_trainable = layer.non_trainable_arguments();
  made.outputs = std::move(traced->outputs);
  absl::StatusOr<Executable> executable =
      (*evaluator)
          ->Compile(*traced->trace,
                    {.training = training != nullptr && training->is_bool() &&
                                 training->as_bool()});
  if (!executable.ok()) return executable.status();
  made.executable = *std::move(executable);
  slot = std::make_shared<Compiled>(std::move(made));
  return slot;
}

namespace {

// The outputs in the structure that the call returned.
Value Structured(const Value& structure, std::vector<Array> outputs) {
  size_t next = 0;
  return structure.MapLeaves([&](const Value& leaf) {
    return leaf.is_tensor() ? Value(std::move(outputs[next++])) : leaf;
  });
}

absl::Status CheckCount(const Layer& layer, const char* list, size_t given,
                        size_t expected) {
  if (given == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("layer '", layer.name(), "' has ", expected, " ", list,
                   ", and StatelessCall is given ", given));
}

}  // namespace

absl::StatusOr<StatelessCallResults> ConcreteCalls::StatelessCall(
    Layer& layer, const std::vector<Array>& trainable,
    const std::vector<Array>& non_trainable, const Arguments& arguments) {
  if (!layer.built()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "layer '", layer.name(),
        "' is not built, so it has no variables to be given; call it on an "
        "Input or on data first"));
  }
  absl::Status status =
      CheckCount(layer, "trainable variables", trainable.size(),
                 layer.trainable_variables().size());
  if (status.ok()) {
    status = CheckCount(layer, "non-trainable variables", non_trainable.size(),
                        layer.non_trainable_arguments().size());
  }
  if (!status.ok()) return status;
  std::unique_lock<std::mutex> lock(mutex_);
  auto compiled = CompiledFor(layer, arguments);
  if (!compiled.ok()) return compiled.status();
  lock.unlock();
  auto results = (*compiled)->executable.StatelessCall(trainable, non_trainable,
                                                       ArraysOf(arguments));
  if (!results.ok()) return results.status();
  return StatelessCallResults{
      Structured((*compiled)->outputs, std::move(results->outputs)),
      std::move(results->non_trainable), std::move(results->losses)};
}

absl::StatusOr<ConcreteResults> ConcreteCalls::Call(
    Layer& layer, const Arguments& arguments) {
  std::unique_lock<std::mutex> lock(mutex_);
  auto found = CompiledFor(layer, arguments);
  if (!found.ok()) return found.status();
  const std::shared_ptr<Compiled> slot = *std::move(found);
  Compiled& compiled = *slot;
  const Executable executable = compiled.executable;

  // The values, and whether those that are not written are still the same.
  std::vector<Array> trainable, non_trainable, state;
  std::vector<int64_t> versions;
  size_t written = 0;
  const size_t count =
      compiled.trainable.size() + compiled.non_trainable.size();
  for (const auto* list : {&compiled.trainable, &compiled.non_trainable}) {
    absl::Status status = Initialize(*list);
    if (!status.ok()) return status;
  }
  for (size_t k = 0; k < count; ++k) {
    const Variable& variable = *compiled.VariableAt(k);
    (k < compiled.trainable.size() ? trainable : non_trainable)
        .push_back(*variable.array());
    if (written < executable.state().size() &&
        executable.state()[written] == static_cast<int>(k)) {
      state.push_back(*variable.array());
      ++written;
    } else {
      versions.push_back(variable.version());
    }
  }
  if (versions.empty() || compiled.versions != versions) {
    absl::StatusOr<Prepared> prepared =
        executable.Prepare(trainable, non_trainable);
    if (!prepared.ok()) return prepared.status();
    compiled.prepared = *std::move(prepared);
    compiled.versions = std::move(versions);
  }
  const Prepared prepared = compiled.prepared;
  const Value structure = compiled.outputs;
  if (state.empty()) lock.unlock();

  absl::StatusOr<CallResults> results =
      executable.Call(prepared, state, ArraysOf(arguments));
  if (!results.ok()) return results.status();
  for (size_t i = 0; i < results->state.size(); ++i) {
    absl::Status status = slot->VariableAt(executable.state()[i])
                              ->Assign(std::move(results->state[i]));
    if (!status.ok()) return status;
  }
  return ConcreteResults{Structured(structure, std::move(results->outputs)),
                         std::move(results->losses)};
}

}  // namespace keratin

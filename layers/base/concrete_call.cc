#include "layers/base/concrete_call.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "layers/base/evaluator.h"
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

absl::StatusOr<ConcreteResults> ConcreteCalls::Call(
    Layer& layer, const Arguments& arguments) {
  if (CallScope::Current() != nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(
        "layer '", layer.name(),
        "' is called on arrays while a call is being traced: call it on "
        "tensors of the trace"));
  }
  const std::string signature = SignatureOf(arguments);
  const Value* training = arguments.Find(SIZE_MAX, "training");

  std::unique_lock<std::mutex> lock(mutex_);
  std::shared_ptr<Compiled>& slot = compiled_[signature];
  if (slot == nullptr || slot->trainable != layer.trainable_variables() ||
      slot->non_trainable != layer.non_trainable_arguments()) {
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
  }
  Compiled& compiled = *slot;
  const Executable executable = compiled.executable;

  // The values, and whether those that are not written are still the same.
  std::vector<Array> trainable, non_trainable, state;
  std::vector<int64_t> versions;
  size_t written = 0;
  const size_t count =
      compiled.trainable.size() + compiled.non_trainable.size();
  for (size_t k = 0; k < count; ++k) {
    const Variable& variable = *compiled.VariableAt(k);
    if (!variable.array().has_value()) {
      return absl::FailedPreconditionError(
          absl::StrCat("variable '", variable.path(), "' has no value yet"));
    }
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
  const std::shared_ptr<Compiled> held = slot;
  if (state.empty()) lock.unlock();

  absl::StatusOr<CallResults> results =
      executable.Call(prepared, state, ArraysOf(arguments));
  if (!results.ok()) return results.status();
  for (size_t i = 0; i < results->state.size(); ++i) {
    absl::Status status = held->VariableAt(executable.state()[i])
                              ->Assign(std::move(results->state[i]));
    if (!status.ok()) return status;
  }
  size_t next = 0;
  return ConcreteResults{
      structure.MapLeaves([&](const Value& leaf) {
        return leaf.is_tensor() ? Value(std::move(results->outputs[next++]))
                                : leaf;
      }),
      std::move(results->losses)};
}

}  // namespace keratin

#include "layers/base/concrete_call.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "layers/base/config.h"
#include "layers/base/evaluator.h"
#include "layers/base/initialize.h"
#include "layers/base/version.h"

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

std::string SignatureOf(const StatefulFunction& function,
                        const Arguments& arguments) {
  std::string key = function.entry;
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
  std::vector<Layer*> loss_owners;
  // Of the function it was made from, and of the process when that was looked
  // at last.
  int64_t version = 0, seen = 0;
  Prepared prepared;
  bool is_prepared = false;
  // Of the variables that `prepared` was made from: those that are not written.
  std::vector<int64_t> versions;

  Variable* VariableAt(size_t index) const {
    return index < trainable.size() ? trainable[index]
                                    : non_trainable[index - trainable.size()];
  }

  // From the values that the variables have now.
  absl::Status Prepare() {
    std::vector<Array> trainable_values, non_trainable_values;
    versions.clear();
    size_t written = 0;
    const absl::Span<const int> state = executable.state();
    for (size_t k = 0; k < trainable.size() + non_trainable.size(); ++k) {
      const Variable& variable = *VariableAt(k);
      (k < trainable.size() ? trainable_values : non_trainable_values)
          .push_back(*variable.array());
      if (written < state.size() && state[written] == static_cast<int>(k)) {
        ++written;
      } else {
        versions.push_back(variable.version());
      }
    }
    absl::StatusOr<Prepared> made =
        executable.Prepare(trainable_values, non_trainable_values);
    is_prepared = made.ok();
    if (!made.ok()) return made.status();
    prepared = *std::move(made);
    return absl::OkStatus();
  }
};

absl::StatusOr<std::shared_ptr<ConcreteCalls::Compiled>>
ConcreteCalls::CompiledFor(const StatefulFunction& function,
                           const Arguments& arguments) {
  if (CallScope::Current() != nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(
        function.Title(),
        " is called on arrays while a call is being traced: call it on "
        "tensors of the trace"));
  }
  std::string signature = SignatureOf(function, arguments);
  auto found = compiled_.find(signature);
  if (found != compiled_.end()) {
    const std::shared_ptr<Compiled>& slot = found->second->second;
    const int64_t latest = LatestVersion();
    if (slot->seen == latest || slot->version == function.version()) {
      slot->seen = latest;
      recent_.splice(recent_.begin(), recent_, found->second);
      return slot;
    }
    recent_.erase(found->second);
    compiled_.erase(found);
  }
  absl::StatusOr<const Evaluator*> evaluator = Evaluator::Get();
  if (!evaluator.ok()) return evaluator.status();
  absl::StatusOr<StatelessTrace> traced = TraceStateless(
      function, [&](Trace& trace) { return Bind(arguments, trace); });
  if (!traced.ok()) return traced.status();
  auto made = std::make_shared<Compiled>();
  made->trainable = function.trainable();
  made->non_trainable = function.non_trainable();
  made->outputs = std::move(traced->outputs);
  made->loss_owners = std::move(traced->loss_owners);
  made->seen = LatestVersion();
  made->version = function.version();
  const Value* training = arguments.Find(SIZE_MAX, "training");
  absl::StatusOr<Executable> executable =
      (*evaluator)
          ->Compile(*traced->trace,
                    {.training = training != nullptr && training->is_bool() &&
                                 training->as_bool()});
  if (!executable.ok()) return executable.status();
  made->executable = *std::move(executable);
  recent_.emplace_front(std::move(signature), made);
  compiled_.emplace(recent_.front().first, recent_.begin());
  while (recent_.size() > config::eager_cache_size()) {
    compiled_.erase(recent_.back().first);
    recent_.pop_back();
  }
  return made;
}

namespace {

// The outputs in the structure that the call returned.
Value Structured(const Value& structure, std::vector<Array> outputs) {
  size_t next = 0;
  return structure.MapLeaves([&](const Value& leaf) {
    return leaf.is_tensor() ? Value(std::move(outputs[next++])) : leaf;
  });
}

absl::Status CheckCount(const StatefulFunction& function, const char* list,
                        size_t given, size_t expected) {
  if (given == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      function.Title(), " has ", expected, " ", list, ", and its stateless ",
      function.entry, " is given ", given));
}

}  // namespace

absl::StatusOr<StatelessCallResults> ConcreteCalls::StatelessCall(
    const StatefulFunction& function, const std::vector<Array>& trainable,
    const std::vector<Array>& non_trainable, const Arguments& arguments) {
  absl::Status status =
      CheckCount(function, "trainable variables", trainable.size(),
                 function.trainable().size());
  if (status.ok()) {
    status = CheckCount(function, "non-trainable variables",
                        non_trainable.size(), function.non_trainable().size());
  }
  if (!status.ok()) return status;
  std::unique_lock<std::mutex> lock(mutex_);
  auto compiled = CompiledFor(function, arguments);
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
    const StatefulFunction& function, const Arguments& arguments) {
  std::unique_lock<std::mutex> lock(mutex_);
  auto found = CompiledFor(function, arguments);
  if (!found.ok()) return found.status();
  const std::shared_ptr<Compiled> slot = *std::move(found);
  Compiled& compiled = *slot;
  const Executable executable = compiled.executable;

  for (const auto* list : {&compiled.trainable, &compiled.non_trainable}) {
    absl::Status status = Initialize(*list);
    if (!status.ok()) return status;
  }
  // The written variables, and whether the others are still the same.
  std::vector<Array> state;
  const absl::Span<const int> written = executable.state();
  const size_t count =
      compiled.trainable.size() + compiled.non_trainable.size();
  bool same = compiled.is_prepared;
  size_t place = 0;
  for (size_t k = 0; k < count; ++k) {
    const Variable& variable = *compiled.VariableAt(k);
    if (state.size() < written.size() &&
        written[state.size()] == static_cast<int>(k)) {
      state.push_back(*variable.array());
    } else {
      same = same && compiled.versions[place++] == variable.version();
    }
  }
  if (!same) {
    absl::Status status = compiled.Prepare();
    if (!status.ok()) return status;
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
                         std::move(results->losses), slot->loss_owners};
}

}  // namespace keratin

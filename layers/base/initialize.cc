#include "layers/base/initialize.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ir/trace/trace.h"
#include "layers/base/evaluator.h"

namespace keratin {
namespace {

// So many variables are computed by one function, which bounds the time and
// memory that compiling it takes.
constexpr size_t kBatch = 64;

absl::Status InitializeBatch(absl::Span<Variable* const> variables) {
  absl::StatusOr<const Evaluator*> evaluator = Evaluator::Get();
  if (!evaluator.ok()) return evaluator.status();
  std::unique_ptr<Trace> trace = Trace::Create("initialize");
  {
    Trace::Scope scope(*trace);
    std::vector<ResultSpec> results;
    for (const Variable* variable : variables) {
      Trace::LayerScope path(variable->path());
      auto initializer = variable->spec().initializer.Get();
      if (!initializer.ok()) {
        return absl::Status(initializer.status().code(),
                            absl::StrCat("variable '", variable->path(), "' ",
                                         initializer.status().message()));
      }
      if (*initializer == nullptr) {
        return absl::FailedPreconditionError(
            absl::StrCat("variable '", variable->path(),
                         "' has neither a value nor an initializer"));
      }
      results.push_back(
          {.value = (**initializer)(variable->shape(), variable->dtype()),
           .name = variable->path()});
    }
    absl::Status status = trace->Return(results);
    if (!status.ok()) return status;
  }
  absl::StatusOr<Executable> executable = (*evaluator)->Compile(*trace, {});
  if (!executable.ok()) return executable.status();
  auto results = executable->StatelessCall({}, {}, {});
  if (!results.ok()) return results.status();
  for (size_t k = 0; k < variables.size(); ++k) {
    absl::Status status = variables[k]->Assign(std::move(results->outputs[k]));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Initialize(const std::vector<Variable*>& variables) {
  std::vector<Variable*> without;
  for (Variable* variable : variables) {
    if (!variable->array().has_value()) without.push_back(variable);
  }
  for (size_t begin = 0; begin < without.size(); begin += kBatch) {
    absl::Status status =
        InitializeBatch(absl::MakeSpan(without).subspan(begin, kBatch));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Array>> ValuesOf(
    const std::vector<Variable*>& variables) {
  absl::Status status = Initialize(variables);
  if (!status.ok()) return status;
  std::vector<Array> values;
  for (const Variable* variable : variables)
    values.push_back(*variable->array());
  return values;
}

absl::Status AssignAll(const std::vector<Variable*>& variables,
                       const std::vector<Array>& values,
                       const std::string& owner) {
  if (variables.size() != values.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("layer '", owner, "' has ", variables.size(),
                     " weights, and is given ", values.size()));
  }
  std::vector<Array> cast;
  for (size_t k = 0; k < values.size(); ++k) {
    if (values[k].shape() == variables[k]->shape()) {
      absl::StatusOr<Array> value = values[k].Cast(variables[k]->dtype());
      if (!value.ok()) return value.status();
      cast.push_back(*std::move(value));
      continue;
    }
    return absl::InvalidArgumentError(
        absl::StrCat("layer '", owner, "': the weight '", variables[k]->path(),
                     "' has shape ", variables[k]->shape().ToString(),
                     ", and is given shape ", values[k].shape().ToString()));
  }
  for (size_t k = 0; k < cast.size(); ++k) {
    absl::Status status = variables[k]->Assign(std::move(cast[k]));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace keratin

#include "layers/base/evaluate.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/base/call_scope.h"
#include "layers/base/evaluator.h"
#include "layers/base/initialize.h"

namespace keratin {

absl::StatusOr<std::vector<Array>> EvaluateVariables(
    const std::vector<Variable*>& variables,
    const std::function<std::vector<Tensor>()>& compute) {
  absl::StatusOr<const Evaluator*> evaluator = Evaluator::Get();
  if (!evaluator.ok()) return evaluator.status();
  absl::StatusOr<std::vector<Array>> values = ValuesOf(variables);
  if (!values.ok()) return values.status();
  std::unique_ptr<Trace> trace = Trace::Create("evaluate");
  {
    CallScope scope(*trace);
    for (const Variable* variable : variables)
      scope.Bind(*variable, "trainable");
    std::vector<ResultSpec> results;
    for (Tensor& tensor : compute()) {
      std::string name = absl::StrCat("output_", results.size());
      results.push_back({std::move(tensor), "output", std::move(name)});
    }
    absl::Status status = trace->Return(results);
    if (!status.ok()) return status;
  }
  absl::StatusOr<Executable> executable = (*evaluator)->Compile(*trace, {});
  if (!executable.ok()) return executable.status();
  auto results = executable->StatelessCall(*values, {}, {});
  if (!results.ok()) return results.status();
  return std::move(results->outputs);
}

}  // namespace keratin

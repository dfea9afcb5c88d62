#include "layers/base/stateless_trace.h"

#include "absl/strings/str_cat.h"

namespace keratin {

absl::StatusOr<StatelessTrace> TraceStateless(
    const StatefulFunction& function,
    const std::function<Arguments(Trace&)>& bind) {
  {
    std::unique_ptr<Trace> building = Trace::Create(function.name);
    CallScope scope(*building);
    function.call(bind(*building));
    if (!building->status().ok()) return building->status();
  }
  StatelessTrace traced{Trace::Create(function.name), {}, {}};
  Trace& trace = *traced.trace;
  CallScope scope(trace);
  const std::vector<Variable*> trainable = function.trainable();
  const std::vector<Variable*> non_trainable = function.non_trainable();
  std::vector<Tensor> given;
  for (const Variable* variable : trainable)
    given.push_back(scope.Bind(*variable, "trainable"));
  for (const Variable* variable : non_trainable)
    scope.Bind(*variable, "non_trainable");
  traced.outputs = function.call(bind(trace));

  std::vector<ResultSpec> results;
  for (const Tensor& output : traced.outputs.tensors()) {
    results.push_back(
        {output, "output", absl::StrCat("output_", results.size())});
  }
  for (size_t k = 0; k < trainable.size(); ++k) {
    const Tensor now = scope.Read(*trainable[k]);
    if (now.id() == given[k].id()) continue;
    results.push_back(
        {now, "trainable", trainable[k]->path(), static_cast<int>(k)});
  }
  for (size_t k = 0; k < non_trainable.size(); ++k) {
    results.push_back({scope.Read(*non_trainable[k]), "non_trainable",
                       non_trainable[k]->path(),
                       static_cast<int>(trainable.size() + k)});
  }
  for (const CallScope::Loss& loss : function.losses()) {
    traced.loss_owners.push_back(loss.owner);
    results.push_back(
        {loss.value, "loss", absl::StrCat("loss_", results.size())});
  }
  absl::Status status = trace.Return(results);
  if (!status.ok()) return status;
  return traced;
}

}  // namespace keratin

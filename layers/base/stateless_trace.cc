#include "layers/base/stateless_trace.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace keratin {

absl::StatusOr<StatelessTrace> TraceStatelessCall(
    Layer& layer, const std::function<Arguments(Trace&)>& bind) {
  {
    std::unique_ptr<Trace> building = Trace::Create(layer.name());
    CallScope scope(*building);
    layer(bind(*building));
    if (!building->status().ok()) return building->status();
  }
  StatelessTrace traced{Trace::Create(layer.name()), {}};
  Trace& trace = *traced.trace;
  CallScope scope(trace);
  const std::vector<Variable*> trainable = layer.trainable_variables();
  const std::vector<Variable*> non_trainable = layer.non_trainable_arguments();
  std::vector<Tensor> given;
  for (const Variable* variable : trainable)
    given.push_back(scope.Bind(*variable, "trainable"));
  for (const Variable* variable : non_trainable)
    scope.Bind(*variable, "non_trainable");
  traced.outputs = layer(bind(trace));

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
  std::vector<Tensor> losses = scope.LossesOf(layer);
  for (const Variable* variable : layer.trainable_weights()) {
    if (variable->spec().regularizer.is_none()) continue;
    auto regularizer = variable->spec().regularizer.Get();
    if (!regularizer.ok()) return regularizer.status();
    losses.push_back((**regularizer)(scope.Read(*variable)));
  }
  for (const Tensor& loss : losses)
    results.push_back({loss, "loss", absl::StrCat("loss_", results.size())});
  absl::Status status = trace.Return(results);
  if (!status.ok()) return status;
  return traced;
}

}  // namespace keratin

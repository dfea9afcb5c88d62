// The pure function of a computation that reads and writes variables, traced:
// `stateless_call` of a layer, the update of a metric.
//
//   auto traced = TraceStateless(function, [&](Trace& trace) {
//     return Arguments{{Value(trace.Argument({.kind = "input", ...}))}, {}};
//   });
#ifndef KERATIN_LAYERS_BASE_STATELESS_TRACE_H_
#define KERATIN_LAYERS_BASE_STATELESS_TRACE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "ir/trace/trace.h"
#include "layers/base/call_scope.h"
#include "layers/base/value.h"
#include "layers/base/variable.h"

namespace keratin {

class Layer;

// What a computation reads and writes besides its arguments.
struct StatefulFunction {
  // Of whom: "layer", "dense_1"; and which function of its.
  std::string kind, name;
  const char* entry = "call";
  // Its variables; a call may make them.
  std::function<std::vector<Variable*>()> trainable, non_trainable;
  // A number that grows when the lists, or what is called, change.
  std::function<int64_t()> version;
  // In the current CallScope.
  std::function<Value(const Arguments&)> call;
  // The losses of that call, each with the layer that added it.
  std::function<std::vector<CallScope::Loss>()> losses;

  // "layer 'dense_1'"
  std::string Title() const { return kind + " '" + name + "'"; }
};

struct StatelessTrace {
  std::unique_ptr<Trace> trace;
  // What the call returned; its tensors are those of the trace.
  Value outputs;
  // Of each loss: the layer that added it; null: of a regularizer of weights.
  std::vector<Layer*> loss_owners;
};

// Trainable variables, non-trainable variables, inputs -> outputs, new values
// of the trainable variables that the call assigns, of all non-trainable ones,
// losses. `bind` adds the inputs to a trace and gives the arguments of the
// call. What is called is built first, by a trace that is thrown away.
absl::StatusOr<StatelessTrace> TraceStateless(
    const StatefulFunction& function,
    const std::function<Arguments(Trace&)>& bind);

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_STATELESS_TRACE_H_

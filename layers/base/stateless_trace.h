// The function `stateless_call` of a layer, traced.
//
//   auto traced = TraceStatelessCall(layer, [&](Trace& trace) {
//     return Arguments{{Value(trace.Argument({.kind = "input", ...}))}, {}};
//   });
#ifndef KERATIN_LAYERS_BASE_STATELESS_TRACE_H_
#define KERATIN_LAYERS_BASE_STATELESS_TRACE_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "ir/trace/trace.h"
#include "layers/base/layer.h"

namespace keratin {

struct StatelessTrace {
  std::unique_ptr<Trace> trace;
  // What the call returned; its tensors are those of the trace.
  Value outputs;
};

// Trainable variables, non-trainable variables, inputs -> outputs, new values
// of the trainable variables that the call assigns, of all non-trainable ones,
// losses. `bind` adds the inputs to a trace and gives the arguments of the
// call. The layer is built first, by a trace that is thrown away.
absl::StatusOr<StatelessTrace> TraceStatelessCall(
    Layer& layer, const std::function<Arguments(Trace&)>& bind);

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_STATELESS_TRACE_H_

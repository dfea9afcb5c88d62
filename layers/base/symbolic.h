// Calls on KerasTensors: traced into a scratch module for their results' shapes
// and dtypes, then kept as nodes.
#ifndef KERATIN_LAYERS_BASE_SYMBOLIC_H_
#define KERATIN_LAYERS_BASE_SYMBOLIC_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "layers/base/node.h"
#include "layers/base/value.h"

namespace keratin {

// An array in a graph as a constant of the current trace, of 32 bits where it
// has 64; floats keep them if config::floatx() is float64.
Tensor ConstantOf(const Array& array);

// What `call` returns on tensors like the KerasTensors among the arguments, as
// KerasTensors without history. The error of one of them, or of the trace.
absl::StatusOr<Value> TraceSpec(
    const std::string& name, const Arguments& arguments,
    const std::function<Value(const Arguments&)>& call);

// The results of a node, by what TraceSpec says of them.
Value OutputsOf(const std::shared_ptr<const Node>& node, const Value& spec);

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_SYMBOLIC_H_

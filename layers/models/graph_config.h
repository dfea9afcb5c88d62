// What configurations of functional models say of tensors. Each is named by its
// history: an operation, which of its calls, and which of their outputs.
//
//   in arguments of calls    {"class_name": "__keras_tensor__",
//                             "config": {..., "keras_history": ["a", 0, 0]}}
//   as inputs and outputs    ["a", 0, 0]
#ifndef KERATIN_LAYERS_MODELS_GRAPH_CONFIG_H_
#define KERATIN_LAYERS_MODELS_GRAPH_CONFIG_H_

#include <map>

#include "absl/status/statusor.h"
#include "layers/models/graph.h"

namespace keratin {

// An argument of a call: {class_name: __keras_tensor__} become references, and
// `specs` what is written of their shapes.
absl::StatusOr<Value> ReadArgument(
    const Value& value, std::map<TensorReference, Graph::Spec>& specs);
// The reverse.
Value WrittenArgument(const Value& value,
                      const std::map<TensorReference, Graph::Spec>& specs);

// ["name", 0, 0], a nest of such, or a dictionary of them.
absl::StatusOr<Value> ReadReferences(const Value& value);
Value WrittenReferences(const Value& value);

}  // namespace keratin

#endif  // KERATIN_LAYERS_MODELS_GRAPH_CONFIG_H_

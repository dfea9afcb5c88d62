// The values of variables, made by their initializers when first asked for.
//
//   absl::StatusOr<std::vector<Array>> values = ValuesOf(layer.weights());
#ifndef KERATIN_LAYERS_BASE_INITIALIZE_H_
#define KERATIN_LAYERS_BASE_INITIALIZE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "layers/base/variable.h"
#include "runtime/array.h"

namespace keratin {

// Gives those without a value the one of their initializer: one trace for all
// of them, computed by the Evaluator. Errors name the variable.
absl::Status Initialize(const std::vector<Variable*>& variables);

// Their values, initialized where there are none. Keras: Layer.get_weights.
absl::StatusOr<std::vector<Array>> ValuesOf(
    const std::vector<Variable*>& variables);

// Assigns one value to each. Another number of values, a wrong shape or dtype
// is an error that names `owner`, and nothing is assigned. Keras:
// Layer.set_weights.
absl::Status AssignAll(const std::vector<Variable*>& variables,
                       const std::vector<Array>& values,
                       const std::string& owner);

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_INITIALIZE_H_

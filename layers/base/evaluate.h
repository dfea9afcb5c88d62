// Tensors computed from the values that variables have now, outside of a call.
//
//   auto arrays = EvaluateVariables({kernel}, [&] {
//     return std::vector<Tensor>{ops::Max(ops::Abs(*kernel))};
//   });
#ifndef KERATIN_LAYERS_BASE_EVALUATE_H_
#define KERATIN_LAYERS_BASE_EVALUATE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "layers/base/variable.h"
#include "runtime/array.h"

namespace keratin {

// What `compute` gives in a trace where the variables have their values,
// initialized where there are none. Errors: those of the trace, or a program
// without the compiler (evaluator.h).
absl::StatusOr<std::vector<Array>> EvaluateVariables(
    const std::vector<Variable*>& variables,
    const std::function<std::vector<Tensor>()>& compute);

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_EVALUATE_H_

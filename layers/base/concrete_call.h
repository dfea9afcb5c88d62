// ConcreteCalls: what a layer keeps to be called on Arrays.
//
// A call is traced, compiled by the Evaluator once for each signature
// (structure, dtypes and sizes of its arrays, all other arguments), run, and
// the variables that it writes are assigned. Beside the code stands what was
// prepared of the other variables, stamped with their versions: assigning one
// of them drops it. Other lists of variables than before (a layer was frozen)
// are another signature.
//
// Invariant: calls from several threads at once are as calls one after the
// other, in some order; those that write no variable compute side by side.
//
//   ConcreteCalls calls;
//   auto results = calls.Call(layer, {{Value(x)}, {}});
#ifndef KERATIN_LAYERS_BASE_CONCRETE_CALL_H_
#define KERATIN_LAYERS_BASE_CONCRETE_CALL_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "layers/base/value.h"
#include "runtime/array.h"

namespace keratin {

class Layer;

struct ConcreteResults {
  Value outputs;  // Arrays where the call returns tensors
  std::vector<Array> losses;
};

// What Layer::StatelessCall gives.
struct StatelessCallResults {
  Value outputs;
  std::vector<Array> non_trainable;
  std::vector<Array> losses;
};

class ConcreteCalls {
 public:
  // Errors: those of the trace, a leaf that is a tensor of a trace or graph, a
  // variable without a value, a program without the compiler.
  absl::StatusOr<ConcreteResults> Call(Layer& layer,
                                       const Arguments& arguments);
  // The same of values that are given, touching nothing.
  absl::StatusOr<StatelessCallResults> StatelessCall(
      Layer& layer, const std::vector<Array>& trainable,
      const std::vector<Array>& non_trainable, const Arguments& arguments);

 private:
  struct Compiled;

  // The code of that signature; `mutex_` is held.
  absl::StatusOr<std::shared_ptr<Compiled>> CompiledFor(
      Layer& layer, const Arguments& arguments);

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Compiled>> compiled_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_CONCRETE_CALL_H_

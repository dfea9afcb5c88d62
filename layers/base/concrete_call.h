// ConcreteCalls: what a layer or a metric keeps to be called on Arrays.
//
// A call is traced, compiled by the Evaluator once for each signature
// (structure, dtypes and sizes of its arrays, all other arguments), run, and
// the variables that it writes are assigned. Beside the code stands what was
// prepared of the other variables, stamped with their versions: assigning one
// of them drops it. Code is dropped when the computation changes (a layer was
// frozen, or a part added), and when more signatures are in use than
// config::eager_cache_size: the one that was called longest ago.
//
// Invariant: calls from several threads at once are as calls one after the
// other, in some order; those that write no variable compute side by side.
//
//   ConcreteCalls calls;
//   auto results = calls.Call(function, {{Value(x)}, {}});
#ifndef KERATIN_LAYERS_BASE_CONCRETE_CALL_H_
#define KERATIN_LAYERS_BASE_CONCRETE_CALL_H_

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "layers/base/stateless_trace.h"
#include "layers/base/value.h"
#include "runtime/array.h"

namespace keratin {

struct ConcreteResults {
  Value outputs;  // Arrays where the call returns tensors
  std::vector<Array> losses;
  // Of each loss: the layer that added it; null: of a regularizer of weights.
  std::vector<Layer*> loss_owners = {};
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
  absl::StatusOr<ConcreteResults> Call(const StatefulFunction& function,
                                       const Arguments& arguments);
  // The same of values that are given, touching nothing. Wrong numbers of them
  // are errors.
  absl::StatusOr<StatelessCallResults> StatelessCall(
      const StatefulFunction& function, const std::vector<Array>& trainable,
      const std::vector<Array>& non_trainable, const Arguments& arguments);

 private:
  struct Compiled;
  using Entry = std::pair<std::string, std::shared_ptr<Compiled>>;

  // The code of that signature; `mutex_` is held.
  absl::StatusOr<std::shared_ptr<Compiled>> CompiledFor(
      const StatefulFunction& function, const Arguments& arguments);

  std::mutex mutex_;
  std::list<Entry> recent_;  // the last called first
  std::map<std::string, std::list<Entry>::iterator, std::less<>> compiled_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_CONCRETE_CALL_H_

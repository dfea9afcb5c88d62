// Evaluator: how layers reach the compiler, without seeing it.
//
// Whatever is computed on Arrays is traced first; the evaluator makes code of
// the trace. It keeps nothing: whoever asks keeps the code. compiler/api has
// the one there is, and registers it where it is linked.
//
//   absl::StatusOr<const Evaluator*> evaluator = Evaluator::Get();
//   absl::StatusOr<Executable> exe = (*evaluator)->Compile(*trace, {});
//   auto results = exe->StatelessCall(trainable, non_trainable, inputs);
#ifndef KERATIN_LAYERS_BASE_EVALUATOR_H_
#define KERATIN_LAYERS_BASE_EVALUATOR_H_

#include "absl/status/statusor.h"
#include "ir/trace/trace.h"
#include "runtime/executable.h"

namespace keratin {

class Evaluator {
 public:
  struct Options {
    bool training = false;  // noted in the manifest
  };

  virtual ~Evaluator() = default;

  // Code for this process of a trace that has returned: its results of the
  // kinds `output`, `loss`, and variables by number, as ResultSpec says. The
  // trace is used up.
  virtual absl::StatusOr<Executable> Compile(Trace& trace,
                                             const Options& options) const = 0;

  // FailedPrecondition, naming the target to link, if the program has none.
  static absl::StatusOr<const Evaluator*> Get();
  // For the room that implements it; lives as long as the process.
  static bool Register(const Evaluator* evaluator);
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_EVALUATOR_H_

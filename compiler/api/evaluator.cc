// The Evaluator that layers find where this room is linked: the one pipeline,
// for the machine at hand.
#include "layers/base/evaluator.h"

#include <utility>

#include "compiler/api/lower.h"
#include "compiler/codegen/machine.h"
#include "ir/trace/module.h"

namespace keratin {
namespace {

class CompilingEvaluator : public Evaluator {
 public:
  absl::StatusOr<Executable> Compile(Trace& trace,
                                     const Options& options) const override {
    static const absl::StatusOr<Machine>& machine =
        *new absl::StatusOr<Machine>(MachineFor("native"));
    if (!machine.ok()) return machine.status();
    Manifest manifest;
    auto lowered =
        Lower(trace, *machine, {.training = options.training}, manifest);
    if (!lowered.ok()) return lowered.status();
    return LoadLowered(*lowered, *machine, std::move(manifest));
  }
};

[[maybe_unused]] const bool registered =
    Evaluator::Register(new CompilingEvaluator());

}  // namespace
}  // namespace keratin

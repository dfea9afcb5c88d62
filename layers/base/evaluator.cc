#include "layers/base/evaluator.h"

namespace keratin {
namespace {

// Set before main by the room that implements it, only read after.
const Evaluator* registered = nullptr;

}  // namespace

bool Evaluator::Register(const Evaluator* evaluator) {
  registered = evaluator;
  return true;
}

absl::StatusOr<const Evaluator*> Evaluator::Get() {
  if (registered != nullptr) return registered;
  return absl::FailedPreconditionError(
      "computing on arrays needs the compiler, and this program is linked "
      "without it: add //compiler/api to its deps");
}

}  // namespace keratin

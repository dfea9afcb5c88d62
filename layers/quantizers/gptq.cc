#include "layers/quantizers/gptq.h"

#include <utility>

#include "layers/quantizers/fitted_mode.h"

namespace keratin {
namespace {

class Gptq : public FittedMode {
 public:
  Gptq(const DTypePolicy& policy, WeightUse use)
      : FittedMode(policy, std::move(use)) {}
};

}  // namespace

std::unique_ptr<WeightMode> MakeGptq(const DTypePolicy& policy, WeightUse use) {
  return std::make_unique<Gptq>(policy, std::move(use));
}

}  // namespace keratin

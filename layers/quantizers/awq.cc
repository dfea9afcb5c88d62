#include "layers/quantizers/awq.h"

#include <utility>

#include "layers/ops/arithmetic.h"
#include "layers/ops/shaping.h"
#include "layers/quantizers/fitted_mode.h"

namespace keratin {
namespace {

class Awq : public FittedMode {
 public:
  Awq(const DTypePolicy& policy, WeightUse use)
      : FittedMode(policy, std::move(use)) {}

 protected:
  void AddOwn(const Adder& add) override {
    variables_.push_back(add({.name = "awq_scales",
                              .shape = {rows()},
                              .trainable = false,
                              .initializer = "ones"}));
  }
  Tensor Restored(const Tensor& matrix) const override {
    return matrix / ops::ExpandDims(variables_[3], -1);
  }
};

}  // namespace

std::unique_ptr<WeightMode> MakeAwq(const DTypePolicy& policy, WeightUse use) {
  return std::make_unique<Awq>(policy, std::move(use));
}

}  // namespace keratin

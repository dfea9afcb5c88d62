#include "layers/rnn/time_distributed.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {

namespace {

class TimeDistributedLayer : public LayerWith<TimeDistributedOptions> {
 public:
  bool supports_masking() const override { return true; }

 private:
  CallSignature signature() const override {
    return {.arguments = {"inputs", "mask"}};
  }
  absl::Status Configured() override {
    layer_ = Track("layer", options_.layer.shared());
    return absl::OkStatus();
  }
  absl::Status BuildFrom(const Arguments& arguments) override {
    const Value* x = arguments.Find(0, "inputs");
    if (x == nullptr || !x->is_tensor() || x->as_tensor().rank() < 3) {
      return absl::InvalidArgumentError(absl::StrCat(
          "TimeDistributed takes one tensor of at least 3 axes, not ",
          x == nullptr ? "nothing" : x->ToString()));
    }
    // A step, for its shape alone.
    Tensor step = ops::Squeeze(ops::SliceAxis(x->as_tensor(), 1, 0, 1), 1);
    return layer_->EnsureBuilt({{Value(step)}, {}});
  }

  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override {
    const Tensor& x = arguments.positional[0].as_tensor();
    std::vector<Tensor> walked = {ops::SwapAxes(x, 0, 1)};
    if (context.mask.ok()) {
      if (context.mask.rank() < 2) {
        return Value(
            Fail(absl::StrCat("the mask of TimeDistributed must have the axes "
                              "batch and time, and "
                              "has the shape ",
                              context.mask.shape().ToString())));
      }
      walked.push_back(ops::SwapAxes(context.mask, 0, 1));
    }
    CallScope& scope = *CallScope::Current();
    const std::vector<Variable*> state = layer_->non_trainable_variables();
    std::vector<Tensor> initial;
    for (const Variable* variable : state)
      initial.push_back(scope.Read(*variable));
    const Dim& length = walked[0].dim(0);
    std::vector<Layer*> owners;  // of the losses of a step

    auto body = [&](const Tensor&, absl::Span<const Tensor> carried,
                    absl::Span<const Tensor> slices)
        -> std::pair<std::vector<Tensor>, std::vector<Tensor>> {
      for (size_t k = 0; k < state.size(); ++k)
        scope.Assign(*state[k], carried[k]);
      CallContext step = context;
      step.mask = slices.size() > 1 ? slices[1] : Tensor();
      step.masks = {step.mask};
      const size_t before = scope.loss_count();
      Value output = CallOf(*layer_, step, {{Value(slices[0])}, {}});
      std::vector<Tensor> after;
      for (const Variable* variable : state)
        after.push_back(scope.Read(*variable));
      if (!output.is_tensor()) {
        Fail(absl::StrCat("the layer '", layer_->name(),
                          "' of TimeDistributed must give one tensor, not ",
                          output.ToString()));
        return {};
      }
      std::vector<Tensor> stacked = {output.as_tensor()};
      for (const auto& [owner, loss] : scope.TakeLosses(before)) {
        owners.push_back(owner);
        stacked.push_back(loss);
      }
      return {after, stacked};
    };
    std::vector<Tensor> results =
        trace::Scan(initial, walked, length, /*reverse=*/false, body);
    for (size_t k = 0; k < state.size(); ++k)
      scope.Assign(*state[k], results.empty() ? initial[k] : results[k]);
    if (results.empty()) return Value(Tensor());
    for (size_t k = 0; k < owners.size(); ++k)
      AddLosses(*owners[k], results[state.size() + 1 + k]);
    return Value(ops::SwapAxes(results[state.size()], 0, 1));
  }

  // One loss for each step, as Keras has them; where the number of steps is not
  // known, their sum.
  static void AddLosses(Layer& owner, const Tensor& losses) {
    CallScope& scope = *CallScope::Current();
    if (!losses.ok()) return;
    const std::optional<int64_t> steps = losses.dim(0).AsConstant();
    if (!steps.has_value()) return scope.AddLoss(owner, ops::Sum(losses));
    for (int64_t step = 0; step < *steps; ++step) {
      scope.AddLoss(owner,
                    ops::Squeeze(ops::SliceAxis(losses, 0, step, step + 1), 0));
    }
  }

  Layer* layer_ = nullptr;
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", TimeDistributed, TimeDistributedLayer);

}  // namespace keratin

#include "layers/rnn/simple_rnn_cell.h"

#include "layers/ops/arithmetic.h"
#include "layers/ops/linear.h"
#include "layers/rnn/gated_cell.h"

namespace keratin {
namespace {

class SimpleRNNCellLayer : public GatedCell<SimpleRNNCellOptions> {
 public:
  std::vector<int64_t> state_size() const override { return {options_.units}; }

 private:
  CallSignature signature() const override {
    return {.arguments = {"sequence", "states"}, .required = 2};
  }
  absl::Status Configured() override {
    SetDropout(options_.dropout, options_.recurrent_dropout, 1, options_.seed);
    return absl::OkStatus();
  }

  absl::Status Build(const Shape& input) override {
    const int64_t units = options_.units;
    absl::Status status = CheckUnits(units, input);
    if (!status.ok()) return status;
    AddWeights({input.back(), units}, {units, units}, {units},
               options_.bias_initializer);
    return absl::OkStatus();
  }

  StepResult Step(const Tensor& x, const std::vector<Tensor>& states,
                  bool training) override {
    // Unlike the other cells, this one draws in inference too, and drops
    // everything at a rate of 1.
    std::vector<Tensor> input_masks = DropoutMasks(x);
    std::vector<Tensor> state_masks = RecurrentDropoutMasks(states[0]);
    if (!training) input_masks.clear(), state_masks.clear();
    Tensor h = ops::MatMul(Masked(x, input_masks)[0], kernel_);
    if (options_.use_bias) h = h + bias_;
    Tensor y = options_.activation(
        h + ops::MatMul(Masked(states[0], state_masks)[0], recurrent_kernel_));
    return {y, {y}};
  }
};

}  // namespace

void SimpleRNNCellOptions::Describe(Fields& f) {
  DescribeCell(f, *this);
  f("seed", seed);
}

KERATIN_DEFINE_LAYER("keras", SimpleRNNCell, SimpleRNNCellLayer);

}  // namespace keratin

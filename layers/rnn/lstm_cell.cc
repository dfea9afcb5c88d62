#include "layers/rnn/lstm_cell.h"

#include "layers/ops/arithmetic.h"
#include "layers/ops/linear.h"
#include "layers/rnn/gated_cell.h"

namespace keratin {
namespace {

Tensor MatMul(const Tensor& x, const Tensor& kernel) {
  return ops::MatMul(x, kernel);
}

class LSTMCellLayer : public GatedCell<LSTMCellOptions> {
 public:
  std::vector<int64_t> state_size() const override {
    return {options_.units, options_.units};
  }

 private:
  absl::Status Configured() override {
    // Keras drops each gate apart once states are dropped.
    SetDropout(options_.dropout, options_.recurrent_dropout,
               options_.recurrent_dropout > 0 ? 4 : 1, options_.seed);
    return absl::OkStatus();
  }

  absl::Status Build(const Shape& input) override {
    const int64_t units = options_.units;
    absl::Status status = CheckUnits(units, input);
    if (!status.ok()) return status;
    AddWeights({input.back(), 4 * units}, {units, 4 * units}, {4 * units},
               options_.unit_forget_bias
                   ? UnitForgetBias(options_.bias_initializer)
                   : options_.bias_initializer);
    return absl::OkStatus();
  }

  StepResult Step(const Tensor& x, const std::vector<Tensor>& states,
                  bool training) override {
    const Tensor &h = states[0], &c = states[1];
    std::vector<Tensor> xs =
        GateProducts(Masked(x, InputMasks(x, training)), kernel_, 4, MatMul);
    std::vector<Tensor> hs = GateProducts(Masked(h, StateMasks(h, training)),
                                          recurrent_kernel_, 4, MatMul);
    std::vector<Tensor> biases;
    if (options_.use_bias) biases = Gates(bias_, 4);
    // Keras adds the bias last, or to the input's part where it works gate by
    // gate.
    const bool bias_first = options_.recurrent_dropout > 0;
    std::vector<Tensor> z;
    for (int gate = 0; gate < 4; ++gate) {
      Tensor input = xs[gate];
      if (options_.use_bias && bias_first) input = input + biases[gate];
      z.push_back(input + hs[gate]);
      if (options_.use_bias && !bias_first) z[gate] = z[gate] + biases[gate];
    }
    Tensor i = options_.recurrent_activation(z[0]);
    Tensor f = options_.recurrent_activation(z[1]);
    Tensor carry = f * c + i * options_.activation(z[2]);
    Tensor o = options_.recurrent_activation(z[3]);
    Tensor y = o * options_.activation(carry);
    return {y, {y, carry}};
  }
};

}  // namespace

void LSTMCellOptions::Describe(Fields& f) {
  DescribeCell(f, *this);
  f("seed", seed);
}

KERATIN_DEFINE_LAYER("keras", LSTMCell, LSTMCellLayer);

}  // namespace keratin

#include "layers/rnn/gru_cell.h"

#include "layers/ops/arithmetic.h"
#include "layers/ops/linear.h"
#include "layers/ops/shaping.h"
#include "layers/rnn/gated_cell.h"

namespace keratin {
namespace {

Tensor MatMul(const Tensor& x, const Tensor& kernel) {
  return ops::MatMul(x, kernel);
}

// A row of a matrix.
Tensor Row(const Tensor& x, int64_t row) {
  return ops::Squeeze(ops::SliceAxis(x, 0, row, row + 1), 0);
}

void AddTo(std::vector<Tensor>& gates, const Tensor& bias) {
  std::vector<Tensor> parts = Gates(bias, 3);
  for (size_t gate = 0; gate < gates.size(); ++gate)
    gates[gate] = gates[gate] + parts[gate];
}

class GRUCellLayer : public GatedCell<GRUCellOptions> {
 public:
  std::vector<int64_t> state_size() const override { return {options_.units}; }

 private:
  absl::Status Configured() override {
    // Keras drops each gate apart once states are dropped.
    SetDropout(options_.dropout, options_.recurrent_dropout,
               options_.recurrent_dropout > 0 ? 3 : 1, options_.seed);
    return absl::OkStatus();
  }

  absl::Status Build(const Shape& input) override {
    const int64_t units = options_.units;
    absl::Status status = CheckUnits(units, input);
    if (!status.ok()) return status;
    AddWeights({input.back(), 3 * units}, {units, 3 * units},
               options_.reset_after ? Shape{2, 3 * units} : Shape{3 * units},
               options_.bias_initializer);
    return absl::OkStatus();
  }

  StepResult Step(const Tensor& x, const std::vector<Tensor>& states,
                  bool training) override {
    const bool after = options_.reset_after;
    const Tensor& h = states[0];
    std::vector<Tensor> xs =
        GateProducts(Masked(x, InputMasks(x, training)), kernel_, 3, MatMul);
    if (options_.use_bias) AddTo(xs, after ? Row(bias_, 0) : bias_);

    std::vector<Tensor> hs = Masked(h, StateMasks(h, training));
    const Tensor h_candidate = hs.back();
    const Tensor kernel = recurrent_kernel_;
    std::vector<Tensor> products;
    if (after) {
      products = GateProducts(hs, kernel, 3, MatMul);
      if (options_.use_bias) AddTo(products, Row(bias_, 1));
    } else {
      // The candidate's product comes after the reset gate.
      if (hs.size() == 3) hs.pop_back();
      products = GateProducts(
          hs, ops::SliceAxis(kernel, 1, 0, 2 * options_.units), 2, MatMul);
    }
    Tensor z = options_.recurrent_activation(xs[0] + products[0]);
    Tensor r = options_.recurrent_activation(xs[1] + products[1]);
    Tensor reset =
        after ? r * products[2]
              : ops::MatMul(r * h_candidate,
                            ops::SliceAxis(kernel, 1, 2 * options_.units,
                                           3 * options_.units));
    Tensor candidate = options_.activation(xs[2] + reset);
    Tensor next = z * h + (1 - z) * candidate;
    return {next, {next}};
  }
};

}  // namespace

void GRUCellOptions::Describe(Fields& f) {
  DescribeCell(f, *this);
  f("seed", seed);
}

KERATIN_DEFINE_LAYER("keras", GRUCell, GRUCellLayer);

}  // namespace keratin

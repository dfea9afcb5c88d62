#include "layers/rnn/gru_cell.h"

#include "layers/ops/arithmetic.h"
#include "layers/ops/linear.h"
#include "layers/ops/shaping.h"

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

}  // namespace

absl::Status GRUCell::Configured() {
  // Keras drops each gate apart once states are dropped.
  SetDropout(options_.dropout, options_.recurrent_dropout,
             options_.recurrent_dropout > 0 ? 3 : 1, options_.seed);
  return absl::OkStatus();
}

absl::Status GRUCell::Build(const Shape& input) {
  const int64_t units = options_.units;
  absl::Status status = CheckUnits(units, input);
  if (!status.ok()) return status;
  AddWeights({input.back(), 3 * units}, {units, 3 * units},
             options_.reset_after ? Shape{2, 3 * units} : Shape{3 * units},
             options_.bias_initializer);
  return absl::OkStatus();
}

RecurrentCell::StepResult GRUCell::Step(const Tensor& x,
                                        const std::vector<Tensor>& states,
                                        bool training) {
  const bool after = options_.reset_after;
  const Tensor& h = states[0];
  std::vector<Tensor> xs =
      GateProducts(Masked(x, InputMasks(x, training)), *kernel_, 3, MatMul);
  if (options_.use_bias) AddTo(xs, after ? Row(*bias_, 0) : *bias_);

  std::vector<Tensor> hs = Masked(h, StateMasks(h, training));
  const Tensor h_candidate = hs.back();
  const Tensor kernel = *recurrent_kernel_;
  std::vector<Tensor> products;
  if (after) {
    products = GateProducts(hs, kernel, 3, MatMul);
    if (options_.use_bias) AddTo(products, Row(*bias_, 1));
  } else {
    // The candidate's product comes after the reset gate.
    if (hs.size() == 3) hs.pop_back();
    products = GateProducts(
        hs, ops::SliceAxis(kernel, 1, 0, 2 * options_.units), 2, MatMul);
  }
  Tensor z = options_.recurrent_activation(xs[0] + products[0]);
  Tensor r = options_.recurrent_activation(xs[1] + products[1]);
  Tensor reset = after
                     ? r * products[2]
                     : ops::MatMul(r * h_candidate,
                                   ops::SliceAxis(kernel, 1, 2 * options_.units,
                                                  3 * options_.units));
  Tensor candidate = options_.activation(xs[2] + reset);
  Tensor next = z * h + (1 - z) * candidate;
  return {next, {next}};
}

KERATIN_REGISTER_LAYER("keras", GRUCell);

}  // namespace keratin

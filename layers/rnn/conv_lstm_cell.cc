#include "layers/rnn/conv_lstm_cell.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/creation.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

constexpr int kGates = 4;

}  // namespace

absl::Status ConvLSTMCell::Configured() {
  ConvLSTMCellOptions& o = options_;
  absl::Status status = window_.Configure(o.rank, o);
  if (status.ok()) status = CheckPositive("filters", o.filters);
  if (status.ok()) status = CheckStrides(o);
  if (!status.ok()) return status;
  state_window_ = {.padding = ops::Padding::kSame,
                   .data_format = o.data_format};
  SetDropout(o.dropout, o.recurrent_dropout, kGates, o.seed);
  return absl::OkStatus();
}

absl::Status ConvLSTMCell::Build(const Shape& input) {
  if (input.rank() != options_.rank + 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("expects steps of ", options_.rank + 2,
                     " axes, not of shape ", input.ToString()));
  }
  for (int axis = 1; axis < input.rank(); ++axis) {
    if (input[axis].IsConstant()) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "spatial axes and channels must have known sizes, but a step of the "
        "input has the shape ",
        input.ToString()));
  }
  const int64_t filters = options_.filters;
  const Shape kernel =
      window_.KernelShape(input[window_.channel_axis()], kGates * filters);
  const Shape recurrent_kernel = window_.KernelShape(filters, kGates * filters);
  AddWeights(kernel, recurrent_kernel, {kGates * filters},
             options_.unit_forget_bias
                 ? UnitForgetBias(options_.bias_initializer)
                 : options_.bias_initializer);
  return absl::OkStatus();
}

Shape ConvLSTMCell::OutputShape(const Shape& step) const {
  Shape shape = step;
  int spatial = 0;
  for (int axis = 1; axis < step.rank() && spatial < options_.rank; ++axis) {
    if (axis == window_.channel_axis()) continue;
    const int64_t extent =
        (options_.kernel_size[spatial] - 1) * options_.dilation_rate[spatial] +
        1;
    const int64_t stride = options_.strides[spatial++];
    auto [before, after] = ops::WindowPadding(window_.options().padding,
                                              step[axis], extent, stride);
    shape[axis] = (step[axis] + before + after - extent).FloorDiv(stride) + 1;
  }
  if (window_.channel_axis() < step.rank())
    shape[window_.channel_axis()] = options_.filters;
  return shape;
}

Value ConvLSTMCell::InitialState(const Shape& step) const {
  Tensor zeros = ops::Zeros(OutputShape(step), compute_dtype());
  return Value::List({zeros, zeros});
}

RecurrentCell::StepResult ConvLSTMCell::Step(const Tensor& x,
                                             const std::vector<Tensor>& states,
                                             bool training) {
  const int channels = window_.channel_axis();
  const auto convolve = [&](const std::vector<Tensor>& inputs,
                            const Tensor& kernel,
                            const ops::ConvOptions& options) {
    return GateProducts(
        inputs, kernel, kGates,
        [&](const Tensor& input, const Tensor& part) {
          return ops::Conv(input, part, options);
        },
        channels);
  };
  const Tensor &h = states[0], &c = states[1];
  std::vector<Tensor> xs =
      convolve(Masked(x, InputMasks(x, training)), kernel_, window_.options());
  std::vector<Tensor> hs = convolve(Masked(h, StateMasks(h, training)),
                                    recurrent_kernel_, state_window_);
  if (options_.use_bias) {
    std::vector<Tensor> biases = Gates(bias_, kGates);
    Shape shape(std::vector<Dim>(options_.rank + 2, Dim(1)));
    shape[channels] = options_.filters;
    for (int gate = 0; gate < kGates; ++gate)
      xs[gate] = xs[gate] + ops::Reshape(biases[gate], shape);
  }
  Tensor i = options_.recurrent_activation(xs[0] + hs[0]);
  Tensor f = options_.recurrent_activation(xs[1] + hs[1]);
  Tensor carry = f * c + i * options_.activation(xs[2] + hs[2]);
  Tensor o = options_.recurrent_activation(xs[3] + hs[3]);
  Tensor y = o * options_.activation(carry);
  return {y, {y, carry}};
}

}  // namespace keratin

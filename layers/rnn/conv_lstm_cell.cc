#include "layers/rnn/conv_lstm_cell.h"

#include <algorithm>
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
  auto padding = ops::PaddingOf(o.padding);
  if (!padding || *padding == ops::Padding::kCausal) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'padding' must be 'valid' or 'same', not '", o.padding, "'"));
  }
  auto format = ops::DataFormatOf(o.data_format.value_or("channels_last"));
  if (!format) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'data_format' must be 'channels_last' or 'channels_first', not '",
        *o.data_format, "'"));
  }
  for (auto [name, values] : {std::pair{"kernel_size", &o.kernel_size},
                              {"strides", &o.strides},
                              {"dilation_rate", &o.dilation_rate}}) {
    if (values->size() == 1) values->resize(o.rank, values->front());
    if (static_cast<int>(values->size()) != o.rank ||
        *std::min_element(values->begin(), values->end()) < 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", name, "' must be a positive number, or ", o.rank, " of them"));
    }
  }
  if (o.filters <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("'filters' must be positive, not ", o.filters));
  }
  const auto above_one = [](int64_t value) { return value > 1; };
  if (std::any_of(o.strides.begin(), o.strides.end(), above_one) &&
      std::any_of(o.dilation_rate.begin(), o.dilation_rate.end(), above_one)) {
    return absl::InvalidArgumentError(
        "'strides' and 'dilation_rate' cannot both be above 1");
  }
  input_options_ = {.strides = o.strides,
                    .padding = *padding,
                    .data_format = *format,
                    .dilation_rate = o.dilation_rate};
  state_options_ = {.padding = ops::Padding::kSame, .data_format = *format};
  SetDropout(o.dropout, o.recurrent_dropout, kGates, o.seed);
  return absl::OkStatus();
}

int ConvLSTMCell::channel_axis() const {
  return input_options_.data_format == ops::DataFormat::kChannelsFirst
             ? 1
             : options_.rank + 1;
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
  Shape kernel, recurrent_kernel;
  for (int64_t size : options_.kernel_size) {
    kernel.push_back(size);
    recurrent_kernel.push_back(size);
  }
  kernel.push_back(input[channel_axis()]);
  recurrent_kernel.push_back(filters);
  kernel.push_back(kGates * filters);
  recurrent_kernel.push_back(kGates * filters);
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
    if (axis == channel_axis()) continue;
    const int64_t extent =
        (options_.kernel_size[spatial] - 1) * options_.dilation_rate[spatial] +
        1;
    const int64_t stride = options_.strides[spatial++];
    auto [before, after] =
        ops::WindowPadding(input_options_.padding, step[axis], extent, stride);
    shape[axis] = (step[axis] + before + after - extent).FloorDiv(stride) + 1;
  }
  if (channel_axis() < step.rank()) shape[channel_axis()] = options_.filters;
  return shape;
}

Value ConvLSTMCell::InitialState(const Shape& step) const {
  Tensor zeros = ops::Zeros(OutputShape(step), compute_dtype());
  return Value::List({zeros, zeros});
}

RecurrentCell::StepResult ConvLSTMCell::Step(const Tensor& x,
                                             const std::vector<Tensor>& states,
                                             bool training) {
  const int channels = channel_axis();
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
      convolve(Masked(x, InputMasks(x, training)), *kernel_, input_options_);
  std::vector<Tensor> hs = convolve(Masked(h, StateMasks(h, training)),
                                    *recurrent_kernel_, state_options_);
  if (options_.use_bias) {
    std::vector<Tensor> biases = Gates(*bias_, kGates);
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

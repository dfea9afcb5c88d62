#include "layers/convolutional/window.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/shaping.h"

namespace keratin {

absl::Status Window::Set(int rank, Ints& kernel_size, Ints& strides,
                         std::string& padding, const DataFormat& data_format,
                         Ints& dilation_rate, bool may_be_causal) {
  rank_ = rank;
  absl::Status status = kernel_size.Spread("kernel_size", rank);
  if (status.ok()) status = strides.Spread("strides", rank);
  if (status.ok()) status = dilation_rate.Spread("dilation_rate", rank);
  if (!status.ok()) return status;
  padding = absl::AsciiStrToLower(padding);
  const auto known = ops::PaddingOf(padding);
  if (!known || (*known == ops::Padding::kCausal && !may_be_causal)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'padding' must be 'valid'",
                     may_be_causal ? ", 'same' or 'causal'" : " or 'same'",
                     ", not '", padding, "'"));
  }
  kernel_size_ = kernel_size;
  data_format_ = data_format;
  options_ = {.strides = strides.values(),
              .padding = *known,
              .data_format = data_format,
              .dilation_rate = dilation_rate.values()};
  return absl::OkStatus();
}

InputSpec Window::Input() const { return {.min_ndim = rank_ + 2}; }

InputSpec Window::Input(const Dim& channels) const {
  return {.min_ndim = rank_ + 2,
          .axes = {{data_format_.channels_last() ? -1 : 1,
                    channels.AsConstant().value_or(0)}}};
}

absl::StatusOr<Dim> Window::Channels(const Shape& input) const {
  if (input.rank() != rank_ + 2) {
    return absl::InvalidArgumentError(absl::StrCat("expects an input of rank ",
                                                   rank_ + 2, ", not of shape ",
                                                   input.ToString()));
  }
  const Dim& channels = input[channel_axis()];
  if (!channels.IsConstant()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the channels of the input must be known, but its shape is ",
        input.ToString()));
  }
  return channels;
}

Shape Window::KernelShape(const Dim& in, const Dim& out) const {
  Shape shape;
  for (int64_t size : kernel_size_.values()) shape.push_back(size);
  shape.push_back(in);
  shape.push_back(out);
  return shape;
}

Tensor Window::AddBias(const Tensor& y, const Tensor& bias) const {
  if (!y.ok() || !bias.ok() || data_format_.channels_last()) return y + bias;
  Shape shape(std::vector<Dim>(rank_ + 2, Dim(1)));
  shape[1] = bias.dim(0);
  return y + ops::Reshape(bias, shape);
}

}  // namespace keratin

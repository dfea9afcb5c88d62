#include "layers/convolutional/base_convolution.h"

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

// A setting of one number or one for each spatial axis.
std::vector<int64_t> PerAxis(const std::vector<int64_t>& values, int rank) {
  return values.size() == 1 ? std::vector<int64_t>(rank, values[0]) : values;
}

}  // namespace

void Convolution::DescribeWindow(Fields& f) {
  f("kernel_size", kernel_size_)("strides", strides_)("padding", padding_)(
      "data_format", data_format_)("dilation_rate", dilation_rate_)(
      "activation", activation_)("use_bias", use_bias_)("bias_initializer",
                                                        bias_initializer_)(
      "bias_regularizer", bias_regularizer_)("bias_constraint",
                                             bias_constraint_);
}

absl::Status Convolution::Configured() {
  auto padding = ops::PaddingOf(padding_);
  if (!padding) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'padding' must be 'valid', 'same' or 'causal', not '", padding_, "'"));
  }
  auto format = ops::DataFormatOf(data_format_.value_or("channels_last"));
  if (!format) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'data_format' must be 'channels_last' or 'channels_first', not '",
        *data_format_, "'"));
  }
  for (std::vector<int64_t>* values :
       {&kernel_size_, &strides_, &dilation_rate_}) {
    *values = PerAxis(*values, rank_);
    if (static_cast<int>(values->size()) != rank_) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a window of ", rank_,
          " axes needs as many sizes, strides and dilation rates"));
    }
    for (int64_t value : *values) {
      if (value < 1)
        return absl::InvalidArgumentError(
            "sizes, strides and dilation rates of a window must be positive");
    }
  }
  options_ = {.strides = strides_,
              .padding = *padding,
              .data_format = *format,
              .dilation_rate = dilation_rate_};
  return absl::OkStatus();
}

absl::StatusOr<Dim> Convolution::Channels(const Shape& input) const {
  if (input.rank() != rank_ + 2) {
    return absl::InvalidArgumentError(absl::StrCat("expects an input of rank ",
                                                   rank_ + 2, ", not of shape ",
                                                   input.ToString()));
  }
  const Dim channels = options_.data_format == ops::DataFormat::kChannelsLast
                           ? input.back()
                           : input[1];
  if (!channels.IsConstant()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the channels of the input must be known, but its shape is ",
        input.ToString()));
  }
  return channels;
}

Shape Convolution::KernelShape(const Dim& in, const Dim& out) const {
  Shape shape;
  for (int64_t size : kernel_size_) shape.push_back(size);
  shape.push_back(in);
  shape.push_back(out);
  return shape;
}

void Convolution::AddBias(const Dim& channels) {
  if (!use_bias_) return;
  bias_ = AddWeight({.name = "bias",
                     .shape = {channels},
                     .initializer = bias_initializer_,
                     .regularizer = bias_regularizer_,
                     .constraint = bias_constraint_});
}

Tensor Convolution::Finish(Tensor y) const {
  if (use_bias_ && y.ok()) {
    Tensor bias = *bias_;
    if (options_.data_format == ops::DataFormat::kChannelsFirst) {
      Shape shape{1, bias.dim(0)};
      for (int axis = 0; axis < rank_; ++axis) shape.push_back(1);
      bias = ops::Reshape(bias, shape);
    }
    y = y + bias;
  }
  return activation_(y);
}

}  // namespace keratin

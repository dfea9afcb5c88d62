#include "layers/convolutional/conv_transpose.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace keratin {

void ConvTranspose::Describe(Fields& f) {
  DescribeWindow(f);
  f.Required("filters").Required("kernel_size")("filters", filters_)(
      "output_padding", output_padding_)("kernel_initializer",
                                         kernel_initializer_)(
      "kernel_regularizer", kernel_regularizer_)("kernel_constraint",
                                                 kernel_constraint_);
}

absl::Status ConvTranspose::Configured() {
  absl::Status status = Convolution::Configured();
  if (!status.ok()) return status;
  if (filters_ < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("'filters' must be positive, not ", filters_));
  }
  const auto more_than_one = [](int64_t value) { return value > 1; };
  if (std::any_of(strides_.begin(), strides_.end(), more_than_one) &&
      std::any_of(dilation_rate_.begin(), dilation_rate_.end(),
                  more_than_one)) {
    return absl::InvalidArgumentError(
        "'strides' and 'dilation_rate' cannot both be greater than 1");
  }
  if (!output_padding_.has_value()) return absl::OkStatus();
  if (output_padding_->size() == 1)
    output_padding_->resize(rank_, output_padding_->front());
  bool fits = output_padding_->size() == strides_.size();
  for (int axis = 0; fits && axis < rank_; ++axis) {
    fits = (*output_padding_)[axis] >= 0 &&
           (*output_padding_)[axis] < strides_[axis];
  }
  if (!fits) {
    return absl::InvalidArgumentError(
        "'output_padding' must be less than 'strides' on every axis, and not "
        "negative");
  }
  return absl::OkStatus();
}

absl::Status ConvTranspose::Build(const Shape& input) {
  auto channels = Channels(input);
  if (!channels.ok()) return channels.status();
  kernel_ = AddWeight({.name = "kernel",
                       .shape = KernelShape(filters_, *channels),
                       .initializer = kernel_initializer_,
                       .regularizer = kernel_regularizer_,
                       .constraint = kernel_constraint_});
  AddBias(filters_);
  return absl::OkStatus();
}

Tensor ConvTranspose::Call(const Tensor& x) {
  std::vector<std::optional<int64_t>> output_padding;
  if (output_padding_.has_value())
    output_padding.assign(output_padding_->begin(), output_padding_->end());
  return Finish(ops::ConvTranspose(x, *kernel_, options_, output_padding));
}

KERATIN_REGISTER_LAYER("keras", Conv1DTranspose);
KERATIN_REGISTER_LAYER("keras", Conv2DTranspose);
KERATIN_REGISTER_LAYER("keras", Conv3DTranspose);

}  // namespace keratin

// Window: what slides over the spatial axes of a convolution's input.
//
// Invariant: after Configure, sizes, strides and dilation rates have one number
// for each spatial axis.
//
//   absl::Status status = window_.Configure(2, options_);
//   Tensor y = ops::Conv(x, kernel_, window_.options());
#ifndef KERATIN_LAYERS_CONVOLUTIONAL_WINDOW_H_
#define KERATIN_LAYERS_CONVOLUTIONAL_WINDOW_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "layers/base/input_spec.h"
#include "layers/core/data_format.h"
#include "layers/ops/convolution.h"

namespace keratin {

class Window {
 public:
  // From the fields that the options of all convolutions have: kernel_size,
  // strides, padding, data_format, dilation_rate. They are made one for each
  // axis there, too.
  template <typename Options>
  absl::Status Configure(int rank, Options& o, bool may_be_causal = false) {
    return Set(rank, o.kernel_size, o.strides, o.padding, o.data_format,
               o.dilation_rate, may_be_causal);
  }

  const ops::ConvOptions& options() const { return options_; }
  int channel_axis() const { return data_format_.channel_axis(rank_); }

  // Tensors of any channels, or with `channels` of them.
  InputSpec Input() const;
  InputSpec Input(const Dim& channels) const;
  // The input's channels: an error if its rank is wrong or they are not known.
  absl::StatusOr<Dim> Channels(const Shape& input) const;
  // (*kernel_size, in, out)
  Shape KernelShape(const Dim& in, const Dim& out) const;
  // y with a number added to each of its channels.
  Tensor AddBias(const Tensor& y, const Tensor& bias) const;

 private:
  absl::Status Set(int rank, Ints& kernel_size, Ints& strides,
                   std::string& padding, const DataFormat& data_format,
                   Ints& dilation_rate, bool may_be_causal);

  int rank_ = 0;
  Ints kernel_size_;
  DataFormat data_format_;
  ops::ConvOptions options_;
};

// An error of windows that are both strided and dilated, which some layers of
// Keras do not lay.
template <typename Options>
absl::Status CheckStrides(const Options& o) {
  if (o.strides.largest() <= 1 || o.dilation_rate.largest() <= 1)
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      "'strides' and 'dilation_rate' cannot both be greater than 1");
}

}  // namespace keratin

#endif  // KERATIN_LAYERS_CONVOLUTIONAL_WINDOW_H_

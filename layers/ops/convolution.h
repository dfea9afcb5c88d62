// Convolutions of keras.ops, of any number of spatial axes.
//
// Invariant: kernels are (*spatial, in / groups, out); the number of groups
// follows from the channels. The input is cast to the kernel's type. Sizes may
// be unknown.
//
// Example:
//   Tensor y = Conv(x, kernel, {.strides = {2}, .padding = Padding::kSame});
#ifndef KERATIN_LAYERS_OPS_CONVOLUTION_H_
#define KERATIN_LAYERS_OPS_CONVOLUTION_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// "valid": none; "same": so much that the result has ceil(size / stride)
// elements, the odd one behind; "causal": all of it in front.
enum class Padding { kValid, kSame, kCausal };
enum class DataFormat { kChannelsLast, kChannelsFirst };

// Nothing for an unknown name.
std::optional<Padding> PaddingOf(absl::string_view name);
std::optional<DataFormat> DataFormatOf(absl::string_view name);

// One number for all spatial axes, or one for each.
struct ConvOptions {
  std::vector<int64_t> strides = {1};
  Padding padding = Padding::kValid;
  DataFormat data_format = DataFormat::kChannelsLast;
  std::vector<int64_t> dilation_rate = {1};
};

// keras.ops.conv, depthwise_conv (kernel (*spatial, in, multiplier)) and
// separable_conv.
Tensor Conv(const Operand& x, const Operand& kernel,
            const ConvOptions& options);
Tensor DepthwiseConv(const Operand& x, const Operand& kernel,
                     const ConvOptions& options);
Tensor SeparableConv(const Operand& x, const Operand& depthwise_kernel,
                     const Operand& pointwise_kernel,
                     const ConvOptions& options);
// keras.ops.conv_transpose; kernel (*spatial, out, in), padding not causal.
Tensor ConvTranspose(
    const Operand& x, const Operand& kernel, const ConvOptions& options,
    const std::vector<std::optional<int64_t>>& output_padding = {});

// The elements before and after an axis that a window of that extent (dilation
// included) needs.
std::pair<Dim, Dim> WindowPadding(Padding padding, const Dim& size,
                                  int64_t extent, int64_t stride);

// `values` for each of `count` spatial axes; an error of `op` and nothing if
// there is a wrong number or one is not positive.
std::optional<std::vector<int64_t>> PerSpatialAxis(
    const char* op, const char* argument, const std::vector<int64_t>& values,
    int count);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_CONVOLUTION_H_

#include "layers/ops/convolution.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

// Batch and feature axis, then the spatial ones.
std::vector<int64_t> Layout(int rank, DataFormat format) {
  std::vector<int64_t> layout = {
      0, format == DataFormat::kChannelsLast ? rank - 1 : 1};
  for (int i = 0; i < rank - 2; ++i)
    layout.push_back(format == DataFormat::kChannelsLast ? 1 + i : 2 + i);
  return layout;
}

// Input and output feature axis of a kernel (*spatial, first, second), then the
// spatial ones.
std::vector<int64_t> KernelLayout(int rank, int input, int output) {
  std::vector<int64_t> layout = {rank - 2 + input, rank - 2 + output};
  for (int i = 0; i < rank - 2; ++i) layout.push_back(i);
  return layout;
}

// What all convolutions check; false with an error if something is wrong.
bool Fits(const char* op, const Tensor& x, const Tensor& kernel) {
  if (!x.ok() || !kernel.ok()) return false;
  bool fits = x.rank() >= 3 && kernel.rank() == x.rank();
  for (int i = 0; fits && i < kernel.rank(); ++i)
    fits = kernel.shape()[i].IsConstant();
  if (!fits) {
    Fail(op,
         absl::StrCat(
             "the input of shape ", x.shape().ToString(),
             " and the kernel of shape ", kernel.shape().ToString(),
             " must have the same rank, 3 at least, the kernel known sizes"));
  }
  return fits;
}

// The convolution with a number of groups.
Tensor Convolve(const char* op, const Tensor& x, const Tensor& kernel,
                const ConvOptions& options, int64_t groups) {
  int spatial = x.rank() - 2;
  auto strides = PerSpatialAxis(op, "strides", options.strides, spatial);
  auto dilation =
      PerSpatialAxis(op, "dilation_rate", options.dilation_rate, spatial);
  if (!strides.has_value() || !dilation.has_value()) return Tensor();
  std::vector<int64_t> layout = Layout(x.rank(), options.data_format);
  Shape low;
  Shape high;
  for (int i = 0; i < spatial; ++i) {
    int64_t extent = (*kernel.shape()[i].AsConstant() - 1) * (*dilation)[i] + 1;
    const Dim& size = x.shape()[layout[2 + i]];
    auto [before, after] =
        WindowPadding(options.padding, size, extent, (*strides)[i]);
    low.push_back(before);
    high.push_back(after);
    Dim room = size + before + after - extent;
    if (size.IsConstant() && *room.AsConstant() < 0 && !size.IsConstant(0)) {
      return Fail(
          op, absl::StrCat("the result would be empty: spatial axis ", i,
                           " of the input of shape ", x.shape().ToString(),
                           " is shorter than the kernel's extent of ", extent));
    }
  }
  return trace::Convolution(x, kernel, *strides, low, high,
                            std::vector<int64_t>(spatial, 1), *dilation, layout,
                            KernelLayout(x.rank(), 0, 1), layout, groups);
}

}  // namespace

std::optional<Padding> PaddingOf(absl::string_view name) {
  if (name == "valid") return Padding::kValid;
  if (name == "same") return Padding::kSame;
  if (name == "causal") return Padding::kCausal;
  return std::nullopt;
}

std::optional<DataFormat> DataFormatOf(absl::string_view name) {
  if (name == "channels_last") return DataFormat::kChannelsLast;
  if (name == "channels_first") return DataFormat::kChannelsFirst;
  return std::nullopt;
}

std::optional<std::vector<int64_t>> PerSpatialAxis(
    const char* op, const char* argument, const std::vector<int64_t>& values,
    int count) {
  std::vector<int64_t> result = values;
  if (result.size() == 1) result.resize(count, values[0]);
  bool positive = std::all_of(result.begin(), result.end(),
                              [](int64_t value) { return value > 0; });
  if (static_cast<int>(result.size()) == count && positive) return result;
  Fail(op, absl::StrCat(argument,
                        " must be one positive number, or one for each of ",
                        count, " spatial axes"));
  return std::nullopt;
}

std::pair<Dim, Dim> WindowPadding(Padding padding, const Dim& size,
                                  int64_t extent, int64_t stride) {
  if (padding == Padding::kValid) return {0, 0};
  if (padding == Padding::kCausal) return {extent - 1, 0};
  if (extent == 1) return {0, 0};
  // Never negative if the extent is no less than the stride; without a maximum
  // the result's size stays ceil(size / stride) in the symbols.
  Dim total = (size.CeilDiv(stride) - 1) * stride + extent - size;
  if (extent < stride) total = Dim::Max(total, 0);
  Dim before = total.FloorDiv(2);
  return {before, total - before};
}

Tensor Conv(const Operand& x, const Operand& kernel,
            const ConvOptions& options) {
  if (!x.ok() || !kernel.ok()) return Tensor();
  Tensor weights = kernel.AsTensor();
  Tensor input = Cast(x, weights.dtype());
  if (!Fits("conv", input, weights)) return Tensor();
  Dim channels = input.shape()[Layout(input.rank(), options.data_format)[1]];
  int64_t in = *weights.dim(-2).AsConstant();
  std::optional<int64_t> known = channels.AsConstant();
  if (!known.has_value() || in <= 0 || *known % in != 0) {
    return Fail(
        "conv",
        absl::StrCat(
            "the input has ", channels.ToString(),
            " channels, which must be a known multiple of the kernel's ", in));
  }
  return Convolve("conv", input, weights, options, *known / in);
}

Tensor DepthwiseConv(const Operand& x, const Operand& kernel,
                     const ConvOptions& options) {
  if (!x.ok() || !kernel.ok()) return Tensor();
  Tensor weights = kernel.AsTensor();
  Tensor input = Cast(x, weights.dtype());
  if (!Fits("depthwise_conv", input, weights)) return Tensor();
  Dim channels = input.shape()[Layout(input.rank(), options.data_format)[1]];
  if (channels != weights.dim(-2)) {
    return Fail(
        "depthwise_conv",
        absl::StrCat("the input has ", channels.ToString(),
                     " channels, the kernel ", weights.dim(-2).ToString(),
                     "; they must be equal"));
  }
  Shape shape = weights.shape();
  shape[shape.rank() - 1] = weights.dim(-1) * channels;
  shape[shape.rank() - 2] = 1;
  return Convolve("depthwise_conv", input, Reshape(weights, shape), options,
                  *channels.AsConstant());
}

Tensor SeparableConv(const Operand& x, const Operand& depthwise_kernel,
                     const Operand& pointwise_kernel,
                     const ConvOptions& options) {
  Tensor depthwise = DepthwiseConv(x, depthwise_kernel, options);
  return Conv(depthwise, pointwise_kernel,
              {.data_format = options.data_format});
}

Tensor ConvTranspose(
    const Operand& x, const Operand& kernel, const ConvOptions& options,
    const std::vector<std::optional<int64_t>>& output_padding) {
  constexpr char kOp[] = "conv_transpose";
  if (!x.ok() || !kernel.ok()) return Tensor();
  std::vector<Tensor> both =
      Promote(kOp, {x, kernel}, Raise::kNone, /*broadcast=*/false);
  const Tensor& input = both[0];
  const Tensor& weights = both[1];
  if (!Fits(kOp, input, weights)) return Tensor();
  int spatial = input.rank() - 2;
  auto strides = PerSpatialAxis(kOp, "strides", options.strides, spatial);
  auto dilation =
      PerSpatialAxis(kOp, "dilation_rate", options.dilation_rate, spatial);
  if (!strides.has_value() || !dilation.has_value()) return Tensor();
  std::vector<int64_t> layout = Layout(input.rank(), options.data_format);
  if (input.shape()[layout[1]] != weights.dim(-1)) {
    return Fail(
        kOp, absl::StrCat("the input has ", input.shape()[layout[1]].ToString(),
                          " channels, the kernel ", weights.dim(-1).ToString(),
                          "; they must be equal"));
  }
  if (options.padding == Padding::kCausal)
    return Fail(kOp, "padding must be 'valid' or 'same'");
  Shape low;
  Shape high;
  std::vector<int64_t> axes;
  for (int i = 0; i < spatial; ++i) {
    axes.push_back(i);
    int64_t extent =
        (*weights.shape()[i].AsConstant() - 1) * (*dilation)[i] + 1;
    std::optional<int64_t> extra;
    if (!output_padding.empty())
      extra = output_padding[output_padding.size() == 1 ? 0 : i];
    if (options.padding == Padding::kValid) {
      low.push_back(extent - 1);
      high.push_back(extent - 1 +
                     extra.value_or(std::max(extent, (*strides)[i]) - extent));
      continue;
    }
    int64_t total = extra.has_value() ? extent + extent % 2 - 2 + *extra
                                      : (*strides)[i] + extent - 2;
    int64_t before = std::min(total / 2 + total % 2, extent - 1);
    low.push_back(before);
    high.push_back(total - before);
  }
  return trace::Convolution(input, trace::Reverse(weights, axes),
                            std::vector<int64_t>(spatial, 1), low, high,
                            *strides, *dilation, layout,
                            KernelLayout(input.rank(), 1, 0), layout, 1);
}

}  // namespace keratin::ops

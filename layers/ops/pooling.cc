#include "layers/ops/pooling.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"

namespace keratin::ops {
namespace {

// Windows over all axes of a tensor, those of batch and channels of size 1.
struct Windows {
  std::vector<int64_t> sizes;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
  Shape low;
  Shape high;
  int64_t elements = 1;
};

std::optional<Windows> WindowsOf(const char* op, const Tensor& x,
                                 const PoolOptions& options) {
  int spatial = x.rank() - 2;
  if (spatial < 1) {
    Fail(op,
         absl::StrCat("the input must have rank 3 at least, not ", x.rank()));
    return std::nullopt;
  }
  auto sizes = PerSpatialAxis(op, "pool_size", options.pool_size, spatial);
  auto strides = PerSpatialAxis(
      op, "strides",
      options.strides.empty() ? options.pool_size : options.strides, spatial);
  if (!sizes.has_value() || !strides.has_value()) return std::nullopt;
  Windows windows;
  int first = options.data_format == DataFormat::kChannelsLast ? 1 : 2;
  for (int axis = 0; axis < x.rank(); ++axis) {
    bool pooled = axis >= first && axis < first + spatial;
    windows.sizes.push_back(pooled ? (*sizes)[axis - first] : 1);
    windows.strides.push_back(pooled ? (*strides)[axis - first] : 1);
    windows.dilations.push_back(1);
    windows.elements *= windows.sizes.back();
    auto [low, high] =
        WindowPadding(options.padding, x.shape()[axis], windows.sizes.back(),
                      windows.strides.back());
    windows.low.push_back(pooled ? low : Dim(0));
    windows.high.push_back(pooled ? high : Dim(0));
  }
  return windows;
}

Tensor Sums(const Tensor& x, const Windows& windows) {
  return trace::ReduceWindowSum(x, windows.sizes, windows.strides,
                                windows.dilations, windows.low, windows.high);
}

}  // namespace

Tensor MaxPool(const Operand& x, const PoolOptions& options) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  std::optional<Windows> windows = WindowsOf("max_pool", tensor, options);
  if (!windows.has_value()) return Tensor();
  return trace::ReduceWindowMax(tensor, windows->sizes, windows->strides,
                                windows->dilations, windows->low,
                                windows->high);
}

Tensor AveragePool(const Operand& x, const PoolOptions& options) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  std::optional<Windows> windows = WindowsOf("average_pool", tensor, options);
  if (!windows.has_value()) return Tensor();
  Tensor sums = Sums(tensor, *windows);
  if (options.padding == Padding::kValid)
    return Divide(sums, windows->elements);
  // How many elements of the input each window covers.
  Shape shape = tensor.shape();
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (windows->sizes[axis] != 1) continue;
    shape[axis] = 1;
    windows->strides[axis] = 1;
    windows->low[axis] = windows->high[axis] = 0;
  }
  Tensor counts = Sums(trace::Full(shape, 1, tensor.dtype()), *windows);
  return Divide(sums, counts);
}

}  // namespace keratin::ops

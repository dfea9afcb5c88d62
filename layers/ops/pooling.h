// Pooling of keras.ops, of any number of spatial axes.
//
// Invariant: padding counts neither in maxima nor in means. Sizes may be
// unknown.
//
// Example:
//   Tensor y = MaxPool(x, {.pool_size = {2}});
#ifndef KERATIN_LAYERS_OPS_POOLING_H_
#define KERATIN_LAYERS_OPS_POOLING_H_

#include <cstdint>
#include <vector>

#include "ir/trace/tensor.h"
#include "layers/ops/convolution.h"

namespace keratin::ops {

// One number for all spatial axes, or one for each; no strides: the pool size.
struct PoolOptions {
  std::vector<int64_t> pool_size = {2};
  std::vector<int64_t> strides = {};
  Padding padding = Padding::kValid;
  DataFormat data_format = DataFormat::kChannelsLast;
};

// keras.ops.max_pool, average_pool.
Tensor MaxPool(const Operand& x, const PoolOptions& options);
Tensor AveragePool(const Operand& x, const PoolOptions& options);

// keras.ops.adaptive_max_pool, adaptive_average_pool: windows that divide the
// spatial axes, of any size, into as many parts as `output_size` says.
Tensor AdaptiveMaxPool(const Operand& x,
                       const std::vector<int64_t>& output_size,
                       DataFormat data_format = DataFormat::kChannelsLast);
Tensor AdaptiveAveragePool(const Operand& x,
                           const std::vector<int64_t>& output_size,
                           DataFormat data_format = DataFormat::kChannelsLast);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_POOLING_H_

// Patches of images of keras.ops, and pixels traded for channels.
//
// Example:
//   Tensor columns = Unfold(x, {.kernel_size = {3}});   // [n, c 9, positions]
#ifndef KERATIN_LAYERS_OPS_PATCHES_H_
#define KERATIN_LAYERS_OPS_PATCHES_H_

#include <cstdint>
#include <vector>

#include "ir/trace/tensor.h"
#include "layers/ops/convolution.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// One number for both axes, or one for each.
struct PatchOptions {
  std::vector<int64_t> kernel_size;
  std::vector<int64_t> dilation = {1};
  std::vector<int64_t> padding = {0};
  std::vector<int64_t> stride = {1};
};

// keras.ops.unfold: the patches of x [n, c, h, w] as columns
// [n, c kernel, positions].
Tensor Unfold(const Operand& x, const PatchOptions& options);
// keras.ops.fold: patches added up to [n, c, *output_size], what unfold would
// have taken them from.
Tensor Fold(const Operand& x, const std::vector<int64_t>& output_size,
            const PatchOptions& options);

// keras.ops.depth_to_space: each pixel becomes a block of pixels, of
// block_size^2 times fewer channels. keras.ops.space_to_depth: the reverse.
Tensor DepthToSpace(const Operand& x, int64_t block_size,
                    DataFormat data_format = DataFormat::kChannelsLast);
Tensor SpaceToDepth(const Operand& x, int64_t block_size,
                    DataFormat data_format = DataFormat::kChannelsLast);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_PATCHES_H_

// int4: two numbers of a weight in a byte, with a scale for each column, or a
// scale and a zero point for each block of rows of a column.
// Keras: Dense._int4_call and its like, keras.quantizers.pack_int4.
#ifndef KERATIN_LAYERS_QUANTIZERS_INT4_H_
#define KERATIN_LAYERS_QUANTIZERS_INT4_H_

#include <cstdint>
#include <memory>

#include "layers/quantizers/weight_mode.h"

namespace keratin {

std::unique_ptr<WeightMode> MakeInt4(QuantizationSettings settings,
                                     WeightUse use);

namespace quantizers {

// int8 numbers in [-8, 7], two in a byte along the axis, the first in the low
// half. Keras: keras.quantizers.pack_int4.
Tensor PackInt4(const Tensor& x, int axis);
// The other way; `size` is that of the axis before. Of uint8, numbers in [0,
// 15]. keras.quantizers.unpack_int4.
Tensor UnpackInt4(const Tensor& packed, const Dim& size, int axis);

struct Blocks {
  Tensor values;  // int8 in [-8, 7], of the shape of what was quantized
  Tensor scale;   // [blocks, columns]
  Tensor zero;    // int8, [blocks, columns]
};
// keras.quantizers.abs_max_quantize_grouped_with_zero_point, of [rows,
// columns].
Blocks QuantizeBlocks(const Tensor& x, int64_t block_size);
// The floats for integers whose blocks along `axis` are numbered: those of
// scale and zero in that order. Keras: dequantize_with_sz_map.
Tensor DequantizeBlocks(const Tensor& values, const Tensor& scale,
                        const Tensor& zero, const Tensor& numbers, int axis);

}  // namespace quantizers
}  // namespace keratin

#endif  // KERATIN_LAYERS_QUANTIZERS_INT4_H_

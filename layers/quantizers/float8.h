// float8: products of numbers rounded to float8_e4m3fn, with scales that
// training keeps. Keras: Dense._float8_call and its like.
#ifndef KERATIN_LAYERS_QUANTIZERS_FLOAT8_H_
#define KERATIN_LAYERS_QUANTIZERS_FLOAT8_H_

#include <cstdint>
#include <memory>

#include "layers/quantizers/weight_mode.h"

namespace keratin {

std::unique_ptr<WeightMode> MakeFloat8(int64_t amax_history_length,
                                       WeightUse use);

namespace quantizers {

// keras.quantizers.quantize_and_dequantize.
Tensor QuantizeAndDequantize(const Tensor& x, const Tensor& scale, DType float8,
                             DType dtype);

}  // namespace quantizers
}  // namespace keratin

#endif  // KERATIN_LAYERS_QUANTIZERS_FLOAT8_H_

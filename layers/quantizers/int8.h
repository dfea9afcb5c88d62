// int8: a byte for each number of a weight, and a scale for each of its
// columns. Keras: Dense._int8_call and its like.
#ifndef KERATIN_LAYERS_QUANTIZERS_INT8_H_
#define KERATIN_LAYERS_QUANTIZERS_INT8_H_

#include <memory>

#include "layers/quantizers/weight_mode.h"

namespace keratin {

std::unique_ptr<WeightMode> MakeInt8(QuantizationSettings settings,
                                     WeightUse use);

}  // namespace keratin

#endif  // KERATIN_LAYERS_QUANTIZERS_INT8_H_

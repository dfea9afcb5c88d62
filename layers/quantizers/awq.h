// awq: weights of 4 bits, each row scaled by how much the layer's input uses it
// before it was rounded. Keras: Dense._awq_call and its like; Lin et al., 2023,
// https://arxiv.org/abs/2306.00978.
#ifndef KERATIN_LAYERS_QUANTIZERS_AWQ_H_
#define KERATIN_LAYERS_QUANTIZERS_AWQ_H_

#include <memory>

#include "layers/quantizers/weight_mode.h"

namespace keratin {

std::unique_ptr<WeightMode> MakeAwq(const DTypePolicy& policy, WeightUse use);

}  // namespace keratin

#endif  // KERATIN_LAYERS_QUANTIZERS_AWQ_H_

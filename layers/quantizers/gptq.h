// gptq: weights of 2, 3, 4 or 8 bits, fitted one column after the other to what
// the layer is given. Keras: Dense._gptq_call and its like; Frantar et al.,
// 2022, https://arxiv.org/abs/2210.17323.
#ifndef KERATIN_LAYERS_QUANTIZERS_GPTQ_H_
#define KERATIN_LAYERS_QUANTIZERS_GPTQ_H_

#include <memory>

#include "layers/quantizers/weight_mode.h"

namespace keratin {

std::unique_ptr<WeightMode> MakeGptq(const DTypePolicy& policy, WeightUse use);

}  // namespace keratin

#endif  // KERATIN_LAYERS_QUANTIZERS_GPTQ_H_

// The layers that every layer class is held to the contract with: made in C++,
// as make_contract.py makes them in Keras.
#ifndef KERATIN_TESTS_LAYERS_CONTRACT_CASES_H_
#define KERATIN_TESTS_LAYERS_CONTRACT_CASES_H_

#include <functional>
#include <map>
#include <string>

#include "layers/base/layer_ptr.h"

namespace keratin {

// Makers by the name of the case: "Conv2D", or "Conv2D/what is special".
const std::map<std::string, std::function<LayerPtr()>>& ContractCases();

}  // namespace keratin

#endif  // KERATIN_TESTS_LAYERS_CONTRACT_CASES_H_

// The contract that every layer class keeps, as make_contract.py recorded it of
// the real Keras, and the layers and arguments it is kept with.
//
//   for (const std::string& name : ContractNames())
//     MakeContractLayer(name)(SymbolicArguments(name));
#ifndef KERATIN_TESTS_LAYERS_CONTRACT_H_
#define KERATIN_TESTS_LAYERS_CONTRACT_H_

#include <string>
#include <vector>

#include "layers/base/layer_ptr.h"
#include "layers/base/value.h"

namespace keratin {

// The cases in contract.json: "Conv2D", or "Conv2D/what is special".
std::vector<std::string> ContractNames();
// What is recorded of one.
const Value& ContractOf(const std::string& name);
// The layer, named as the first of its class; none if C++ makes no such.
LayerPtr MakeContractLayer(const std::string& name);

// Inputs of the case, without a known batch; in `open` ones, other sizes are
// unknown too, where Keras allows it.
Arguments SymbolicArguments(const std::string& name, bool open = false);
// Data for them: a batch of two.
Arguments ConcreteArguments(const std::string& name);

}  // namespace keratin

#endif  // KERATIN_TESTS_LAYERS_CONTRACT_H_

// VariableStore: what a layer saves of itself, arrays by name: "0", "1" and so
// on, or names of a class's own.
//
// Keras's `store` of save_own_variables and load_own_variables.
//
//   VariableStore store;
//   absl::Status saved = SaveInOrder({kernel_, bias_}, store);
#ifndef KERATIN_LAYERS_BASE_VARIABLE_STORE_H_
#define KERATIN_LAYERS_BASE_VARIABLE_STORE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "layers/base/variable.h"
#include "runtime/array.h"

namespace keratin {

using VariableStore = std::map<std::string, Array>;

// Adds the values, initialized where there are none, numbered from what the
// store holds.
absl::Status SaveInOrder(const std::vector<Variable*>& variables,
                         VariableStore& store);

// Assigns "0", "1" ... to the variables. An error names `owner` ("layer
// 'dense'") and what both sides have if that differs, or the variable that
// cannot take its array.
absl::Status LoadInOrder(const std::vector<Variable*>& variables,
                         const VariableStore& store, const std::string& owner);

// Assigns the array, whose values stay what they are though files keep 16-bit
// floats as their bits or widened, and integers in the width of their backend.
absl::Status AssignStored(Variable& variable, const Array& array);

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_VARIABLE_STORE_H_

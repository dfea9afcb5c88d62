#include "layers/base/variable_store.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "layers/base/initialize.h"

namespace keratin {
namespace {

absl::Status AssignIfOk(Variable& variable, absl::StatusOr<Array> array) {
  return array.ok() ? variable.Assign(*std::move(array)) : array.status();
}

}  // namespace

absl::Status SaveInOrder(const std::vector<Variable*>& variables,
                         VariableStore& store) {
  absl::Status status = Initialize(variables);
  if (!status.ok()) return status;
  for (const Variable* variable : variables)
    store.emplace(absl::StrCat(store.size()), *variable->array());
  return absl::OkStatus();
}

absl::Status LoadInOrder(const std::vector<Variable*>& variables,
                         const VariableStore& store, const std::string& layer) {
  if (store.size() != variables.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the layer '", layer, "' has ", variables.size(),
        " variables, and the weights file holds ", store.size(),
        " for it; save the model again from the code that made it"));
  }
  for (size_t k = 0; k < variables.size(); ++k) {
    const auto stored = store.find(absl::StrCat(k));
    if (stored == store.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the weights file holds no '", k, "' for the layer '", layer, "'"));
    }
    absl::Status status = AssignStored(*variables[k], stored->second);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status AssignStored(Variable& variable, const Array& array) {
  const DType dtype = variable.dtype();
  if (array.dtype() == dtype) return variable.Assign(array);
  if (dtype == DType::kBFloat16 && array.dtype() == DType::kUInt16)
    return AssignIfOk(variable,
                      Array::CopyOf(dtype, array.sizes(), array.raw_data()));
  if ((IsFloating(dtype) && IsFloating(array.dtype())) ||
      (IsInteger(dtype) && IsInteger(array.dtype()))) {
    return AssignIfOk(variable, array.Cast(dtype));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "variable '", variable.path(), "' has dtype ", DTypeName(dtype),
      ", and cannot take an array of dtype ", DTypeName(array.dtype())));
}

}  // namespace keratin

#include "layers/base/variable_store.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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
                         const VariableStore& store, const std::string& owner) {
  bool fits = store.size() == variables.size();
  for (size_t k = 0; fits && k < variables.size(); ++k)
    fits = store.contains(absl::StrCat(k));
  if (!fits) {
    const std::string mine = absl::StrJoin(
        variables, ", ", [](std::string* out, const Variable* variable) {
          absl::StrAppend(out, variable->name());
        });
    const std::string theirs =
        absl::StrJoin(store, ", ", [](std::string* out, const auto& entry) {
          absl::StrAppend(out, entry.first);
        });
    return absl::InvalidArgumentError(
        absl::StrCat(owner, " has ", variables.size(), " variables",
                     mine.empty() ? "" : absl::StrCat(" (", mine, ")"),
                     ", and the weights file holds ", store.size(), " for it",
                     theirs.empty() ? "" : absl::StrCat(" (", theirs, ")"),
                     "; save the model again from the code that made it"));
  }
  for (size_t k = 0; k < variables.size(); ++k) {
    absl::Status status =
        AssignStored(*variables[k], store.at(absl::StrCat(k)));
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

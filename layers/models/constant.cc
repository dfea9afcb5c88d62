#include "layers/models/constant.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "ir/trace/trace.h"
#include "layers/base/numbers.h"
#include "layers/base/symbolic.h"

namespace keratin {
namespace {

// The numbers from `next` on, as lists of lists of these sizes.
Value Nested(const Array& array, size_t axis, int64_t& next) {
  if (axis == array.sizes().size()) {
    const int64_t place = next++;
    if (array.dtype() == DType::kInt64)
      return Value(array.values<int64_t>()[place]);
    if (array.dtype() == DType::kBool) return Value(array.AtFlat(place) != 0);
    return Value(array.AtFlat(place));
  }
  Value::Items items;
  for (int64_t k = 0; k < array.sizes()[axis]; ++k)
    items.push_back(Nested(array, axis + 1, next));
  return Value::List(std::move(items));
}

}  // namespace

Value WrittenConstant(const Array& array) {
  const bool counts =
      !IsFloating(array.dtype()) && array.dtype() != DType::kBool;
  int64_t next = 0;
  return Value::Dict(
      {{"class_name", "__numpy__"},
       {"config",
        Value::Dict(
            {{"value",
              Nested(counts ? array.Cast(DType::kInt64).value_or(array) : array,
                     0, next)},
             {"dtype", std::string(DTypeName(array.dtype()))}})}});
}

bool IsConstant(const Value& value) {
  const Value* kind = value.Find("class_name");
  return kind != nullptr && kind->is_string() &&
         (kind->as_string() == "__numpy__" ||
          kind->as_string() == "__tensor__");
}

Tensor ConstantOf(const Value& serialized) {
  Trace* trace = Trace::Current();
  if (trace == nullptr) return Tensor();
  const Value* config = serialized.Find("config");
  const Value* value = config == nullptr ? nullptr : config->Find("value");
  const Value* dtype = config == nullptr ? nullptr : config->Find("dtype");
  if (value == nullptr || dtype == nullptr || !dtype->is_string()) {
    return trace->Error(absl::InvalidArgumentError(
        "a constant of the graph must have a value and a dtype"));
  }
  absl::StatusOr<DType> type = ParseDType(dtype->as_string());
  if (!type.ok()) return trace->Error(type.status());
  absl::StatusOr<Array> array = ArrayOf(*value, *type);
  if (!array.ok()) {
    return trace->Error(absl::InvalidArgumentError(absl::StrCat(
        "the value of a constant of the graph ", array.status().message())));
  }
  return ConstantOf(*array);
}

Value WithConstants(const Value& value) {
  if (value.is_sequence()) {
    Value::Items items;
    for (const Value& item : value.items())
      items.push_back(WithConstants(item));
    return value.is_tuple() ? Value::Tuple(std::move(items))
                            : Value::List(std::move(items));
  }
  if (!value.is_dict()) return value;
  if (IsConstant(value)) return Value(ConstantOf(value));
  Value::Entries entries;
  for (const auto& [key, entry] : value.entries())
    entries.emplace_back(key, WithConstants(entry));
  return Value::Dict(std::move(entries));
}

}  // namespace keratin

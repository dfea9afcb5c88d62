#include "layers/models/constant.h"

#include "absl/strings/str_cat.h"
#include "ir/trace/trace.h"
#include "layers/base/numbers.h"

namespace keratin {

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
  if (*type == DType::kInt64) type = DType::kInt32;
  if (*type == DType::kUInt64) type = DType::kUInt32;
  absl::StatusOr<Array> array = ArrayOf(*value, *type);
  if (!array.ok()) {
    return trace->Error(absl::InvalidArgumentError(absl::StrCat(
        "the value of a constant of the graph ", array.status().message())));
  }
  return trace->Dense(*array);
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

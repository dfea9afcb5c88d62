#include "layers/base/dtype_policy.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace keratin {

absl::Status Read(const Value& value, DTypePolicy& policy) {
  std::string name;
  if (value.is_none()) return absl::OkStatus();
  if (value.is_string()) {
    name = value.as_string();
  } else if (value.is_dict()) {
    const Value* class_name = value.Find("class_name");
    const Value* config = value.Find("config");
    const Value* inner = config == nullptr ? nullptr : config->Find("name");
    if (class_name != nullptr && class_name->is_string() &&
        class_name->as_string() != "DTypePolicy") {
      return absl::UnimplementedError(
          absl::StrCat("is a ", class_name->as_string(),
                       ", which is not supported, only DTypePolicy is"));
    }
    if (class_name == nullptr || !class_name->is_string() || inner == nullptr ||
        !inner->is_string()) {
      return absl::InvalidArgumentError(
          "must be a serialized DTypePolicy with a name");
    }
    name = inner->as_string();
  } else {
    return absl::InvalidArgumentError(absl::StrCat(
        "must be the name of a dtype policy, not ", value.ToString()));
  }
  policy.name_ = name;
  policy.mode_.clear();
  if (absl::StartsWith(name, "mixed_")) {
    policy.variable_ = DType::kFloat32;
    policy.compute_ = name == "mixed_float16"    ? DType::kFloat16
                      : name == "mixed_bfloat16" ? DType::kBFloat16
                                                 : DType::kInvalid;
  } else {
    policy.compute_ = policy.variable_ =
        ParseDType(name).value_or(DType::kInvalid);
  }
  if (policy.compute_ == DType::kInvalid) {
    return absl::UnimplementedError(absl::StrCat("is the dtype policy '", name,
                                                 "', which is not supported"));
  }
  return absl::OkStatus();
}

Value Written(const DTypePolicy& policy) {
  return Value::Dict({{"module", "keras"},
                      {"class_name", "DTypePolicy"},
                      {"config", Value::Dict({{"name", policy.name_}})},
                      {"registered_name", Value()}});
}

}  // namespace keratin

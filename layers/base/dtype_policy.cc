#include "layers/base/dtype_policy.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace keratin {

DTypePolicy::DTypePolicy(absl::string_view name)
    : name_(name), compute_(DType::kInvalid) {
  const size_t from = name.find("_from_");
  if (from != absl::string_view::npos) {
    ParseQuantized(name.substr(0, from), name.substr(from + 6));
  } else if (absl::StartsWith(name, "mixed_")) {
    variable_ = DType::kFloat32;
    compute_ = name == "mixed_float16"    ? DType::kFloat16
               : name == "mixed_bfloat16" ? DType::kBFloat16
                                          : DType::kInvalid;
  } else {
    compute_ = variable_ =
        ParseDType(std::string(name)).value_or(DType::kInvalid);
  }
  if (compute_ == DType::kInvalid && status_.ok()) {
    status_ = absl::UnimplementedError(
        absl::StrCat("is the dtype policy '", name,
                     "', which is not supported; a policy is a float type, "
                     "mixed_float16, mixed_bfloat16 or MODE_from_POLICY"));
  }
}

void DTypePolicy::ParseQuantized(absl::string_view mode,
                                 absl::string_view source) {
  const DTypePolicy original(source);
  source_ = std::string(source);
  compute_ = original.compute_;
  variable_ = original.variable_;
  mode_ = std::string(mode.substr(0, mode.find('/')));
  if (mode_ != "int8" && mode_ != "int4" && mode_ != "float8" &&
      mode_ != "gptq" && mode_ != "awq") {
    compute_ = DType::kInvalid;
  } else if (mode_ == "int8" && compute_ == DType::kFloat16) {
    status_ = absl::InvalidArgumentError(
        "is the quantization mode int8, which does not work with the compute "
        "dtype float16");
  } else if (mode_ == "int4" && mode.size() > 4) {
    has_block_size_ = true;
    if (!absl::SimpleAtoi(mode.substr(5), &block_size_) || block_size_ < -1 ||
        block_size_ == 0) {
      status_ = absl::InvalidArgumentError(absl::StrCat(
          "is the quantization mode '", mode,
          "', which should be int4/BLOCK with -1 or a positive number"));
    }
  }
}

namespace {

absl::StatusOr<std::string> NameOf(const Value& value) {
  if (value.is_string()) return value.as_string();
  const Value* class_name = value.Find("class_name");
  const Value* config = value.Find("config");
  if (class_name == nullptr || !class_name->is_string() || config == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "must be the name of a dtype policy or a serialized one, not ",
        value.ToString()));
  }
  const std::string& kind = class_name->as_string();
  if (kind == "DTypePolicyMap") {
    return absl::UnimplementedError(
        "is a DTypePolicyMap, which is not supported; give each layer its own "
        "policy");
  }
  const Value* name = config->Find("name");
  if (name != nullptr && name->is_string()) return name->as_string();
  const Value* mode = config->Find("mode");
  const Value* source = config->Find("source_name");
  if (mode == nullptr || !mode->is_string()) {
    return absl::InvalidArgumentError(
        "must be a serialized dtype policy with a name or a mode");
  }
  return absl::StrCat(mode->as_string(), "_from_",
                      source != nullptr && source->is_string()
                          ? source->as_string()
                          : "float32");
}

}  // namespace

absl::Status Read(const Value& value, DTypePolicy& policy) {
  if (value.is_none()) return absl::OkStatus();
  absl::StatusOr<std::string> name = NameOf(value);
  if (!name.ok()) return name.status();
  policy = DTypePolicy(*name);
  const Value* config = value.Find("config");
  const Value* length =
      config == nullptr ? nullptr : config->Find("amax_history_length");
  if (length != nullptr && length->is_int())
    policy.amax_history_length_ = length->as_int();
  return policy.status_;
}

Value Written(const DTypePolicy& policy) {
  const char* class_name = "DTypePolicy";
  Value config = Value::Dict({});
  if (policy.mode_.empty()) {
    config.Set("name", policy.name_);
  } else {
    class_name = policy.mode_ == "float8" ? "QuantizedFloat8DTypePolicy"
                 : policy.has_block_size_ ? "Int4DTypePolicy"
                 : policy.mode_ == "gptq" ? "GPTQDTypePolicy"
                 : policy.mode_ == "awq"  ? "AWQDTypePolicy"
                                          : "QuantizedDTypePolicy";
    config.Set("mode", policy.name_.substr(0, policy.name_.find("_from_")));
    config.Set("source_name", policy.source_);
    if (policy.mode_ == "float8")
      config.Set("amax_history_length", policy.amax_history_length_);
  }
  return Value::Dict(
      {{"module", policy.mode_.empty() ? "keras" : "keras.dtype_policies"},
       {"class_name", class_name},
       {"config", std::move(config)},
       {"registered_name", Value()}});
}

}  // namespace keratin

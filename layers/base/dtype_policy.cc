#include "layers/base/dtype_policy.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "layers/base/config.h"
#include "layers/base/dtype_policy_entries.h"
#include "layers/base/dtype_policy_map.h"

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
  } else if (mode_ == "gptq" || mode_ == "awq") {
    status_ = ParseCalibrated(mode);
  }
}

// "gptq/BITS/GROUP", "awq/4/GROUP".
absl::Status DTypePolicy::ParseCalibrated(absl::string_view mode) {
  const std::vector<std::string> parts = absl::StrSplit(mode, '/');
  bool known = parts.size() == 3 && absl::SimpleAtoi(parts[1], &weight_bits_) &&
               absl::SimpleAtoi(parts[2], &block_size_) && block_size_ >= -1 &&
               block_size_ != 0;
  const bool is_gptq = mode_ == "gptq";
  const int64_t bits = weight_bits_;
  known = known &&
          (bits == 4 || (is_gptq && (bits == 2 || bits == 3 || bits == 8)));
  if (known) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "is the quantization mode '", mode, "', which should be ", mode_, "/",
      is_gptq ? "BITS/GROUP with 2, 3, 4 or 8 bits" : "4/GROUP",
      " and groups of -1 or a positive number"));
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
  const Value* name = config->Find("name");
  if (name != nullptr && name->is_string()) return name->as_string();
  const Value* mode = config->Find("mode");
  // Keras's maps without a default forget the names of their policies.
  const std::string of_process =
      config::dtype_policy().At("").value_or(DTypePolicy()).name();
  if (name != nullptr && name->is_none() && mode == nullptr) return of_process;
  const Value* source = config->Find("source_name");
  if (mode == nullptr || !mode->is_string()) {
    return absl::InvalidArgumentError(
        "must be a serialized dtype policy with a name or a mode");
  }
  return absl::StrCat(mode->as_string(), "_from_",
                      source != nullptr && source->is_string()
                          ? source->as_string()
                          : of_process);
}

}  // namespace

absl::Status Read(const Value& value, DTypePolicy& policy) {
  if (value.is_none()) return absl::OkStatus();
  if (const Value *kind = value.Find("class_name"), *map = value.Find("config");
      kind != nullptr && map != nullptr && kind->is_string() &&
      kind->as_string() == "DTypePolicyMap") {
    return DTypePolicyMap::ReadConfig(*map, policy);
  }
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
  if (policy.is_map()) {
    class_name = "DTypePolicyMap";
    const Value& written = policy.entries_->default_written;
    Value::Entries map;
    for (const auto& [path, entry] : policy.entries_->policies) {
      Value& saved = map.emplace_back(path, Written(entry)).second;
      if (!written.is_none() || entry.mode_.empty()) continue;
      // Its source is the default, whatever that is where it is read.
      Value of_entry = *saved.Find("config");
      of_entry.Set("source_name", Value());
      saved.Set("config", std::move(of_entry));
    }
    config = Value::Dict({{"default_policy", written},
                          {"policy_map", Value::Dict(std::move(map))}});
  } else if (policy.mode_.empty()) {
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
  const bool is_plain = policy.mode_.empty() && !policy.is_map();
  return Value::Dict({{"module", is_plain ? "keras" : "keras.dtype_policies"},
                      {"class_name", class_name},
                      {"config", std::move(config)},
                      {"registered_name", Value()}});
}

}  // namespace keratin

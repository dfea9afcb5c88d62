// DTypePolicy: in which types a layer computes and keeps its variables.
// Keras: keras.DTypePolicy and its quantized kinds.
//
//   DTypePolicy("mixed_bfloat16").compute_dtype()          // bfloat16
//   DTypePolicy("int4/128_from_float32").quantization_mode()  // "int4"
#ifndef KERATIN_LAYERS_BASE_DTYPE_POLICY_H_
#define KERATIN_LAYERS_BASE_DTYPE_POLICY_H_

#include <string>

#include "absl/status/status.h"
#include "layers/base/fields.h"
#include "runtime/dtype.h"

namespace keratin {

class DTypePolicy {
 public:
  // float32.
  DTypePolicy() = default;
  // By name: a float type, "mixed_float16", "mixed_bfloat16", or
  // "MODE_from_NAME" of a quantized one. See status().
  explicit DTypePolicy(absl::string_view name);
  DTypePolicy(const char* name)  // NOLINT(google-explicit-constructor)
      : DTypePolicy(absl::string_view(name)) {}

  // Whether the name is that of a policy; layers report it when they are made.
  const absl::Status& status() const { return status_; }
  const std::string& name() const { return name_; }
  DType compute_dtype() const { return compute_; }
  DType variable_dtype() const { return variable_; }
  // "int8", "int4", "float8", "gptq" or "awq"; "" if it is not quantized.
  const std::string& quantization_mode() const { return mode_; }
  // Of a quantized policy: the one it was made from.
  const std::string& source_name() const { return source_; }
  // Rows of a kernel that share a scale: of "int4/128"; -1: all of them.
  int64_t block_size() const { return block_size_; }
  // Of float8: how many maxima a scale is computed from.
  int64_t amax_history_length() const { return amax_history_length_; }

  friend bool operator==(const DTypePolicy& a, const DTypePolicy& b) {
    return a.name_ == b.name_ &&
           a.amax_history_length_ == b.amax_history_length_;
  }

 private:
  friend absl::Status Read(const Value& value, DTypePolicy& policy);
  friend Value Written(const DTypePolicy& policy);
  void ParseQuantized(absl::string_view mode, absl::string_view source);

  std::string name_ = "float32";
  std::string mode_, source_;
  // "int4" and "int4/-1" are the same policy, and differ in class and name.
  bool has_block_size_ = false;
  int64_t block_size_ = -1;
  int64_t amax_history_length_ = 1024;
  DType compute_ = DType::kFloat32;
  DType variable_ = DType::kFloat32;
  absl::Status status_;
};

// From a name or Keras's serialized policy; None keeps the present one.
absl::Status Read(const Value& value, DTypePolicy& policy);
Value Written(const DTypePolicy& policy);
inline absl::Status Check(const DTypePolicy& policy) { return policy.status(); }

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_DTYPE_POLICY_H_

// DTypePolicy: in which types a layer computes and keeps its variables.
// Keras: keras.DTypePolicy and its quantized kinds.
//
//   DTypePolicy("mixed_bfloat16").compute_dtype()          // bfloat16
//   DTypePolicy("int4/128_from_float32").quantization_mode()  // "int4"
//
// One that differs from layer to layer is a DTypePolicyMap
// (dtype_policy_map.h); it is copied as a reference.
#ifndef KERATIN_LAYERS_BASE_DTYPE_POLICY_H_
#define KERATIN_LAYERS_BASE_DTYPE_POLICY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
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
  // Rows of a kernel that share a scale: of "int4/128" or "gptq/4/128"; -1: all
  // of them.
  int64_t block_size() const { return block_size_; }
  // Of "gptq/3/128": the bits of a weight.
  int64_t weight_bits() const { return weight_bits_; }
  // Of float8: how many maxima a scale is computed from.
  int64_t amax_history_length() const { return amax_history_length_; }

  // Whether it is a DTypePolicyMap: what is said above is then of its default.
  bool is_map() const { return entries_ != nullptr; }
  // That of the layer at a path: itself, unless it is a map. An empty path: the
  // default.
  absl::StatusOr<DTypePolicy> At(absl::string_view path) const;
  // Of a map: what it and its copies say of the path from now on.
  void SetAt(absl::string_view path, const DTypePolicy& policy) const;

  friend bool operator==(const DTypePolicy& a, const DTypePolicy& b);

 protected:
  struct Entries;
  std::shared_ptr<Entries> entries_;  // null unless it is a map

 private:
  friend class DTypePolicyMap;
  friend absl::Status Read(const Value& value, DTypePolicy& policy);
  friend Value Written(const DTypePolicy& policy);
  void ParseQuantized(absl::string_view mode, absl::string_view source);
  absl::Status ParseCalibrated(absl::string_view mode);

  std::string name_ = "float32";
  std::string mode_, source_;
  // "int4" and "int4/-1" are the same policy, and differ in class and name.
  bool has_block_size_ = false;
  int64_t block_size_ = -1;
  int64_t weight_bits_ = 4;
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

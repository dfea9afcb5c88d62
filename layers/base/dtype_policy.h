// DTypePolicy: in which types a layer computes and keeps its variables.
// Keras: keras.DTypePolicy ("float32", "mixed_bfloat16", ...).
#ifndef KERATIN_LAYERS_BASE_DTYPE_POLICY_H_
#define KERATIN_LAYERS_BASE_DTYPE_POLICY_H_

#include <string>

#include "layers/base/fields.h"
#include "runtime/dtype.h"

namespace keratin {

class DTypePolicy {
 public:
  DTypePolicy() = default;

  const std::string& name() const { return name_; }
  DType compute_dtype() const { return compute_; }
  DType variable_dtype() const { return variable_; }
  // Of quantized policies ("int8_from_float32"): what Keras calls the mode.
  const std::string& quantization_mode() const { return mode_; }

 private:
  friend absl::Status Read(const Value& value, DTypePolicy& policy);
  friend Value Written(const DTypePolicy& policy);

  std::string name_ = "float32";
  std::string mode_;
  DType compute_ = DType::kFloat32;
  DType variable_ = DType::kFloat32;
};

// From a name or Keras's serialized policy.
absl::Status Read(const Value& value, DTypePolicy& policy);
Value Written(const DTypePolicy& policy);

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_DTYPE_POLICY_H_

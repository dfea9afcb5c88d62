// DTypePolicyMap: a dtype policy that says which one each layer has, by its
// path or by a regular expression of paths, and one for those that it does not
// name. Keras: keras.dtype_policies.DTypePolicyMap.
//
// It is a DTypePolicy, so a layer takes it as its `dtype` and hands it on to
// its sublayers; config::set_dtype_policy gives it to all layers of a model. A
// path is looked up itself first; then it must fit one expression at most,
// wholly.
//
//   DTypePolicyMap policies("float32", {{"bert/layer_0/query", "bfloat16"},
//                                       {"bert/pooler/.*", "float16"}});
//   MultiHeadAttention attention({...}, {.dtype = policies});
#ifndef KERATIN_LAYERS_BASE_DTYPE_POLICY_MAP_H_
#define KERATIN_LAYERS_BASE_DTYPE_POLICY_MAP_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "layers/base/dtype_policy.h"
#include "layers/base/value.h"

namespace keratin {

class DTypePolicyMap : public DTypePolicy {
 public:
  using Policies = std::vector<std::pair<std::string, DTypePolicy>>;

  // The default is config::dtype_policy(), in files too; or it is written as it
  // is given, by name or as an object.
  explicit DTypePolicyMap(Policies policies = {});
  explicit DTypePolicyMap(const char* default_policy, Policies policies = {});
  explicit DTypePolicyMap(const DTypePolicy& default_policy,
                          Policies policies = {});

 private:
  friend absl::Status Read(const Value& value, DTypePolicy& policy);
  DTypePolicyMap(const DTypePolicy& default_policy, Value written,
                 Policies policies);
  static absl::Status ReadConfig(const Value& config, DTypePolicy& policy);
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_DTYPE_POLICY_MAP_H_

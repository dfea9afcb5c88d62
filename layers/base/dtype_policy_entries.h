// What a DTypePolicyMap holds: for its implementation alone.
#ifndef KERATIN_LAYERS_BASE_DTYPE_POLICY_ENTRIES_H_
#define KERATIN_LAYERS_BASE_DTYPE_POLICY_ENTRIES_H_

#include <string>
#include <utility>
#include <vector>

#include "layers/base/dtype_policy.h"
#include "layers/base/value.h"

namespace keratin {

struct DTypePolicy::Entries {
  DTypePolicy default_policy;
  // How the default is written: None, a name or an object.
  Value default_written;
  // In order of insertion.
  std::vector<std::pair<std::string, DTypePolicy>> policies;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_DTYPE_POLICY_ENTRIES_H_

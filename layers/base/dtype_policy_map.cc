#include "layers/base/dtype_policy_map.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "layers/base/config.h"
#include "layers/base/dtype_policy_entries.h"
#include "layers/base/pattern.h"

namespace keratin {
namespace {

// That of the process; of a map, what it says of no layer.
DTypePolicy DefaultOfProcess() {
  return config::dtype_policy().At("").value_or(DTypePolicy());
}

}  // namespace

DTypePolicyMap::DTypePolicyMap(Policies policies)
    : DTypePolicyMap(DefaultOfProcess(), Value(), std::move(policies)) {}

DTypePolicyMap::DTypePolicyMap(const char* default_policy, Policies policies)
    : DTypePolicyMap(DTypePolicy(default_policy), Value(default_policy),
                     std::move(policies)) {}

DTypePolicyMap::DTypePolicyMap(const DTypePolicy& default_policy,
                               Policies policies)
    : DTypePolicyMap(default_policy, Written(default_policy),
                     std::move(policies)) {}

DTypePolicyMap::DTypePolicyMap(const DTypePolicy& default_policy, Value written,
                               Policies policies)
    : DTypePolicy(default_policy) {
  name_ = absl::StrCat("map_", default_policy.name());
  entries_ = std::make_shared<Entries>();
  entries_->default_policy = default_policy;
  entries_->default_written = std::move(written);
  entries_->policies = std::move(policies);
  if (default_policy.is_map()) {
    status_ = absl::InvalidArgumentError(
        "is a DTypePolicyMap whose default policy is one itself; give it a "
        "policy of another kind");
  }
  for (const auto& [path, policy] : entries_->policies) {
    if (!status_.ok()) return;
    if (policy.is_map()) {
      status_ = absl::InvalidArgumentError(
          absl::StrCat("is a DTypePolicyMap with another one for '", path,
                       "'; give it a policy of another kind"));
    } else if (!policy.status().ok()) {
      status_ =
          absl::Status(policy.status().code(),
                       absl::StrCat("is a DTypePolicyMap whose policy for '",
                                    path, "' ", policy.status().message()));
    }
  }
}

absl::Status DTypePolicyMap::ReadConfig(const Value& config,
                                        DTypePolicy& policy) {
  const Value* written = config.Find("default_policy");
  const Value* map = config.Find("policy_map");
  DTypePolicy default_policy = DefaultOfProcess();
  if (written != nullptr) {
    absl::Status status = Read(*written, default_policy);
    if (!status.ok()) return status;
  }
  if (map != nullptr && !map->is_none() && !map->is_dict()) {
    return absl::InvalidArgumentError(
        absl::StrCat("is a DTypePolicyMap whose 'policy_map' must be a "
                     "dictionary, not ",
                     map->ToString()));
  }
  Policies policies;
  if (map != nullptr && map->is_dict()) {
    for (const auto& [path, entry] : map->entries()) {
      absl::Status status =
          Read(entry, policies.emplace_back(path, DTypePolicy()).second);
      if (!status.ok()) return status;
    }
  }
  policy =
      DTypePolicyMap(default_policy, written == nullptr ? Value() : *written,
                     std::move(policies));
  return policy.status();
}

absl::StatusOr<DTypePolicy> DTypePolicy::At(absl::string_view path) const {
  if (!is_map()) return *this;
  if (path.empty()) return entries_->default_policy;
  for (const auto& [key, policy] : entries_->policies) {
    if (key == path) return policy;
  }
  const std::pair<std::string, DTypePolicy>* found = nullptr;
  for (const auto& entry : entries_->policies) {
    const absl::StatusOr<Pattern> pattern = Pattern::Parse(entry.first);
    if (!pattern.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the DTypePolicyMap cannot be looked up in: ",
                       pattern.status().message()));
    }
    if (!pattern->Matches(path, Pattern::Where::kWhole)) continue;
    if (found != nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the path '", path, "' matches both '", found->first, "' and '",
          entry.first,
          "' of the DTypePolicyMap; let each path match one at most"));
    }
    found = &entry;
  }
  return found == nullptr ? entries_->default_policy : found->second;
}

void DTypePolicy::SetAt(absl::string_view path,
                        const DTypePolicy& policy) const {
  std::erase_if(entries_->policies,
                [&](const auto& entry) { return entry.first == path; });
  entries_->policies.emplace_back(path, policy);
}

bool operator==(const DTypePolicy& a, const DTypePolicy& b) {
  if (a.name_ != b.name_ || a.amax_history_length_ != b.amax_history_length_ ||
      a.is_map() != b.is_map()) {
    return false;
  }
  return !a.is_map() ||
         (a.entries_->default_policy == b.entries_->default_policy &&
          a.entries_->policies == b.entries_->policies);
}

}  // namespace keratin

#include "layers/base/remat_scope.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace keratin {
namespace {

thread_local RematScope* innermost = nullptr;

}  // namespace

RematScope::RematScope(RematMode mode)
    : mode_(std::move(mode)), outer_(std::exchange(innermost, this)) {}

RematScope::~RematScope() { innermost = outer_; }

absl::Status RematScope::Check(const RematMode& mode) {
  for (const char* known :
       {"", "full", "activations", "larger_than", "list_of_layers"}) {
    if (mode.mode == known) return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the mode of its RematScope must be full, activations, "
                   "larger_than, list_of_layers or empty, not '",
                   mode.mode, "'"));
}

RematMode RematScope::Current() {
  return innermost == nullptr ? RematMode() : innermost->mode_;
}

}  // namespace keratin

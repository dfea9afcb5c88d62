// CPU features by the names LLVM gives them.
//
// Invariant: a name that KnowsCpuFeature accepts for this machine's
// architecture is answered from the CPU, the system's support included.
//
// Example:
//   if (!HostHasCpuFeature("avx512f")) ...;
#ifndef KERATIN_RUNTIME_CPU_FEATURES_H_
#define KERATIN_RUNTIME_CPU_FEATURES_H_

#include "absl/strings/string_view.h"

namespace keratin {

// "x86_64", "aarch64", or "unknown".
absl::string_view HostArchitecture();
// Whether a manifest's target may name this feature of this architecture.
bool KnowsCpuFeature(absl::string_view architecture, absl::string_view feature);
// Whether this machine has it; false for one that is not known.
bool HostHasCpuFeature(absl::string_view feature);

}  // namespace keratin

#endif  // KERATIN_RUNTIME_CPU_FEATURES_H_

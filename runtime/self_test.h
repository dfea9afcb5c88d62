// Self-test: does an artifact compute here what its compiler computed?
//
// Invariant: the inputs follow from the signature and the symbols' values
// alone, by a rule that never changes: element i of input k is made of the
// bits of (i + 1) * 2654435761 + k, a float in [-1, 1) or an integer or bool
// of 0 and 1. Outputs are compared as a sum and a sum of magnitudes each, so
// that other instructions than the compiler's may round otherwise.
//
// Example:
//   *manifest.mutable_self_test() = *MakeSelfTest(exe, prepared, state, {1});
//   absl::Status status = RunSelfTest(loaded, prepared, state);
#ifndef KERATIN_RUNTIME_SELF_TEST_H_
#define KERATIN_RUNTIME_SELF_TEST_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/array.h"
#include "runtime/executable.h"
#include "runtime/manifest.pb.h"

namespace keratin {

// The inputs for these values of the symbols.
absl::StatusOr<std::vector<Array>> SelfTestInputs(
    const Executable& executable, absl::Span<const int64_t> dims);

// What the manifest records: a call, and what came of it.
absl::StatusOr<proto::SelfTest> MakeSelfTest(const Executable& executable,
                                             const Prepared& prepared,
                                             absl::Span<const Array> state,
                                             absl::Span<const int64_t> dims);

// The call again. DataLoss says which output differs, and by how much;
// FailedPrecondition if the manifest records none.
absl::Status RunSelfTest(const Executable& executable, const Prepared& prepared,
                         absl::Span<const Array> state);

}  // namespace keratin

#endif  // KERATIN_RUNTIME_SELF_TEST_H_

// Runs each case in a process of its own, several at once.
//
// Invariant: whatever a case does (crash, hang, exit, eat memory) ends that
// process alone and makes it a failed case that says so; every case gets
// exactly one outcome, in the order given.
#ifndef KERATIN_TESTS_CONFORMANCE_WORKERS_H_
#define KERATIN_TESTS_CONFORMANCE_WORKERS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "tests/conformance/outcome.h"

namespace keratin::conformance {

struct WorkerOptions {
  int jobs = 2;
  double seconds = 120;   // for one case
  bool progress = false;  // a counter on stderr
};

// `run` is called in a child process with the index of a case. Call while the
// process has one thread. `unknown(i)` names a case that ended without a word.
std::vector<Outcome> RunInWorkers(
    size_t cases, const WorkerOptions& options,
    const std::function<Outcome(size_t)>& run,
    const std::function<Outcome(size_t)>& unknown);

}  // namespace keratin::conformance

#endif  // KERATIN_TESTS_CONFORMANCE_WORKERS_H_

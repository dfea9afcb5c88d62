// What became of a case, and the report of all of them.
#ifndef KERATIN_TESTS_CONFORMANCE_OUTCOME_H_
#define KERATIN_TESTS_CONFORMANCE_OUTCOME_H_

#include <string>
#include <vector>

#include "absl/types/span.h"

namespace keratin::conformance {

enum class Verdict { kPassed, kFailed, kUnsupported };

struct Outcome {
  std::string id;
  std::string layer;
  Verdict verdict = Verdict::kFailed;
  std::vector<std::string> reasons;  // none if passed
  std::string gradients = "not run";
  double seconds = 0;
};

// "passed", "failed", "unsupported".
const char* VerdictName(Verdict verdict);

// One line of JSON and back; what is no such line is a failed outcome.
std::string ToJsonLine(const Outcome& outcome);
bool FromJsonLine(const std::string& line, Outcome* outcome);

// A table per layer class, the reasons, the closing line.
std::string Report(absl::Span<const Outcome> outcomes);
// All of it as one JSON object.
std::string ReportJson(absl::Span<const Outcome> outcomes);

}  // namespace keratin::conformance

#endif  // KERATIN_TESTS_CONFORMANCE_OUTCOME_H_

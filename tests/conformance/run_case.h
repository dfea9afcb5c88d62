// Runs one case: loads, compiles, calls, compares.
#ifndef KERATIN_TESTS_CONFORMANCE_RUN_CASE_H_
#define KERATIN_TESTS_CONFORMANCE_RUN_CASE_H_

#include <string>

#include "tests/conformance/conformance_case.h"
#include "tests/conformance/outcome.h"

namespace keratin::conformance {

struct RunOptions {
  std::string march = "native";
  int threads = 1;
};

Outcome RunCase(const Case& c, const RunOptions& options);

}  // namespace keratin::conformance

#endif  // KERATIN_TESTS_CONFORMANCE_RUN_CASE_H_

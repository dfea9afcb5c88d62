// A conformance case: a folder written from the real Keras (README.md).
#ifndef KERATIN_TESTS_CONFORMANCE_CONFORMANCE_CASE_H_
#define KERATIN_TESTS_CONFORMANCE_CONFORMANCE_CASE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/array.h"

namespace keratin::conformance {

struct Case {
  std::string folder;
  std::string id;
  std::string layer;
  bool training = false;
  double rtol = 0;
  double atol = 0;
  std::string note;
  // Keras's names; empty: those of the stored arrays.
  std::vector<std::string> input_dtypes;
  std::vector<std::string> output_dtypes;
  // What the case asks for that does not exist yet; empty: nothing.
  std::string missing_step;
  // The mode that the model is quantized to after loading; empty: it is not.
  std::string quantize;

  std::string File(const std::string& name) const {
    return folder + "/" + name;
  }
  bool Has(const std::string& name) const;
};

// Every folder below `root`, at any depth, that holds a case.json, in order of
// path. None is an error.
absl::StatusOr<std::vector<std::string>> FindCases(const std::string& root);

absl::StatusOr<Case> ReadCase(const std::string& folder);

// The arrays `0`, `1`, ... of an npz file (or `<prefix>0`, ...), in order.
absl::StatusOr<std::vector<Array>> ReadNumbered(const std::string& path,
                                                const std::string& prefix = "");

}  // namespace keratin::conformance

#endif  // KERATIN_TESTS_CONFORMANCE_CONFORMANCE_CASE_H_

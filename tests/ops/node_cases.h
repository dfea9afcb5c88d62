// Cases of cases.json: nodes of a graph, inputs, and what Keras computed.
//
// Example:
//   for (const NodeCase& one : *ReadNodeCases("tests/ops/cases.json")) {
//     absl::StatusOr<TracedNodeCase> traced = TraceNodeCase(one);
//   }
#ifndef KERATIN_TESTS_OPS_NODE_CASES_H_
#define KERATIN_TESTS_OPS_NODE_CASES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ir/trace/trace.h"
#include "layers/base/value.h"
#include "runtime/array.h"

namespace keratin {

struct NodeCase {
  std::string name;  // number and classes: "17 Add"
  std::vector<Value> nodes;
  std::vector<TensorReference> results;
  struct Input {
    std::string name;
    Shape shape;  // unknown sizes: batch, x0_1, ..
    Array value;
  };
  std::vector<Input> inputs;
  std::vector<Array> outputs;
  double rtol = 0;
  double atol = 0;
};

absl::StatusOr<std::vector<NodeCase>> ReadNodeCases(const std::string& path);

struct TracedNodeCase {
  std::unique_ptr<Trace> trace;
  std::vector<Tensor> results;
};

// The function from inputs to results; an error if an operation has one.
absl::StatusOr<TracedNodeCase> TraceNodeCase(const NodeCase& one);

// Whether dtype, sizes and elements agree within the case's tolerance: what
// differs, or "".
std::string Difference(const NodeCase& one, const Array& result,
                       const Array& expected);

}  // namespace keratin

#endif  // KERATIN_TESTS_OPS_NODE_CASES_H_

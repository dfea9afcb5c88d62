// keras.ops as nodes of a graph, compiled and run: every element against the
// real Keras. The cases are made by
//   KERAS_BACKEND=jax python3 tests/ops/make_cases.py tests/ops/cases.json
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "layers/base/evaluator.h"
#include "tests/ops/node_cases.h"

namespace keratin {
namespace {

absl::StatusOr<std::vector<Array>> Compute(const NodeCase& one) {
  absl::StatusOr<TracedNodeCase> traced = TraceNodeCase(one);
  if (!traced.ok()) return traced.status();
  const auto evaluator = Evaluator::Get();
  if (!evaluator.ok()) return evaluator.status();
  const auto compiled = (*evaluator)->Compile(*traced->trace, {});
  if (!compiled.ok()) return compiled.status();
  std::vector<Array> inputs;
  for (const NodeCase::Input& input : one.inputs) inputs.push_back(input.value);
  auto results = compiled->StatelessCall({}, {}, inputs);
  if (!results.ok()) return results.status();
  return std::move(results->outputs);
}

TEST(NodeValuesTest, ElementsAreThoseOfKeras) {
  absl::StatusOr<std::vector<NodeCase>> cases =
      ReadNodeCases("tests/ops/cases.json");
  ASSERT_TRUE(cases.ok()) << cases.status();
  for (const NodeCase& one : *cases) {
    const auto outputs = Compute(one);
    EXPECT_TRUE(outputs.ok()) << one.name << ": " << outputs.status();
    if (!outputs.ok()) continue;
    EXPECT_EQ(outputs->size(), one.outputs.size()) << one.name;
    for (size_t i = 0; i < std::min(outputs->size(), one.outputs.size()); ++i)
      EXPECT_EQ(Difference(one, (*outputs)[i], one.outputs[i]), "") << one.name;
  }
}

}  // namespace
}  // namespace keratin

// keras.ops as nodes of a graph: element types and sizes against the real
// Keras.
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "layers/ops/nodes/operation.h"
#include "tests/ops/node_cases.h"

namespace keratin {
namespace {

TEST(NodeShapesTest, TypesAndSizesAreThoseOfKeras) {
  absl::StatusOr<std::vector<NodeCase>> cases =
      ReadNodeCases("tests/ops/cases.json");
  ASSERT_TRUE(cases.ok()) << cases.status();
  ASSERT_GT(cases->size(), 500);
  for (const NodeCase& one : *cases) {
    DimBindings bindings;
    for (const NodeCase::Input& input : one.inputs) {
      for (int i = 0; i < input.shape.rank(); ++i) {
        std::string symbol(input.shape[i].AsSymbol());
        if (!symbol.empty()) bindings[symbol] = input.value.size(i);
      }
    }
    absl::StatusOr<TracedNodeCase> traced = TraceNodeCase(one);
    ASSERT_TRUE(traced.ok()) << one.name << ": " << traced.status();
    ASSERT_EQ(traced->results.size(), one.outputs.size()) << one.name;
    for (size_t i = 0; i < one.outputs.size(); ++i) {
      const Tensor& result = traced->results[i];
      EXPECT_EQ(result.dtype(), one.outputs[i].dtype()) << one.name;
      absl::StatusOr<std::vector<int64_t>> sizes =
          result.shape().Evaluate(bindings);
      ASSERT_TRUE(sizes.ok()) << one.name << ": " << sizes.status();
      EXPECT_EQ(absl::MakeConstSpan(*sizes), one.outputs[i].sizes())
          << one.name;
    }
  }
}

TEST(NodeShapesTest, SizesThatDependOnNumbersAreNotSupported) {
  for (const char* name : {"Bincount", "Nonzero", "Unique", "Where"}) {
    std::unique_ptr<Trace> trace = Trace::Create("case");
    Trace::Scope scope(*trace);
    const Tensor x = trace->Argument(
        {.kind = "input", .name = "x", .dtype = DType::kInt32, .shape = {4}});
    const ops::Operation* operation =
        ops::FindOperation("keras.src.ops.numpy", name);
    ASSERT_NE(operation, nullptr) << name;
    ops::Apply(*operation, Value::Dict({}), {{Value(x)}, {}});
    EXPECT_TRUE(absl::IsUnimplemented(trace->status())) << name;
    EXPECT_NE(std::string(trace->status().message())
                  .find("size depends on the numbers in its input"),
              std::string::npos)
        << trace->status();
  }
}

}  // namespace
}  // namespace keratin

// Summaries are those that the real Keras prints, in every option.
#include "layers/models/summary.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "layers/models/functional.h"
#include "layers/ops/nodes/symbolic_ops.h"
#include "runtime/array.h"
#include "tests/layers/reference.h"

namespace keratin {
namespace {

// The models of make_summary_reference.py.
Sequential Inner() {
  return Sequential({Input({.shape = {{4}}, .name = "inside"}),
                     Dense({.units = 3}, {.name = "deep"}),
                     Dropout({.rate = 0.5}, {.name = "drop"})},
                    {.name = "inner"});
}

std::shared_ptr<Model> Chain() {
  const Sequential middle(
      {Input({.shape = {{4}}, .name = "between"}), Inner(),
       Dense({.units = 2}, {.name = "wide_and_well_named_layer"})},
      {.name = "middle"});
  const Sequential chain(
      {Input({.shape = {{4}}, .name = "i"}),
       Dense({.units = 4}, {.name = "a", .trainable = false}), middle,
       Dense({.units = 1}, {.name = "b"})},
      {.name = "chain"});
  return chain.As<Model>();
}

std::shared_ptr<Model> Graph() {
  const KerasTensor a = Input({.shape = {{4}}, .name = "a"});
  const KerasTensor b = Input({.shape = {{4}}, .name = "b"});
  const Dense shared({.units = 4}, {.name = "shared", .trainable = false});
  const KerasTensor scaled = Rescaling({.scale = 2.0}, {.name = "scale"})(b);
  const KerasTensor x = Add({}, {.name = "add"})({shared(a), shared(scaled)});
  const KerasTensor part = Input({.shape = {{4}}, .name = "part"});
  const auto nested = MakeModel({part},
                                {Dense({.units = 2}, {.name = "left"})(part),
                                 ReLU({}, {.name = "right"})(part)},
                                {.name = "nested"});
  EXPECT_TRUE(nested.ok()) << nested.status();
  const std::vector<KerasTensor> parts =
      (*nested)(Arguments{{Value(x)}, {}}).keras_tensors();
  const KerasTensor joined =
      Concatenate({}, {.name = "join"})({parts[0], parts[1], x * 2.0});
  const auto graph = MakeModel({a, b}, {joined}, {.name = "graph"});
  EXPECT_TRUE(graph.ok()) << graph.status();
  return graph->As<Model>();
}

class OwnModel : public Model {
  absl::Status Configured() override {
    Layer::Track("first", first_.shared());
    Layer::Track("second", second_.shared());
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override { return second_(first_(x)); }

  Dense first_{{.units = 3}, {.name = "first"}};
  Dense second_{{.units = 2}, {.name = "second", .trainable = false}};
};

void ExpectSummary(const std::shared_ptr<Model>& model,
                   const SummaryOptions& options,
                   const std::string& reference) {
  SCOPED_TRACE(reference);
  const auto text = Summary(*model, options);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, Reference("summaries/" + reference).as_string());
}

TEST(SummaryTest, OfChainsIsThatOfKeras) {
  const std::shared_ptr<Model> chain = Chain();
  ExpectSummary(chain, {}, "chain");
  ExpectSummary(chain, {.expand_nested = true}, "chain_nested");
  ExpectSummary(chain, {.show_trainable = true}, "chain_trainable");
  ExpectSummary(
      chain, {.line_length = 64, .expand_nested = true, .show_trainable = true},
      "chain_everything");
  ExpectSummary(chain, {.layer_range = {{"a", "mid"}}}, "chain_range");
  ExpectSummary(chain, {.layer_range = {{"b", "a$"}}}, "chain_range_backwards");
}

TEST(SummaryTest, OfGraphsIsThatOfKeras) {
  const std::shared_ptr<Model> graph = Graph();
  ExpectSummary(graph, {}, "graph");
  ExpectSummary(graph, {.expand_nested = true, .show_trainable = true},
                "graph_everything");
  ExpectSummary(graph,
                {.line_length = 76,
                 .expand_nested = true,
                 .show_trainable = true,
                 .layer_range = {{"s.+", "nest"}}},
                "graph_range");
  ExpectSummary(graph, {.line_length = 140}, "graph_long");
  ExpectSummary(graph, {.line_length = 40}, "graph_short");
}

TEST(SummaryTest, OfAClassOfOnesOwnIsThatOfKeras) {
  const auto own = Make<OwnModel>({.name = "own"});
  ASSERT_TRUE(
      own(Array::FromVector<float>({5, 4}, std::vector<float>(20, 1))).ok());
  ExpectSummary(own.As<Model>(),
                {.expand_nested = true, .show_trainable = true}, "own");
}

TEST(SummaryTest, CountsTheParametersOfLayers) {
  const Sequential inner = Inner();
  auto text = Summary(*inner);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_TRUE(absl::StrContains(*text, "Model: \"inner\""));
  EXPECT_TRUE(absl::StrContains(*text, "deep (Dense)"));
  EXPECT_TRUE(absl::StrContains(*text, " Total params: 15 (60.00 B)"));
  EXPECT_TRUE(absl::StrContains(*text, " Trainable params: 15 (60.00 B)"));
}

TEST(SummaryTest, WrongOptionsAreErrors) {
  const std::shared_ptr<Model> chain = Chain();
  const auto error = [&](const SummaryOptions& options) {
    return std::string(Summary(*chain, options).status().message());
  };
  EXPECT_TRUE(absl::StrContains(error({.line_length = 10}), "too short"));
  EXPECT_TRUE(absl::StrContains(error({.layer_range = {{"a", "z"}}}),
                                "'a' to 'z' names no layers"));
  EXPECT_TRUE(absl::StrContains(error({.layer_range = {{"a", "("}}}),
                                "'(' has missing )"));
}

}  // namespace
}  // namespace keratin

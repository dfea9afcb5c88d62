// What recurrent layers make of shapes, masks and states, and what they say of
// wrong options. Their numbers are tested in tests/recurrence and
// tests/conformance.
#include "layers/rnn/recurrent_layer.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "ir/trace/trace.h"
#include "layers/base/call_scope.h"

namespace keratin {
namespace {

Value Serialized(const std::string& class_name, Value::Entries config) {
  config.emplace_back("name", "layer");
  return Value::Dict(
      {{"class_name", class_name}, {"config", Value::Dict(std::move(config))}});
}

class RecurrentLayerTest : public testing::Test {
 protected:
  RecurrentLayerTest() : trace_(Trace::Create("test")), scope_(*trace_) {}

  Tensor Input(const std::string& shape, DType dtype = DType::kFloat32) {
    return trace_->Argument({.kind = "input",
                             .name = "x",
                             .dtype = dtype,
                             .shape = *Shape::Parse(shape),
                             .notes = {}});
  }
  // Calls a new layer and keeps it.
  std::vector<Tensor> Call(const Value& serialized, Arguments arguments) {
    auto layer = LayerRegistry::Deserialize(serialized);
    if (!layer.ok()) {
      trace_->Error(layer.status());
      return {Tensor()};
    }
    layer_ = *std::move(layer);
    return (*layer_)(arguments).tensors();
  }
  std::vector<std::string> Paths(const std::vector<Variable*>& variables) {
    std::vector<std::string> paths;
    for (const Variable* variable : variables)
      paths.push_back(variable->path());
    return paths;
  }
  std::string Error() { return std::string(trace_->status().message()); }

  std::unique_ptr<Trace> trace_;
  CallScope scope_;
  std::unique_ptr<Layer> layer_;
};

TEST_F(RecurrentLayerTest, KeepsUnknownBatchAndTime) {
  std::vector<Tensor> results = Call(
      Serialized(
          "LSTM",
          {{"units", 4}, {"return_sequences", true}, {"return_state", true}}),
      {{Value(Input("(batch, time, 3)"))}, {}});
  ASSERT_EQ(results.size(), 3u) << Error();
  EXPECT_EQ(results[0].shape().ToString(), "(batch, time, 4)");
  EXPECT_EQ(results[1].shape().ToString(), "(batch, 4)");
  EXPECT_EQ(results[2].shape().ToString(), "(batch, 4)");
}

TEST_F(RecurrentLayerTest, ListsVariablesAsKeras) {
  const Value cells = Value::List(
      {Serialized("GRUCell", {{"units", 2}}),
       Serialized("SimpleRNNCell", {{"units", 3}, {"use_bias", false}})});
  Call(Serialized("RNN", {{"cell",
                           Serialized("StackedRNNCells", {{"cells", cells}})}}),
       {{Value(Input("(batch, 5, 3)"))}, {}});
  EXPECT_EQ(
      Paths(layer_->trainable_variables()),
      (std::vector<std::string>{
          "layer/layer/layer/kernel", "layer/layer/layer/recurrent_kernel",
          "layer/layer/layer/bias", "layer/layer/layer/kernel",
          "layer/layer/layer/recurrent_kernel"}))
      << Error();
  EXPECT_EQ(layer_->non_trainable_variables().size(), 2u);  // seeds
}

TEST_F(RecurrentLayerTest, StatesAreNoVariables) {
  Call(Serialized("GRU", {{"units", 4}, {"stateful", true}}),
       {{Value(Input("(2, time, 3)"))}, {}});
  ASSERT_EQ(layer_->states().size(), 1u) << Error();
  EXPECT_EQ(layer_->states()[0]->path(), "layer/rnn_state");
  EXPECT_EQ(layer_->variables().size(), 4u);
  EXPECT_EQ(layer_->non_trainable_variables().size(), 1u);
  EXPECT_EQ(layer_->non_trainable_arguments().size(), 2u);
}

TEST_F(RecurrentLayerTest, AStatefulLayerNeedsTheBatch) {
  EXPECT_FALSE(Call(Serialized("GRU", {{"units", 4}, {"stateful", true}}),
                    {{Value(Input("(batch, 5, 3)"))}, {}})[0]
                   .ok());
  EXPECT_NE(Error().find("known batch size"), std::string::npos) << Error();
}

TEST_F(RecurrentLayerTest, UnrollingTakesAnUnknownTime) {
  EXPECT_TRUE(Call(Serialized("SimpleRNN", {{"units", 4}, {"unroll", true}}),
                   {{Value(Input("(batch, time, 3)"))}, {}})[0]
                  .ok())
      << Error();
}

TEST_F(RecurrentLayerTest, TheFirstOutputAloneBearsTheMask) {
  Tensor x = Input("(batch, time, 3)");
  Tensor mask = Input("(batch, time)", DType::kBool);
  scope_.SetMask(x, mask);
  std::vector<Tensor> results = Call(
      Serialized(
          "LSTM",
          {{"units", 4}, {"return_sequences", true}, {"return_state", true}}),
      {{Value(x)}, {}});
  ASSERT_EQ(results.size(), 3u) << Error();
  EXPECT_EQ(scope_.MaskOf(results[0]).id(), mask.id());
  EXPECT_FALSE(scope_.MaskOf(results[1]).ok());
  EXPECT_FALSE(scope_.MaskOf(results[2]).ok());
}

TEST_F(RecurrentLayerTest, CountsTheStatesItIsGiven) {
  Tensor state = Input("(batch, 4)");
  EXPECT_FALSE(Call(Serialized("LSTM", {{"units", 4}}),
                    {{Value(Input("(batch, time, 3)"))},
                     {{"initial_state", Value::List({state})}}})[0]
                   .ok());
  EXPECT_NE(Error().find("has 2 states, and is given 1"), std::string::npos)
      << Error();
}

TEST_F(RecurrentLayerTest, ACellMustBeOne) {
  EXPECT_FALSE(Call(Serialized("RNN", {{"cell", Serialized("Identity", {})}}),
                    {{Value(Input("(batch, time, 3)"))}, {}})[0]
                   .ok());
  EXPECT_NE(Error().find("'Identity' is no class of recurrent cells"),
            std::string::npos)
      << Error();
}

TEST_F(RecurrentLayerTest, DirectionsMustDiffer) {
  const Value forward = Serialized("GRU", {{"units", 4}});
  EXPECT_FALSE(Call(Serialized("Bidirectional", {{"layer", forward},
                                                 {"backward_layer", forward}}),
                    {{Value(Input("(batch, time, 3)"))}, {}})[0]
                   .ok());
  EXPECT_NE(Error().find("the same 'go_backwards'"), std::string::npos)
      << Error();
}

TEST_F(RecurrentLayerTest, TimeDistributedKeepsTheTime) {
  std::vector<Tensor> results =
      Call(Serialized("TimeDistributed",
                      {{"layer", Serialized("LSTM", {{"units", 4}})}}),
           {{Value(Input("(batch, time, inner, 3)"))}, {}});
  ASSERT_TRUE(results[0].ok()) << Error();
  EXPECT_EQ(results[0].shape().ToString(), "(batch, time, 4)");
}

TEST_F(RecurrentLayerTest, ConvolvesStates) {
  std::vector<Tensor> results =
      Call(Serialized("ConvLSTM2D", {{"filters", 5},
                                     {"kernel_size", 3},
                                     {"strides", 2},
                                     {"return_state", true}}),
           {{Value(Input("(batch, time, 9, 8, 3)"))}, {}});
  ASSERT_EQ(results.size(), 3u) << Error();
  for (const Tensor& result : results)
    EXPECT_EQ(result.shape().ToString(), "(batch, 4, 3, 5)");
}

}  // namespace
}  // namespace keratin

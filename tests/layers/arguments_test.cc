// Calls take the arguments that Keras's take, and refuse those that it refuses,
// with an error that names the layer.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "layers/base/layer_ptr.h"
#include "tests/layers/contract_cases.h"
#include "tests/layers/reference.h"

namespace keratin {
namespace {

std::string MessageOf(const LayerPtr& layer, const Arguments& arguments) {
  return std::string(layer->ComputeOutputSpec(arguments).status().message());
}

TEST(ArgumentsTest, EveryClassTakesThoseOfKeras) {
  const Value all = Reference("calls/parameters");
  std::set<std::string> others;  // no classes of keras.layers
  for (const auto& [name, make] : ContractCases()) {
    SCOPED_TRACE(name);
    std::string keras = name.substr(0, name.find('/'));
    // Its public name; in files it is the other.
    if (keras == "GroupQueryAttention") keras = "GroupedQueryAttention";
    const Value* want = all.Find(keras);
    if (want == nullptr) {
      others.insert(keras);
      continue;
    }
    std::vector<std::string> names = StringsOf(*want->Find("names"));
    const Value x(KerasTensor({2, 3, 4}, DType::kFloat32));
    // A name that it cannot have; what it says lists those that it can.
    const std::string refused =
        MessageOf(make(), {{x, x}, {{"no such argument", x}}});
    const std::string said =
        "it takes no argument 'no such argument'; it takes ";
    if (want->Find("takes_others")->as_bool()) {
      EXPECT_FALSE(absl::StrContains(refused, said)) << refused;
      continue;
    }
    const std::string one = MessageOf(make(), {{x}, {{"no such argument", x}}});
    ASSERT_TRUE(absl::StrContains(one, said)) << one;
    std::string taken = one.substr(one.find(said) + said.size());
    taken = absl::StrReplaceAll(taken, {{", training", ""}});
    EXPECT_EQ(taken, absl::StrJoin(names, ", "));
    Arguments few;
    for (int64_t k = 0; k < want->Find("required")->as_int(); ++k) {
      EXPECT_TRUE(absl::StrContains(
          MessageOf(make(), few),
          absl::StrCat("it is called without its argument '", names[k], "'")))
          << MessageOf(make(), few);
      few.positional.push_back(x);
    }
    EXPECT_FALSE(absl::StrContains(MessageOf(make(), few),
                                   "it is called without its argument"));
  }
  EXPECT_EQ(others, (std::set<std::string>{"CustomScaleLayer", "Functional",
                                           "LayerScale", "Sequential",
                                           "StochasticDepth"}));
}

TEST(ArgumentsTest, CallsAreRefusedAsByKeras) {
  const Value x(KerasTensor({2, 3, 4}, DType::kFloat32));
  const Value mask(KerasTensor({2, 3, 4}, DType::kBool));
  const Value state(KerasTensor({2, 2}, DType::kFloat32));
  const Dense dense({.units = 2}, {.name = "layer"});
  const Softmax softmax({}, {.name = "layer"});
  const MultiHeadAttention attention({.num_heads = 2, .key_dim = 2},
                                     {.name = "layer"});
  const LSTM lstm({.units = 2}, {.name = "layer"});
  const Sequential model({Input({.shape = {{3, 4}}}), Dense({.units = 2})},
                         {.name = "layer"});
  struct Case {
    LayerPtr layer;
    Arguments arguments;
  };
  const std::map<std::string, Case> cases = {
      {"a tensor by name", {dense, {{}, {{"inputs", x}}}}},
      {"a flag by position", {softmax, {{x, true}, {}}}},
      {"a number as the input", {dense, {{3.0}, {}}}},
      {"a list of numbers", {dense, {{Value::List({1.0, 2.0})}, {}}}},
      {"a number among tensors",
       {Add({}, {.name = "layer"}), {{Value::List({x, 3.0})}, {}}}},
      {"a name it does not take", {dense, {{x}, {{"scale", 1.0}}}}},
      {"a mask it does not take", {dense, {{x}, {{"mask", Value()}}}}},
      {"a mask it takes", {softmax, {{x}, {{"mask", mask}}}}},
      {"no input", {dense, {}}},
      {"one of two", {attention, {{x}, {}}}},
      {"two of two", {attention, {{x}, {{"value", x}}}}},
      {"a flag by name",
       {attention, {{x, x}, {{"return_attention_scores", true}}}}},
      {"an argument twice", {dense, {{x}, {{"inputs", x}}}}},
      {"two for one", {softmax, {{x, Value(), x}, {}}}},
      {"a nest of both",
       {lstm, {{x}, {{"initial_state", Value::List({state, 3.0})}}}}},
      {"a nest of tensors",
       {lstm, {{x}, {{"initial_state", Value::List({state, state})}}}}},
      {"any name of a model", {model, {{x}, {{"scale", 1.0}}}}},
      {"training of any layer", {dense, {{x}, {{"training", true}}}}},
  };
  const Value errors = Reference("calls/errors");
  ASSERT_EQ(errors.entries().size(), cases.size());
  for (const auto& [name, error] : errors.entries()) {
    SCOPED_TRACE(name);
    const Case& one = cases.at(name);
    const auto result = one.layer->ComputeOutputSpec(one.arguments);
    EXPECT_EQ(result.ok(), error.is_none()) << result.status();
    if (!result.ok()) {
      EXPECT_TRUE(absl::StrContains(std::string(result.status().message()),
                                    "layer 'layer': "))
          << result.status();
    }
  }
}

}  // namespace
}  // namespace keratin

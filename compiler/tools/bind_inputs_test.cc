// Arrays find their inputs by name or number; errors name those that do not.
#include "compiler/tools/bind_inputs.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace keratin::tools {
namespace {

using ::testing::HasSubstr;

std::vector<TensorSpec> TwoInputs() {
  std::vector<TensorSpec> inputs(2);
  inputs[0].name = "left";
  inputs[1].name = "right";
  return inputs;
}

Array Value(float x) { return Array::Scalar(x); }

TEST(BindInputsTest, BindsByNameThenByNumberThenAsNumpy) {
  const char* const schemes[][2] = {
      {"right", "left"}, {"1", "0"}, {"arr_1", "arr_0"}};
  for (const auto& names : schemes) {
    const auto bound = BindInputs(
        "f.npz", {{names[0], Value(2)}, {names[1], Value(1)}}, TwoInputs());
    ASSERT_TRUE(bound.ok()) << bound.status();
    EXPECT_EQ((*bound)[0].AtFlat(0), 1);
    EXPECT_EQ((*bound)[1].AtFlat(0), 2);
  }
}

TEST(BindInputsTest, NamesWhatIsMissingAndSurplus) {
  const auto mixed =
      BindInputs("f.npz", {{"left", Value(1)}, {"1", Value(2)}}, TwoInputs());
  EXPECT_THAT(std::string(mixed.status().message()),
              HasSubstr("missing \"right\"; surplus \"1\""));
  const auto none = BindInputs("f.npz", {}, TwoInputs());
  EXPECT_THAT(std::string(none.status().message()),
              HasSubstr("missing \"left\", \"right\""));
}

TEST(BindInputsTest, LeavesAsideAnOutThatIsNoInput) {
  const NamedArrays arrays = {
      {"arr_0", Value(1)}, {"arr_1", Value(2)}, {"out", Value(3)}};
  EXPECT_FALSE(BindInputs("f.npz", arrays, TwoInputs()).ok());
  EXPECT_TRUE(BindInputsBesideOut("f.npz", arrays, TwoInputs()).ok());
  std::vector<TensorSpec> inputs = TwoInputs();
  inputs[1].name = "out";
  EXPECT_TRUE(BindInputsBesideOut(
                  "f.npz", {{"left", Value(1)}, {"out", Value(3)}}, inputs)
                  .ok());
}

}  // namespace
}  // namespace keratin::tools

// Recurrent models that need more than one call: lengths that only the call
// knows, states that go from call to call; and how biases begin. testdata/ is
// written by tests/recurrence/generate.py with the real Keras.
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "layers/base/initialize.h"
#include "layers/base/layer.h"
#include "layers/base/variable.h"
#include "layers/models/model.h"
#include "layers/saving/load.h"
#include "runtime/array.h"
#include "runtime/executable.h"
#include "runtime/npy.h"

namespace keratin {
namespace {

constexpr char kFolder[] = "tests/recurrence/testdata/";

void ExpectNear(const Array& got, const Array& want) {
  ASSERT_EQ(got.sizes(), want.sizes());
  for (int64_t k = 0; k < want.elements(); ++k)
    EXPECT_NEAR(got.data<float>()[k], want.data<float>()[k], 2e-6) << k;
}

TEST(RecurrenceTest, OneFunctionTakesAnyBatchAndLength) {
  auto model = Load(absl::StrCat(kFolder, "lengths.keras"));
  ASSERT_TRUE(model.ok()) << model.status();
  auto exe = Compile(**model, {});
  ASSERT_TRUE(exe.ok()) << exe.status();
  auto arrays = ReadNpz(absl::StrCat(kFolder, "lengths.npz"));
  ASSERT_TRUE(arrays.ok()) << arrays.status();
  std::map<std::string, Array> by_name(arrays->begin(), arrays->end());
  for (int k = 0; k < 3; ++k) {
    auto results =
        exe->StatelessCall(*ValuesOf((*model)->trainable_variables()),
                           *ValuesOf((*model)->non_trainable_arguments()),
                           {by_name.at(absl::StrCat("x", k))});
    ASSERT_TRUE(results.ok()) << results.status();
    ExpectNear(results->outputs[0], by_name.at(absl::StrCat("y", k)));
  }
}

TEST(RecurrenceTest, StatesGoFromCallToCall) {
  auto model = Load(absl::StrCat(kFolder, "stateful.keras"));
  ASSERT_TRUE(model.ok()) << model.status();
  // LSTM, GRU twice, a simple cell and an LSTM cell.
  EXPECT_EQ((*model)->states().size(), 2u + 2u + 1u + 2u);
  auto exe = Compile(**model, {});
  ASSERT_TRUE(exe.ok()) << exe.status();
  EXPECT_EQ(exe->state().size(), 7u);
  auto arrays = ReadNpz(absl::StrCat(kFolder, "stateful.npz"));
  ASSERT_TRUE(arrays.ok()) << arrays.status();
  std::map<std::string, Array> by_name(arrays->begin(), arrays->end());

  const std::vector<Array> trainable =
      *ValuesOf((*model)->trainable_variables());
  std::vector<Array> non_trainable =
      *ValuesOf((*model)->non_trainable_arguments());
  auto prepared = exe->Prepare(trainable, non_trainable);
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  auto state = exe->StateOf(trainable, non_trainable);
  ASSERT_TRUE(state.ok()) << state.status();
  for (int k = 0; k < 3; ++k) {
    auto results =
        exe->Call(*prepared, *state, {by_name.at(absl::StrCat("x", k))});
    ASSERT_TRUE(results.ok()) << results.status();
    ExpectNear(results->outputs[0], by_name.at(absl::StrCat("y", k)));
    state = std::move(results->state);
  }
}

// Keras's unit_forget_bias: gates stand in the order i, f, c, o.
TEST(RecurrenceTest, ForgetGatesBeginOpen) {
  for (const bool open : {true, false}) {
    auto layer = LayerRegistry::Deserialize(Value::Dict(
        {{"class_name", "LSTM"},
         {"config",
          Value::Dict(
              {{"name", "lstm"}, {"units", 2}, {"unit_forget_bias", open}})}}));
    ASSERT_TRUE(layer.ok()) << layer.status();
    auto result = (**layer)(Array::Zeros(DType::kFloat32, {1, 3, 4}));
    ASSERT_TRUE(result.ok()) << result.status();
    auto values = ValuesOf((*layer)->trainable_variables());
    ASSERT_TRUE(values.ok()) << values.status();
    const Array& bias = values->back();
    ASSERT_EQ(bias.elements(), 8);
    for (int k = 0; k < 8; ++k)
      EXPECT_EQ(bias.data<float>()[k], open && (k == 2 || k == 3) ? 1 : 0) << k;
  }
}

}  // namespace
}  // namespace keratin

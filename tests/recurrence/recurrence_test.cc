// Recurrent models that need more than one call: lengths that only the call
// knows, states that go from call to call. testdata/ is written by
// tests/recurrence/generate.py with the real Keras.
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "layers/base/variable.h"
#include "layers/models/model.h"
#include "layers/saving/load.h"
#include "runtime/array.h"
#include "runtime/executable.h"
#include "runtime/npy.h"

namespace keratin {
namespace {

constexpr char kFolder[] = "tests/recurrence/testdata/";

std::vector<Array> ValuesOf(const std::vector<Variable*>& variables) {
  std::vector<Array> values;
  for (const Variable* variable : variables)
    values.push_back(variable->array().value());
  return values;
}

void ExpectNear(const Array& got, const Array& want) {
  ASSERT_EQ(got.sizes(), want.sizes());
  for (int64_t k = 0; k < want.elements(); ++k)
    EXPECT_NEAR(got.data<float>()[k], want.data<float>()[k], 2e-6) << k;
}

TEST(Recurrence, OneFunctionTakesAnyBatchAndLength) {
  auto model = Load(absl::StrCat(kFolder, "lengths.keras"));
  ASSERT_TRUE(model.ok()) << model.status();
  auto exe = Compile(**model, {});
  ASSERT_TRUE(exe.ok()) << exe.status();
  auto arrays = ReadNpz(absl::StrCat(kFolder, "lengths.npz"));
  ASSERT_TRUE(arrays.ok()) << arrays.status();
  std::map<std::string, Array> by_name(arrays->begin(), arrays->end());
  for (int k = 0; k < 3; ++k) {
    auto results =
        exe->StatelessCall(ValuesOf((*model)->trainable_variables()),
                           ValuesOf((*model)->non_trainable_arguments()),
                           {by_name.at(absl::StrCat("x", k))});
    ASSERT_TRUE(results.ok()) << results.status();
    ExpectNear(results->outputs[0], by_name.at(absl::StrCat("y", k)));
  }
}

TEST(Recurrence, StatesGoFromCallToCall) {
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
      ValuesOf((*model)->trainable_variables());
  std::vector<Array> non_trainable =
      ValuesOf((*model)->non_trainable_arguments());
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

}  // namespace
}  // namespace keratin

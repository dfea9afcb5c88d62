// What is saved comes back: configuration, weights, state and outputs.
#include <cstdlib>
#include <fstream>
#include <string>

#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "layers/core/activation_layers.h"
#include "layers/core/dense.h"
#include "layers/core/embedding.h"
#include "layers/core/input_layer.h"
#include "layers/merging/merging.h"
#include "layers/models/functional.h"
#include "layers/models/sequential.h"
#include "layers/saving/save.h"
#include "runtime/array.h"

namespace keratin {
namespace {

std::string Path(const char* name) {
  return std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
}

// Two branches, a shared layer, a nested model, a table.
ModelPtr Everything() {
  KerasTensor words = Input({.shape = {{3}}, .dtype = DType::kInt32});
  KerasTensor rows =
      Embedding({.input_dim = 7, .output_dim = 4, .mask_zero = true})(words);
  Dense shared({.units = 4, .activation = "tanh"}, {.dtype = "mixed_bfloat16"});
  Sequential inner({Input({.shape = {{3, 4}}}), Dense({.units = 4}), PReLU()});
  KerasTensor sum = Add()({shared(rows), shared(shared(rows))});
  KerasTensor out = Activation({.activation = "softmax"})(inner(sum));
  auto model = MakeModel(Value(words), Value(out), {.name = "everything"});
  EXPECT_TRUE(model.ok()) << model.status();
  return *model;
}

Array Words() { return Array::FromVector<int32_t>({2, 3}, {1, 2, 0, 6, 0, 0}); }

TEST(SaveTest, ASavedModelLoadsWithEqualOutputs) {
  const ModelPtr model = Everything();
  absl::StatusOr<Array> want = model(Words());
  ASSERT_TRUE(want.ok()) << want.status();
  ASSERT_TRUE(Save(*model, Path("m.keras")).ok());
  auto loaded = Load(Path("m.keras"));
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(ToJson(**loaded), ToJson(*model));
  EXPECT_TRUE((**loaded)(Words())->Identical(*want));
}

TEST(SaveTest, WeightsAloneGoIntoAModelOfTheSameConfiguration) {
  const ModelPtr model = Everything();
  ASSERT_TRUE(SaveWeights(*model, Path("m.weights.h5")).ok());
  auto other = FromJson(ToJson(*model));
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_FALSE((**other)(Words())->Identical(*model(Words())));
  const absl::Status status = LoadWeights(**other, Path("m.weights.h5"));
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE((**other)(Words())->Identical(*model(Words())));
}

TEST(SaveTest, WhatCannotBeWrittenLeavesNothingBehind) {
  const ModelPtr model = Everything();
  EXPECT_FALSE(Save(*model, Path("no/such/folder/m.keras")).ok());
  EXPECT_FALSE(SaveWeights(*model, Path("no/such/folder/m.weights.h5")).ok());
  const std::string text = "as it was";
  std::ofstream(Path("other.weights.h5")) << text;
  const absl::Status status = LoadWeights(*model, Path("other.weights.h5"));
  EXPECT_NE(std::string(status.message()).find("other.weights.h5"),
            std::string::npos)
      << status;
}

}  // namespace
}  // namespace keratin

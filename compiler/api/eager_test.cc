// Layers called on Arrays: Keras's results and state, kept code and weights.
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "runtime/npy.h"

namespace keratin {
namespace {

constexpr char kCases[] = "tests/conformance/cases/";

std::unique_ptr<Model> LoadModel(const std::string& path) {
  absl::StatusOr<std::unique_ptr<Model>> model = Load(path);
  EXPECT_TRUE(model.ok()) << model.status();
  return model.ok() ? *std::move(model) : nullptr;
}

Array ReadFirst(const std::string& path) {
  absl::StatusOr<NamedArrays> arrays = ReadNpz(path);
  EXPECT_TRUE(arrays.ok()) << arrays.status();
  return arrays.ok() ? arrays->front().second : Array();
}

void ExpectNear(const Array& got, const Array& want, double tolerance) {
  ASSERT_EQ(got.dtype(), want.dtype());
  ASSERT_EQ(got.sizes(), want.sizes());
  for (int64_t i = 0; i < got.elements(); ++i) {
    ASSERT_NEAR(got.AtFlat(i), want.AtFlat(i),
                tolerance * (1 + std::abs(want.AtFlat(i))))
        << "at " << i;
  }
}

Arguments InTraining(const Array& x) {
  return {{Value(x)}, {{"training", Value(true)}}};
}

// Keras wrote the cases: outputs and the state of the seed after one call.
TEST(EagerTest, OutputsAndStateAreThoseOfKeras) {
  for (const char* name : {"Dropout/02_e3767cf7", "GaussianDropout/00_811871fc",
                           "SpatialDropout1D/02_fec09043"}) {
    SCOPED_TRACE(name);
    const std::string folder = std::string(kCases) + name + "/";
    std::unique_ptr<Model> model = LoadModel(folder + "model.keras");
    ASSERT_NE(model, nullptr);
    const Array x = ReadFirst(folder + "inputs.npz");
    absl::StatusOr<ConcreteResults> results =
        model->CallOnArrays(InTraining(x));
    ASSERT_TRUE(results.ok()) << results.status();
    ExpectNear(results->outputs.as_array(), ReadFirst(folder + "outputs.npz"),
               1e-5);
    const Array after = *model->non_trainable_variables()[0]->array();
    EXPECT_TRUE(after.Identical(ReadFirst(folder + "state_after.npz")));
    // The next call goes on from there: other random numbers.
    absl::StatusOr<ConcreteResults> second = model->CallOnArrays(InTraining(x));
    ASSERT_TRUE(second.ok()) << second.status();
    EXPECT_FALSE(
        second->outputs.as_array().Identical(results->outputs.as_array()));
    EXPECT_FALSE(
        model->non_trainable_variables()[0]->array()->Identical(after));
    // And not in training: none at all.
    absl::StatusOr<Array> plain = (*model)(x);
    ASSERT_TRUE(plain.ok()) << plain.status();
    EXPECT_TRUE(plain->Identical(x));
  }
}

class DenseTest : public testing::Test {
 protected:
  // y = x · kernel + bias, 4 features to 3.
  void SetUp() override {
    model_ = LoadModel("tests/e2e/testdata/good.keras");
    ASSERT_NE(model_, nullptr);
    Assign(1.0f);
  }
  void Assign(float scale) {
    std::vector<float> kernel(12, 0.0f);
    for (int i = 0; i < 3; ++i) kernel[4 * i] = scale;
    const std::vector<Variable*> variables = model_->trainable_variables();
    ASSERT_TRUE(
        variables[0]->Assign(Array::FromVector<float>({4, 3}, kernel)).ok());
    ASSERT_TRUE(
        variables[1]->Assign(Array::FromVector<float>({3}, {1, 2, 3})).ok());
  }
  std::unique_ptr<Model> model_;
};

TEST_F(DenseTest, AssigningAVariableIsSeenByTheNextCall) {
  const Array x = Array::FromVector<float>({1, 4}, {10, 20, 30, 40});
  absl::StatusOr<Array> y = (*model_)(x);
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_EQ(y->ToString(), "float32 (1, 3) [11, 22, 33]");
  Assign(2.0f);
  EXPECT_EQ((*model_)(x)->ToString(), "float32 (1, 3) [21, 42, 63]");
}

TEST_F(DenseTest, OtherSizesAreAnotherSignature) {
  EXPECT_EQ(
      (*model_)(Array::FromVector<float>({1, 4}, {1, 0, 0, 0}))->ToString(),
      "float32 (1, 3) [2, 2, 3]");
  EXPECT_EQ((*model_)(Array::Zeros(DType::kFloat32, {2, 4}))->ToString(),
            "float32 (2, 3) [1, 2, 3, 1, 2, 3]");
}

TEST_F(DenseTest, ThreadsMayCallAtOnce) {
  std::vector<std::thread> threads;
  std::vector<std::string> got(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, i, &got] {
      const Array x = Array::FromVector<float>({1, 4}, {i * 1.0f, 0, 0, 0});
      for (int call = 0; call < 20; ++call) {
        absl::StatusOr<Array> y = (*model_)(x);
        got[i] = y.ok() ? y->ToString() : y.status().ToString();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(got[i], "float32 (1, 3) [" + std::to_string(i + 1) + ", 2, 3]");
  }
}

TEST_F(DenseTest, WhatDoesNotFitIsAnErrorOfTheLayer) {
  const absl::StatusOr<Array> y =
      (*model_)(Array::Zeros(DType::kFloat32, {2, 5}));
  EXPECT_FALSE(y.ok());
  EXPECT_TRUE(absl::StrContains(y.status().message(), "dense")) << y.status();
}

}  // namespace
}  // namespace keratin

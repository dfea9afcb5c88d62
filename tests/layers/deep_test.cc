// A thousand layers, one after the other or one in the other, are compiled and
// run: nothing recurses as deep as a model is but calls of layers in layers.
#include <utility>
#include <vector>

#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "layers/base/layer_ptr.h"
#include "layers/core/dense.h"
#include "layers/core/input_layer.h"
#include "layers/merging/merging.h"
#include "layers/models/functional.h"
#include "layers/models/sequential.h"
#include "layers/ops/arithmetic.h"

namespace keratin {
namespace {

constexpr int kLayers = 1000;

TEST(DeepTest, AThousandLayersInARowRun) {
  std::vector<Sequential::Item> items = {Input({.shape = {{2}}})};
  for (int k = 0; k < kLayers; ++k)
    items.emplace_back(Dense({.units = 2, .kernel_initializer = "identity"}));
  Sequential model(items);
  auto exe = Compile(*model);
  ASSERT_TRUE(exe.ok()) << exe.status();
  auto y = model(Array::FromVector<float>({1, 2}, {3, 4}));
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_EQ(y->ToString(), "float32 (1, 2) [3, 4]");
}

TEST(DeepTest, AThousandLayersInAGraphRun) {
  const KerasTensor x = Input({.shape = {{2}}});
  KerasTensor y = x;
  for (int k = 0; k < kLayers; ++k)
    y = Dense({.units = 2, .kernel_initializer = "identity"})(y);
  auto model = MakeModel(Value(x), Value(y));
  ASSERT_TRUE(model.ok()) << model.status();
  auto result = (*model)(Array::FromVector<float>({1, 2}, {3, 4}));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->ToString(), "float32 (1, 2) [3, 4]");
}

TEST(DeepTest, ValuesThatAreReadTwiceEachAreComputedOnce) {
  const KerasTensor a = Input({.shape = {{2}}}), b = Input({.shape = {{2}}});
  // Back where it began after every six.
  KerasTensor last = a, next = b;
  for (int k = 0; k < 600; ++k)
    last = std::exchange(next, Subtract()({next, last}));
  auto model = MakeModel(Value::List({a, b}), Value::List({last, next}));
  ASSERT_TRUE(model.ok()) << model.status();
  auto results = (*model)->CallOnArrays(
      {{Value::List({Value(Array::FromVector<float>({1, 2}, {3, 4})),
                     Value(Array::FromVector<float>({1, 2}, {5, 7}))})},
       {}});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->outputs.items()[1].as_array().ToString(),
            "float32 (1, 2) [5, 7]");
}

// Adds one to what the layer inside of it makes.
class Shell : public Layer {
 public:
  explicit Shell(LayerPtr inside) : inside_(std::move(inside)) {}

 private:
  absl::Status Configured() override {
    if (inside_) Layer::Track("inside", inside_.shared());
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    return (inside_ ? inside_(x) : x) + 1;
  }
  LayerPtr inside_;
};

TEST(DeepTest, AThousandLayersInOneAnotherRun) {
  LayerPtr shell;
  for (int k = 0; k < kLayers; ++k) shell = Make<Shell>({}, shell);
  auto y = shell(Array::FromVector<float>({2}, {0, 5}));
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_EQ(y->ToString(), "float32 (2,) [1000, 1005]");
}

}  // namespace
}  // namespace keratin

// Metrics have the configuration, state and results of the real Keras, apart
// from layers and attached to them.
#include <string>
#include <vector>

#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "layers/base/layer_ptr.h"
#include "layers/core/dense.h"
#include "layers/core/input_layer.h"
#include "layers/metrics/metrics.h"
#include "layers/models/sequential.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/creation.h"
#include "layers/ops/reduction.h"
#include "tests/layers/reference.h"

namespace keratin {
namespace {

void ExpectNear(const Array& got, const Value& want) {
  EXPECT_EQ(FarFrom(got, *want.Find("data"),
                    got.dtype() == DType::kFloat16 ? 2e-3 : 2e-6),
            "");
}

void ExpectState(const Metric& metric, const Value& want) {
  const std::vector<Variable*> variables = metric.variables();
  ASSERT_EQ(variables.size(), want.items().size());
  for (size_t k = 0; k < variables.size(); ++k)
    ExpectNear(*variables[k]->array(), want.items()[k]);
}

TEST(MetricsTest, EveryClassIsKeras) {
  const Value cases = Reference("metrics");
  ASSERT_TRUE(cases.is_sequence());
  for (const Value& one : cases.items()) {
    auto made = DeserializeMetric(*one.Find("written"));
    ASSERT_TRUE(made.ok()) << made.status();
    Metric& metric = **made;
    SCOPED_TRACE(metric.ToString());
    EXPECT_EQ(FirstDifference(metric.Serialize(), *one.Find("written")), "");
    EXPECT_EQ(metric.ToString(), one.Find("repr")->as_string());
    std::vector<std::string> paths;
    for (const Variable* variable : metric.variables())
      paths.push_back(variable->path());
    EXPECT_EQ(paths, StringsOf(*one.Find("paths")));
    for (const Value& update : one.Find("updates")->items()) {
      const std::vector<Array> values = ArraysOf(*update.Find("values"));
      const Value& weight = *update.Find("sample_weight");
      const absl::Status status = metric.UpdateStateOnArrays(
          values, weight.is_none() ? Array() : ArrayOf(weight));
      ASSERT_TRUE(status.ok()) << status;
      ExpectState(metric, *update.Find("variables"));
      auto result = metric.ResultOnArrays();
      ASSERT_TRUE(result.ok()) << result.status();
      EXPECT_EQ(result->as_array().dtype(), metric.dtype());
      ExpectNear(result->as_array(), *update.Find("result"));
    }
    ASSERT_TRUE(metric.ResetStateOnArrays().ok());
    ExpectState(metric, *one.Find("reset"));
  }
}

TEST(MetricsTest, StatelessFunctionsTouchNothing) {
  const MetricPtr mean = metrics::Mean();
  const Array x = Array::FromVector<float>({3}, {1, 2, 6});
  auto after = mean->StatelessUpdateState(
      {Array::Scalar(10.0f), Array::Scalar(1.0f)}, {{Value(x)}, {}});
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ((*after)[0].ToString(), "float32 () [19]");
  EXPECT_EQ((*after)[1].ToString(), "float32 () [4]");
  EXPECT_EQ(mean->StatelessResult(*after)->as_array().ToString(),
            "float32 () [4.75]");
  EXPECT_EQ((*mean->StatelessResetState())[0].ToString(), "float32 () [0]");
  EXPECT_EQ(mean->ResultOnArrays()->as_array().ToString(), "float32 () [0]");
  EXPECT_EQ(mean->StatelessResult({}).status().message(),
            "metric 'mean' has 2 non-trainable variables, and its stateless "
            "result is given 0");
  EXPECT_EQ(mean->CallOnArrays({{Value(x)}, {}})->as_array().ToString(),
            "float32 () [3]");
}

// As the class of that name in make_state_reference.py.
class Tracking : public Layer {
 private:
  absl::Status Configured() override {
    Layer::Track("seen", seen_);
    Layer::Track("dense", dense_.shared());
    AddSeed("seed_generator", 3);
    Layer::Track("positive", positive_);
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    Tensor y = dense_(x);
    seen_->UpdateState({y});
    positive_->UpdateState({ops::OnesLike(y), y});
    return y;
  }
  MetricPtr seen_ = metrics::Mean({.name = "seen"});
  MetricPtr positive_ = metrics::BinaryAccuracy({.name = "positive"});
  LayerPtr dense_ = Dense({.units = 2, .kernel_initializer = "ones"});
};

std::vector<std::string> Paths(const std::vector<Variable*>& variables) {
  std::vector<std::string> paths;
  for (const Variable* variable : variables) paths.push_back(variable->path());
  return paths;
}

Array Numbers(float shift) {
  std::vector<float> numbers;
  for (int k = 0; k < 6; ++k) numbers.push_back(static_cast<float>(k) - shift);
  return Array::FromVector<float>({2, 3}, numbers);
}

TEST(MetricsTest, AttachedMetricsAreStateOfTheLayer) {
  Sequential outer({Input({.shape = {{3}}}), Make<Tracking>({.name = "first"}),
                    Make<Tracking>({.name = "second"})});
  ASSERT_TRUE(outer(Numbers(0)).ok());
  std::vector<std::string> names;
  for (const Metric* metric : outer->metrics()) names.push_back(metric->name());
  const Value want = Reference("attached");
  EXPECT_EQ(names, StringsOf(*want.Find("metrics")));
  EXPECT_EQ(Paths(outer->metrics_variables()),
            StringsOf(*want.Find("metrics_variables")));
  EXPECT_EQ(Paths(outer->layers()[0]->metrics_variables()),
            StringsOf(*want.Find("of_first")));
  EXPECT_EQ(outer->weights().size(), want.Find("weights")->items().size());
  EXPECT_EQ(outer->variables().size(), want.Find("variables")->items().size());
  // Keras's own list has no metrics; here their state is the last of it.
  std::vector<std::string> last = Paths(outer->non_trainable_variables());
  const size_t without = want.Find("non_trainable_variables")->items().size();
  last.erase(last.begin(), last.begin() + static_cast<int64_t>(without));
  EXPECT_EQ(last, Paths(outer->metrics_variables()));

  // The same values by explicit state.
  std::vector<Array> trainable = *outer->GetWeights(), state;
  for (const Variable* variable : outer->non_trainable_variables())
    state.push_back(*variable->array());
  auto stateless =
      outer->StatelessCall(trainable, state, {{Value(Numbers(4))}, {}});
  ASSERT_TRUE(stateless.ok()) << stateless.status();
  ASSERT_TRUE(outer(Numbers(4)).ok());
  const std::vector<Variable*> variables = outer->metrics_variables();
  for (size_t k = 0; k < variables.size(); ++k) {
    SCOPED_TRACE(variables[k]->path());
    ExpectNear(*variables[k]->array(), want.Find("values")->items()[k]);
    EXPECT_TRUE(variables[k]->array()->Identical(
        stateless->non_trainable[without + k]));
  }
  for (size_t k = 0; k < names.size(); ++k) {
    ExpectNear(outer->metrics()[k]->ResultOnArrays()->as_array(),
               want.Find("results")->items()[k]);
  }
}

// The example of Metric's header.
class Largest : public Metric {
  absl::Status Configured() override {
    largest_ = AddVariable({.name = "largest", .dtype = dtype()});
    return absl::OkStatus();
  }
  void Update(const Arguments& a) override {
    largest_->Assign(ops::Maximum(largest_, ops::Max(a.tensors()[0])));
  }
  Value Compute() override { return Value(Tensor(largest_)); }
  Weight largest_;
};
KERATIN_REGISTER_METRIC("my_package", Largest);

TEST(MetricsTest, OnesOwnAreRegistered) {
  const MetricPtr metric = MakeMetric("my_package>Largest", {{"name", "big"}});
  ASSERT_NE(metric, nullptr);
  ASSERT_TRUE(metric->UpdateStateOnArrays({Numbers(0)}).ok());
  ASSERT_TRUE(metric->UpdateStateOnArrays({Numbers(4)}).ok());
  EXPECT_EQ(metric->ResultOnArrays()->as_array().ToString(), "float32 () [5]");
  auto again = DeserializeMetric(metric->Serialize());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->ToString(), "<Largest name=big>");
  EXPECT_EQ(metric->Serialize().Find("registered_name")->as_string(),
            "my_package>Largest");
}

TEST(MetricsTest, MisuseIsAnErrorThatNamesTheMetric) {
  EXPECT_EQ(DeserializeMetric("auc").status().message(),
            "a metric is the metric 'auc', which is not supported");
  EXPECT_EQ(metrics::Accuracy()->UpdateStateOnArrays({Numbers(0)}).message(),
            "metric 'accuracy': is updated with the tensors y_true and y_pred");
  EXPECT_EQ(metrics::Mean({.dtype = "floaty"}), nullptr);
  Dense dense({.units = 2}, {.name = "d"});
  EXPECT_EQ(dense->AddMetric().message(),
            "layer 'd': AddMetric is not supported; attach a metric with Track "
            "in Configured or Build, and call its UpdateState in Call");
}

}  // namespace
}  // namespace keratin

// Quantized and adapted layers have the variables, the configurations and the
// results of the real Keras, and are saved as it saves them.
#include <memory>
#include <string>
#include <vector>

#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "layers/base/layer_ptr.h"
#include "layers/base/layer_registry.h"
#include "layers/core/activation_layers.h"
#include "layers/core/dense.h"
#include "layers/core/einsum_dense.h"
#include "layers/core/embedding.h"
#include "layers/core/input_layer.h"
#include "layers/models/sequential.h"
#include "layers/ops/arithmetic.h"
#include "layers/quantizers/quantization_configs.h"
#include "runtime/array.h"
#include "tests/layers/reference.h"

namespace keratin {
namespace {

// Integers are Keras's own; floats as near as the order of sums lets them be.
void ExpectSame(const Array& got, const Array& want, double tolerance) {
  ASSERT_EQ(got.dtype(), want.dtype());
  ASSERT_EQ(got.sizes(), want.sizes());
  for (int64_t k = 0; k < got.elements(); ++k) {
    const double far = IsFloating(got.dtype())
                           ? tolerance * (1 + std::abs(want.AtFlat(k)))
                           : 0;
    ASSERT_NEAR(got.AtFlat(k), want.AtFlat(k), far) << "element " << k;
  }
}

LayerPtr Made(const Value& serialized) {
  auto layer = LayerRegistry::Deserialize(serialized);
  EXPECT_TRUE(layer.ok()) << layer.status();
  return LayerPtr(std::shared_ptr<Layer>(*std::move(layer)));
}

void Take(const Value& step, Layer& layer) {
  const Value* rank = step.Find("lora");
  if (rank == nullptr) {
    const absl::Status status =
        layer.Quantize(QuantizationConfig(*step.Find("quantize")));
    ASSERT_TRUE(status.ok()) << status;
    return;
  }
  const absl::Status status =
      layer.EnableLora({.rank = rank->as_int(), .alpha = 3});
  ASSERT_TRUE(status.ok()) << status;
  const std::vector<Array> values = ArraysOf(*step.Find("values"));
  size_t next = 0;
  for (Variable* variable : layer.trainable_variables()) {
    if (variable->name().rfind("lora", 0) == 0)
      ASSERT_TRUE(variable->Assign(values[next++]).ok());
  }
}

class QuantizationTest : public ::testing::TestWithParam<std::string> {};

TEST_P(QuantizationTest, IsKeras) {
  const Value want = Reference("quantization/" + GetParam());
  const bool mixed = GetParam().find("mixed") != std::string::npos;
  const double tolerance = mixed ? 0.02 : 2e-6;
  const LayerPtr layer = Made(*want.Find("layer"));
  const Array x = ArrayOf(*want.Find("input"));
  ASSERT_TRUE(layer(x).ok());
  ASSERT_TRUE(layer->SetWeights(ArraysOf(*want.Find("weights"))).ok());
  bool adapted = false;
  for (const Value& step : want.Find("steps")->items()) {
    Take(step, *layer);
    adapted = adapted || step.Find("lora") != nullptr;
  }

  EXPECT_EQ(FirstDifference(layer->GetConfig(), *want.Find("config")), "");
  std::vector<std::string> trainable;
  for (const Variable* variable : layer->trainable_variables())
    trainable.push_back(variable->path());
  EXPECT_EQ(trainable, StringsOf(*want.Find("trainable")));
  const Value::Items& variables = want.Find("variables")->items();
  const std::vector<Variable*> weights = layer->weights();
  const absl::StatusOr<std::vector<Array>> values = layer->GetWeights();
  ASSERT_TRUE(values.ok()) << values.status();
  ASSERT_EQ(weights.size(), variables.size());
  for (size_t k = 0; k < variables.size(); ++k) {
    SCOPED_TRACE(weights[k]->path());
    EXPECT_EQ(weights[k]->path(), variables[k].Find("path")->as_string());
    ExpectSame((*values)[k], ArrayOf(*variables[k].Find("value")), 1e-6);
  }
  const absl::StatusOr<Array> y = layer(x);
  ASSERT_TRUE(y.ok()) << y.status();
  ExpectSame(*y, ArrayOf(*want.Find("output")), tolerance);

  VariableStore store;
  ASSERT_TRUE(layer->SaveOwnVariables(store).ok());
  const Value::Items& saved = want.Find("saved")->items();
  ASSERT_EQ(store.size(), saved.size());
  for (size_t k = 0; k < saved.size(); ++k) {
    SCOPED_TRACE(k);
    ExpectSame(store.at(std::to_string(k)), ArrayOf(saved[k]), 1e-6);
  }

  // What is saved makes the same layer again; what it adds is merged.
  const LayerPtr again = Made(Value::Dict({{"class_name", layer->class_name()},
                                           {"module", layer->module()},
                                           {"registered_name", Value()},
                                           {"config", layer->GetConfig()}}));
  ASSERT_TRUE(again(x).ok());
  ASSERT_TRUE(again->LoadOwnVariables(store).ok());
  const absl::StatusOr<Array> z = again(x);
  ASSERT_TRUE(z.ok()) << z.status();
  const bool rounded = adapted && !layer->quantization_mode().empty();
  ExpectSame(*z, *y, rounded ? 0.2 : mixed ? 0.02 : 2e-6);
}

std::vector<std::string> Names(const char* section) {
  std::vector<std::string> names;
  const Value all = Reference(section);
  if (!all.is_dict()) return names;
  for (const auto& [name, value] : all.entries()) names.push_back(name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, QuantizationTest,
                         ::testing::ValuesIn(Names("quantization")),
                         [](const ::testing::TestParamInfo<std::string>& info) {
                           return info.param;
                         });

Array Ones(int64_t rows, int64_t columns) {
  return Array::FromVector<float>({rows, columns},
                                  std::vector<float>(rows * columns, 1));
}

TEST(QuantizeTest, AModelQuantizesTheLayersThatCanBe) {
  Sequential model({Input({.shape = {{4}}}), Dense({.units = 3}, {.name = "a"}),
                    ReLU(), Dense({.units = 2}, {.name = "b"})});
  ASSERT_TRUE(model(Ones(2, 4)).ok());
  auto* sequential = dynamic_cast<Model*>(model.get());
  ASSERT_TRUE(
      sequential
          ->Quantize(
              Int8QuantizationConfig(),
              {.filters = [](const Layer& l) { return l.name() == "b"; }})
          .ok());
  EXPECT_EQ((*sequential->GetLayer("a"))->quantization_mode(), "");
  EXPECT_EQ((*sequential->GetLayer("b"))->dtype_policy().name(),
            "int8_from_float32");
  EXPECT_TRUE(model(Ones(2, 4)).ok());
  EXPECT_FALSE(sequential->Quantize("int8", {.filters = "("}).ok());
  // An expression is looked for anywhere in a name.
  ASSERT_TRUE(
      sequential->Quantize("int8", {.filters = {{"^z", "^x?a$"}}}).ok());
  EXPECT_EQ((*sequential->GetLayer("a"))->quantization_mode(), "int8");
}

class Doubled : public DenseLayer {
  Tensor Call(const Tensor& x) override { return DenseLayer::Call(x) * 2.0; }
};

TEST(QuantizeTest, ClassesDerivedFromKerassAreRefusedWhileTypesAreChecked) {
  // As Keras does it: an error of a layer, and a model goes on without it.
  const Value want = Reference("derived");
  Sequential model({Input({.shape = {{4}}}),
                    Make<Doubled>({.units = 3}, {.name = "doubled"}),
                    Dense({.units = 2}, {.name = "plain"})});
  ASSERT_TRUE(model(Ones(2, 4)).ok());
  Model& sequential = *model;
  Layer& doubled = **sequential.GetLayer("doubled");
  Layer& plain = **sequential.GetLayer("plain");
  const absl::Status refused = doubled.Quantize("int8");
  EXPECT_EQ(refused.ok(), want.Find("layer")->as_bool());
  EXPECT_NE(std::string(refused.message()).find("type_check"),
            std::string::npos)
      << refused;
  const auto modes = [&] {
    return Value::List(
        {doubled.quantization_mode(), plain.quantization_mode()});
  };
  ASSERT_TRUE(sequential.Quantize("int8").ok());
  EXPECT_EQ(FirstDifference(modes(), *want.Find("checked")), "");
  ASSERT_TRUE(doubled.Quantize("int8", {.type_check = false}).ok());
  EXPECT_EQ(FirstDifference(modes(), *want.Find("unchecked")), "");
  ASSERT_TRUE(model(Ones(2, 4)).ok());
}

class FittedTest : public ::testing::TestWithParam<std::string> {};

TEST_P(FittedTest, IsKeras) {
  const Value want = Reference("fitted/" + GetParam());
  const bool mixed = GetParam().find("mixed") != std::string::npos;
  const LayerPtr layer = Made(*want.Find("layer"));
  const Array x = ArrayOf(*want.Find("input"));
  ASSERT_TRUE(layer(x).ok());
  const Value::Items& paths = want.Find("variables")->items();
  const std::vector<Variable*> variables = layer->weights();
  ASSERT_EQ(variables.size(), paths.size());
  for (size_t k = 0; k < paths.size(); ++k) {
    EXPECT_EQ(variables[k]->path(), paths[k].items()[0].as_string());
    EXPECT_EQ(DTypeName(variables[k]->dtype()),
              paths[k].items()[1].as_string());
  }
  const std::vector<Array> saved = ArraysOf(*want.Find("saved"));
  VariableStore store;
  for (size_t k = 0; k < saved.size(); ++k) store[std::to_string(k)] = saved[k];
  const absl::Status loaded = layer->LoadOwnVariables(store);
  ASSERT_TRUE(loaded.ok()) << loaded;
  const absl::StatusOr<Array> y = layer(x);
  ASSERT_TRUE(y.ok()) << y.status();
  ExpectSame(*y, ArrayOf(*want.Find("output")), mixed ? 0.02 : 2e-6);
  EXPECT_EQ(FirstDifference(layer->GetConfig(), *want.Find("config")), "");
  VariableStore again;
  ASSERT_TRUE(layer->SaveOwnVariables(again).ok());
  ASSERT_EQ(again.size(), saved.size());
  for (size_t k = 0; k < saved.size(); ++k)
    ExpectSame(again.at(std::to_string(k)), saved[k], 0);
  EXPECT_FALSE(layer->EnableLora({.rank = 1}).ok());
}

INSTANTIATE_TEST_SUITE_P(All, FittedTest, ::testing::ValuesIn(Names("fitted")),
                         [](const ::testing::TestParamInfo<std::string>& info) {
                           return info.param;
                         });

TEST(QuantizeTest, SettingAQuantizedPolicyQuantizes) {
  Dense dense({.units = 3});
  ASSERT_TRUE(dense(Ones(2, 4)).ok());
  ASSERT_TRUE(dense->set_dtype_policy("int8_from_float32").ok());
  EXPECT_EQ(dense->weights()[0]->path(), "dense/bias");
  EXPECT_EQ(dense->weights()[1]->dtype(), DType::kInt8);
}

void ExpectError(const absl::Status& status, const std::string& part) {
  EXPECT_FALSE(status.ok());
  EXPECT_NE(std::string(status.message()).find(part), std::string::npos)
      << status;
}

TEST(QuantizeTest, MisuseSaysWhatIsWrong) {
  Dense dense({.units = 3}, {.name = "layer"});
  ExpectError(dense->Quantize("int8"), "layer 'layer': it cannot be quantized");
  ASSERT_TRUE(dense(Ones(2, 4)).ok());
  ExpectError(dense->Quantize("int3"), "'int3'");
  ExpectError(dense->Quantize(QuantizationConfig()), "int8, int4 or float8");
  ExpectError(dense->Quantize("gptq"), "quantize the model in Keras");
  ExpectError(dense->set_dtype_policy("awq/4/8_from_float32"),
              "quantize the model in Keras");
  ExpectError(dense->EnableLora({.rank = 0}), "'rank'");
  ASSERT_TRUE(dense->EnableLora({.rank = 1}).ok());
  ExpectError(dense->EnableLora({.rank = 1}), "already");
  ASSERT_TRUE(dense->Quantize("int8").ok());
  ExpectError(dense->Quantize("int8"), "already quantized");

  Dense half({.units = 3}, {.dtype = "float16"});
  ASSERT_TRUE(half(Ones(2, 4)).ok());
  ExpectError(half->Quantize("int8"), "float16");
  ReLU relu;
  ASSERT_TRUE(relu(Ones(2, 4)).ok());
  ExpectError(relu->Quantize("int8"), "class 'ReLU' cannot be quantized");
  ExpectError(relu->EnableLora({.rank = 2}), "no low-rank adaptation");
  Dense bound({.units = 3, .kernel_constraint = "non_neg"});
  ASSERT_TRUE(bound(Ones(2, 4)).ok());
  ExpectError(bound->EnableLora({.rank = 1}), "constraint");
  EXPECT_FALSE(
      ReLU({}, {.dtype = DTypePolicy("int8_from_float32")})->status().ok());
  ExpectError(dense->Quantize(Int4QuantizationConfig({.block_size = 0})),
              "'block_size'");
  for (const char* policy : {"gptq/5/8_from_float32", "awq/3/8_from_float32",
                             "gptq/4/0_from_float32", "awq/4_from_float32"}) {
    ExpectError(Dense({.units = 2}, {.dtype = policy})->status(), "GROUP");
  }
  ExpectError(Embedding({.input_dim = 3, .output_dim = 2},
                        {.dtype = "gptq/4/8_from_float32"})
                  ->status(),
              "not supported by class 'Embedding'");
  EinsumDense wide({.equation = "abcd,bcdef->aef", .output_shape = {{2}, {2}}},
                   {.dtype = "awq/4/8_from_float32"});
  ExpectError(wide(Array::Zeros(DType::kFloat32, {1, 2, 2, 2})).status(),
              "2 or 3 axes");
}

}  // namespace
}  // namespace keratin

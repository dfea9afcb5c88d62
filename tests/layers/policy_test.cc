// A DTypePolicyMap gives every layer the policy of its path, as the real Keras
// looks it up, and is written and read as Keras does it.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "layers/base/config.h"
#include "layers/base/dtype_policy_map.h"
#include "layers/base/layer_ptr.h"
#include "layers/base/layer_registry.h"
#include "layers/base/pattern.h"
#include "layers/core/dense.h"
#include "runtime/array.h"
#include "tests/layers/reference.h"

namespace keratin {
namespace {

TEST(PatternTest, MatchesWhatPythonMatches) {
  const Value want = Reference("patterns");
  using Where = Pattern::Where;
  for (const Value& row : want.Find("rows")->items()) {
    const std::string expression = row.items()[0].as_string();
    const std::string text = row.items()[1].as_string();
    SCOPED_TRACE(expression + " on '" + text + "'");
    const auto pattern = Pattern::Parse(expression);
    ASSERT_TRUE(pattern.ok()) << pattern.status();
    size_t next = 0;
    for (Where where : {Where::kWhole, Where::kStart, Where::kAnywhere}) {
      EXPECT_EQ(pattern->Matches(text, where),
                row.items()[2].items()[next].as_bool())
          << "as the match number " << next;
      ++next;
    }
  }
  for (const Value& wrong : want.Find("wrong")->items())
    EXPECT_FALSE(Pattern::Parse(wrong.as_string()).ok()) << wrong.as_string();
}

TEST(PatternTest, WhatIsNotSupportedIsAnError) {
  for (const char* expression :
       {"(?=a)", "(?i)a", "(a)\\1", "a*+", "((a{100}){100}){100}"}) {
    EXPECT_FALSE(Pattern::Parse(expression).ok()) << expression;
  }
  EXPECT_FALSE(Pattern::Parse(std::string(100000, '(')).ok());
}

LayerPtr Made(const Value& serialized) {
  auto layer = LayerRegistry::Deserialize(serialized);
  EXPECT_TRUE(layer.ok()) << layer.status();
  return layer.ok() ? LayerPtr(std::shared_ptr<Layer>(*std::move(layer)))
                    : LayerPtr();
}

// Read from a file, its layers would be built alone, as Keras does it.
LayerPtr OfProcess() {
  const DTypePolicy before = config::dtype_policy();
  const DTypePolicyMap policies("float32",
                                {{"s/a", "float16"}, {"s/b/.*", "bfloat16"}});
  EXPECT_TRUE(config::set_dtype_policy(policies).ok());
  const Sequential inner({Dense({.units = 2}, {.name = "c"}),
                          Activation({.activation = "tanh"}, {.name = "t"})},
                         {.name = "b"});
  const Sequential model(
      {Input({.shape = {{4}}, .name = "i"}), Dense({.units = 3}, {.name = "a"}),
       inner, Dense({.units = 2}, {.name = "d"})},
      {.name = "s"});
  EXPECT_TRUE(config::set_dtype_policy(before).ok());
  EXPECT_TRUE(model->BuildAll().ok());
  return model;
}

class PolicyTest : public ::testing::TestWithParam<std::string> {};

TEST_P(PolicyTest, IsThatOfKeras) {
  const Value want = Reference("policies/layers/" + GetParam());
  const LayerPtr layer =
      GetParam() == "of_process" ? OfProcess() : Made(*want.Find("layer"));
  ASSERT_TRUE(layer);
  const Array x = ArrayOf(*want.Find("input"));
  const Arguments arguments = GetParam() == "sublayers"
                                  ? Arguments{{Value(x), Value(x)}, {}}
                                  : Arguments{{Value(x)}, {}};
  ASSERT_TRUE(layer->CallOnArrays(arguments).ok());
  const Value::Items& variables = want.Find("variables")->items();
  std::vector<Variable*> own = layer->variables();
  ASSERT_EQ(own.size(), variables.size());
  for (size_t k = 0; k < own.size(); ++k) {
    EXPECT_EQ(own[k]->path(), variables[k].Find("path")->as_string());
    const Array value = ArrayOf(*variables[k].Find("value"));
    EXPECT_EQ(own[k]->dtype(), value.dtype()) << own[k]->path();
    ASSERT_TRUE(own[k]->Assign(value).ok());
  }
  const auto result = layer->CallOnArrays(arguments);
  ASSERT_TRUE(result.ok()) << result.status();
  const Array output = result->outputs.as_array();
  EXPECT_EQ(output.dtype(), ArrayOf(*want.Find("output")).dtype());
  const bool wide = GetParam() == "quantized" || GetParam() == "int4";
  EXPECT_EQ(
      FarFrom(output, *want.Find("output")->Find("data"), wide ? 1e-5 : 0.02),
      "");
  EXPECT_EQ(FirstDifference(layer->GetConfig(), *want.Find("config")), "");
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  const Value all = Reference("policies/layers");
  if (!all.is_dict()) return names;
  for (const auto& [name, value] : all.entries()) names.push_back(name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, PolicyTest, ::testing::ValuesIn(Names()),
                         [](const ::testing::TestParamInfo<std::string>& info) {
                           return info.param;
                         });

Value WrittenOf(const DTypePolicy& policy) { return Written(policy); }

TEST(DTypePolicyMapTest, IsWrittenAsKerasWritesIt) {
  const DTypePolicyMap unnamed(
      {{"d", "int8_from_float32"}, {"e", "int4/8_from_float32"}});
  EXPECT_EQ(unnamed.name(), "map_float32");
  EXPECT_EQ(FirstDifference(WrittenOf(unnamed),
                            Reference("policies/without_default")),
            "");
  DTypePolicy read;
  ASSERT_TRUE(Read(WrittenOf(unnamed), read).ok());
  EXPECT_EQ(read, unnamed);
  EXPECT_EQ(read.At("d")->name(), "int8_from_float32");
}

Array Ones(int64_t rows, int64_t columns) {
  return Array::FromVector<float>({rows, columns},
                                  std::vector<float>(rows * columns, 1));
}

TEST(DTypePolicyMapTest, WhatALayerIsSetToIsSetInTheMap) {
  const DTypePolicyMap policies("float32", {{"d", "bfloat16"}});
  Dense dense({.units = 3}, {.name = "d", .dtype = policies});
  EXPECT_EQ(dense->compute_dtype(), DType::kFloat32);
  ASSERT_TRUE(dense(Ones(2, 4)).ok());
  EXPECT_EQ(dense->compute_dtype(), DType::kBFloat16);
  ASSERT_TRUE(dense->set_dtype_policy("float16").ok());
  EXPECT_EQ(dense->compute_dtype(), DType::kFloat16);
  EXPECT_EQ(FirstDifference(WrittenOf(dense->dtype_policy()),
                            Reference("policies/after_setting")),
            "");
  // So it is where Keras cannot name the policy: it is quantized in the map.
  Dense other({.units = 3}, {.name = "other", .dtype = policies});
  ASSERT_TRUE(other(Ones(2, 4)).ok());
  ASSERT_TRUE(other->Quantize("int8").ok());
  EXPECT_EQ(policies.At("other")->name(), "int8_from_float32");
  EXPECT_EQ(dense->dtype_policy(), policies);
}

void ExpectError(const absl::Status& status, const std::string& part) {
  EXPECT_FALSE(status.ok());
  EXPECT_TRUE(absl::StrContains(std::string(status.message()), part)) << status;
}

TEST(DTypePolicyMapTest, MisuseSaysWhatIsWrong) {
  const auto call = [](const DTypePolicy& policy) {
    return Dense({.units = 2}, {.name = "d", .dtype = policy})(Ones(2, 4))
        .status();
  };
  ExpectError(
      call(DTypePolicyMap("float32", {{"d.*", "float16"}, {".*", "bfloat16"}})),
      "'d' matches both 'd.*' and '.*'");
  ExpectError(call(DTypePolicyMap("float32", {{"d(", "float16"}})),
              "'d(' has missing )");
  const DTypePolicy map = DTypePolicyMap();
  ExpectError(call(DTypePolicyMap(map)), "is one itself");
  ExpectError(call(DTypePolicyMap("float32", {{"d", "int8_from_float16"}})),
              "int8");
  ExpectError(call(DTypePolicyMap("float32", {{"d", "gptq_from_float32"}})),
              "gptq/BITS/GROUP");
  ExpectError(call(DTypePolicyMap("float3")), "'float3'");
  DTypePolicy policy;
  ExpectError(Read(Value::Dict({{"class_name", "DTypePolicyMap"},
                                {"config", Value::Dict({{"policy_map", 3}})}}),
                   policy),
              "'policy_map' must be a dictionary");
}

}  // namespace
}  // namespace keratin

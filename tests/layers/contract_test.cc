// Every layer class keeps the contract of a layer, as the real Keras does:
// configuration, variables, shapes, masks, saving, dtypes. Keras:
// keras.src.testing.TestCase.run_layer_test.
#include <cctype>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "layers/base/layer_registry.h"
#include "tests/layers/contract.h"
#include "tests/layers/contract_cases.h"
#include "tests/layers/reference.h"

namespace keratin {
namespace {

// Whether a shape is what Keras says, unknown sizes being None there. What
// Keras does not infer of known inputs, `may_know` allows to be known.
std::string ShapeDifference(const Shape& got, const Value& want,
                            bool may_know = false) {
  std::string difference =
      absl::StrCat(got.ToString(), ", Keras ", want.ToString());
  if (got.size() != want.items().size()) return difference;
  for (int axis = 0; axis < got.rank(); ++axis) {
    const Value& size = want.items()[axis];
    if (size.is_none() ? got[axis].IsConstant() && !(may_know && axis > 0)
                       : !got[axis].IsConstant(size.as_int()))
      return difference;
  }
  return "";
}

class ContractTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    layer_ = MakeContractLayer(GetParam());
    ASSERT_TRUE(layer_) << "C++ makes no such layer: add it to "
                           "contract_cases.cc";
    ASSERT_TRUE(layer_->status().ok()) << layer_->status();
  }
  const Value& Recorded(const char* key) {
    static const auto* none = new Value();
    const Value* found = ContractOf(GetParam()).Find(key);
    return found == nullptr ? *none : *found;
  }
  // Calls the layer on KerasTensors.
  std::vector<KerasTensor> Symbolic(const Arguments& arguments) {
    std::vector<KerasTensor> outputs = layer_(arguments).keras_tensors();
    for (const KerasTensor& output : outputs)
      EXPECT_TRUE(output.ok()) << output.status();
    return outputs;
  }
  void ExpectShapes(const std::vector<KerasTensor>& outputs,
                    const Value& recorded, bool may_know) {
    ASSERT_EQ(outputs.size(), recorded.items().size());
    for (size_t k = 0; k < outputs.size(); ++k) {
      const Value& want = recorded.items()[k];
      EXPECT_EQ(
          ShapeDifference(outputs[k].shape(), *want.Find("shape"), may_know),
          "");
      EXPECT_EQ(std::string(DTypeName(outputs[k].dtype())),
                want.Find("dtype")->as_string());
    }
  }
  void ExpectVariables(const std::vector<Variable*>& variables,
                       const Value& recorded) {
    ASSERT_EQ(variables.size(), recorded.items().size());
    for (size_t k = 0; k < variables.size(); ++k) {
      const Value& want = recorded.items()[k];
      EXPECT_EQ(variables[k]->path(), want.Find("path")->as_string());
      EXPECT_EQ(ShapeDifference(variables[k]->shape(), *want.Find("shape")),
                "");
      EXPECT_EQ(std::string(DTypeName(variables[k]->dtype())),
                want.Find("dtype")->as_string());
    }
  }

  LayerPtr layer_;
};

TEST_P(ContractTest, WritesWhatKerasWrites) {
  const Value written = LayerRegistry::Serialize(*layer_);
  // A model says how it was built from the first.
  EXPECT_EQ(FirstDifference(*written.Find("config"),
                            *Recorded("serialized").Find("config")),
            "");
  auto read = LayerRegistry::Deserialize(written);
  ASSERT_TRUE(read.ok()) << read.status();
  // What is written of a model's layers when they are built.
  if (auto* model = dynamic_cast<Model*>(read->get()))
    ASSERT_TRUE(model->BuildAll().ok());
  EXPECT_EQ(FirstDifference((*read)->GetConfig(), layer_->GetConfig()), "");
  Symbolic(SymbolicArguments(GetParam()));
  EXPECT_EQ(
      FirstDifference(LayerRegistry::Serialize(*layer_), Recorded("built")),
      "");
}

TEST_P(ContractTest, HasKerasShapesAndVariables) {
  ExpectShapes(Symbolic(SymbolicArguments(GetParam())), Recorded("outputs"),
               /*may_know=*/true);
  ExpectVariables(layer_->trainable_weights(), Recorded("trainable"));
  ExpectVariables(layer_->non_trainable_weights(), Recorded("non_trainable"));
  EXPECT_EQ(layer_->variables().size() - layer_->weights().size(),
            static_cast<size_t>(Recorded("seeds").as_int()));
  // Sizes that Keras leaves open are open here.
  const Value& open = Recorded("open_outputs");
  if (open.is_none()) return;
  layer_ = MakeContractLayer(GetParam());
  ExpectShapes(Symbolic(SymbolicArguments(GetParam(), /*open=*/true)), open,
               /*may_know=*/false);
}

TEST_P(ContractTest, ComputesTheSameAgainAndFromAFile) {
  const Arguments inputs = SymbolicArguments(GetParam());
  const Value outputs = layer_(inputs);
  Value::Items tensors;
  inputs.ForEachLeaf([&](const Value& leaf) { tensors.push_back(leaf); });
  auto model = MakeModel(Value::List(tensors), outputs, {.name = "model"});
  ASSERT_TRUE(model.ok()) << model.status();
  const std::string path =
      std::string(std::getenv("TEST_TMPDIR")) + "/model.keras";
  ASSERT_TRUE(Save(**model, path).ok());

  // Stateless: nothing is touched.
  ASSERT_TRUE(layer_->GetWeights().ok());
  std::vector<Array> trainable, non_trainable;
  std::vector<int64_t> versions;
  for (const Variable* variable : layer_->trainable_variables()) {
    trainable.push_back(*variable->array());
    versions.push_back(variable->version());
  }
  for (const Variable* variable : layer_->non_trainable_arguments()) {
    non_trainable.push_back(*variable->array());
    versions.push_back(variable->version());
  }
  const Arguments data = ConcreteArguments(GetParam());
  auto once = layer_->StatelessCall(trainable, non_trainable, data);
  ASSERT_TRUE(once.ok()) << once.status();
  auto again = layer_->StatelessCall(trainable, non_trainable, data);
  ASSERT_TRUE(again.ok()) << again.status();
  std::vector<int64_t> after;
  for (const Variable* variable : layer_->trainable_variables())
    after.push_back(variable->version());
  for (const Variable* variable : layer_->non_trainable_arguments())
    after.push_back(variable->version());
  EXPECT_EQ(versions, after);
  EXPECT_EQ(once->losses.size(),
            static_cast<size_t>(Recorded("losses").as_int()));

  // A call, and one of what is in the file, compute the same.
  auto called = layer_->CallOnArrays(data);
  ASSERT_TRUE(called.ok()) << called.status();
  auto loaded = Load(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  Value::Items arrays;
  data.ForEachLeaf([&](const Value& leaf) { arrays.push_back(leaf); });
  auto from_file = (*loaded)->CallOnArrays({{Value::List(arrays)}, {}});
  ASSERT_TRUE(from_file.ok()) << from_file.status();

  const std::vector<Array> want = once->outputs.arrays();
  const std::vector<KerasTensor> symbolic = outputs.keras_tensors();
  ASSERT_EQ(want.size(), symbolic.size());
  ASSERT_EQ(want.size(), from_file->outputs.arrays().size());
  for (size_t k = 0; k < want.size(); ++k) {
    auto sizes = symbolic[k].shape().Evaluate({{"batch", 2}});
    ASSERT_TRUE(sizes.ok()) << sizes.status();
    EXPECT_EQ(want[k].sizes(), *sizes);
    EXPECT_EQ(want[k].dtype(), symbolic[k].dtype());
    EXPECT_TRUE(again->outputs.arrays()[k].Identical(want[k]));
    EXPECT_TRUE(called->outputs.arrays()[k].Identical(want[k]));
    EXPECT_TRUE(from_file->outputs.arrays()[k].Identical(want[k]));
  }
}

TEST_P(ContractTest, PassesMasksAsKeras) {
  const Value& recorded = Recorded("masks");
  if (recorded.is_none()) return;  // its inputs have no steps
  Arguments arguments = SymbolicArguments(GetParam());
  for (KerasTensor& tensor : arguments.positional[0].keras_tensors())
    tensor.set_mask({tensor.shape()[0], tensor.shape()[1]});
  const std::vector<KerasTensor> outputs = Symbolic(arguments);
  ASSERT_EQ(outputs.size(), recorded.items().size());
  for (size_t k = 0; k < outputs.size(); ++k) {
    const Value& want = recorded.items()[k];
    const Shape* mask = outputs[k].mask();
    EXPECT_EQ(mask == nullptr, want.is_none());
    if (mask != nullptr && !want.is_none())
      EXPECT_EQ(ShapeDifference(*mask, want), "");
  }
}

TEST_P(ContractTest, RunsInMixedPrecision) {
  for (const auto& [policy, dtypes] : Recorded("mixed").entries()) {
    SCOPED_TRACE(policy);
    Value serialized = Recorded("serialized");
    Value config = *serialized.Find("config");
    config.Set("dtype", policy);
    serialized.Set("config", config);
    LayerPtr layer;
    const absl::Status read = Read(serialized, layer);
    ASSERT_TRUE(read.ok()) << read;
    auto results = layer->CallOnArrays(ConcreteArguments(GetParam()));
    ASSERT_TRUE(results.ok()) << results.status();
    const std::vector<Array> outputs = results->outputs.arrays();
    ASSERT_EQ(outputs.size(), dtypes.items().size());
    for (size_t k = 0; k < outputs.size(); ++k) {
      EXPECT_EQ(std::string(DTypeName(outputs[k].dtype())),
                dtypes.items()[k].as_string());
    }
  }
}

std::string TestName(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Layers, ContractTest,
                         testing::ValuesIn(ContractNames()), TestName);

TEST(ContractTableTest, HoldsEveryRegisteredClass) {
  // One is not called, the other has no computation of its own.
  std::set<std::string> held = {"InputLayer", "Model"};
  for (const auto& [name, maker] : ContractCases()) {
    held.insert(name.substr(0, name.find('/')));
    EXPECT_FALSE(ContractOf(name).is_none())
        << name << " is not in contract.json; add it: KERAS_BACKEND=jax python "
        << "tests/layers/make_contract.py";
  }
  for (const std::string& name : LayerRegistry::ClassNames()) {
    EXPECT_TRUE(held.contains(name))
        << "the layer class " << name
        << " is held to no contract: add it to make_contract.py and "
           "contract_cases.cc";
  }
}

}  // namespace
}  // namespace keratin

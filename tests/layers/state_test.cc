// What layers keep: the losses of a call, what they save of themselves; and
// what happens to who misuses them.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "layers/base/config.h"
#include "layers/base/layer_ptr.h"
#include "layers/core/activation_layers.h"
#include "layers/core/dense.h"
#include "layers/core/input_layer.h"
#include "layers/models/functional.h"
#include "layers/models/sequential.h"
#include "layers/models/summary.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/reduction.h"
#include "layers/regularizers/regularizers.h"
#include "layers/saving/save.h"
#include "tests/layers/reference.h"

namespace keratin {
namespace {

Array Numbers(float times) {
  std::vector<float> numbers;
  for (int k = 0; k < 6; ++k) numbers.push_back(times * static_cast<float>(k));
  return Array::FromVector<float>({2, 3}, numbers);
}

// As the class of that name in make_state_reference.py.
class Block : public Layer {
 public:
  LayerPtr inner() const { return inner_; }

 private:
  absl::Status Configured() override {
    Layer::Track("inner", inner_.shared());
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    const Tensor y = inner_(x);
    AddLoss(ops::Sum(y));
    return y;
  }
  LayerPtr inner_ = Dense({.units = 2,
                           .kernel_initializer = "ones",
                           .kernel_regularizer = regularizers::L2(0.5)},
                          {.activity_regularizer = regularizers::L1(0.25)});
};

void ExpectLosses(Layer& layer, const std::string& reference) {
  SCOPED_TRACE(reference);
  auto losses = layer.losses();
  ASSERT_TRUE(losses.ok()) << losses.status();
  const Value want = Reference(reference);
  ASSERT_EQ(losses->size(), want.items().size());
  for (size_t k = 0; k < losses->size(); ++k)
    EXPECT_NEAR((*losses)[k].AtFlat(0), want.items()[k].as_double(), 1e-5);
}

TEST(StateTest, LossesAreThoseOfTheLastCall) {
  auto block = Make<Block>({.name = "block"});
  ASSERT_TRUE(block(Numbers(1)).ok());
  ASSERT_TRUE(block(Numbers(2)).ok());
  ExpectLosses(*block, "losses/after_two_calls");
  ExpectLosses(*block->inner(), "losses/of_inner");
  ASSERT_TRUE(block->inner()(Numbers(1)).ok());
  ExpectLosses(*block, "losses/after_inner_alone");
  Variable* kernel = block->inner()->weights()[0];
  ASSERT_TRUE(kernel
                  ->Assign(Array::FromVector<float>(
                      {3, 2}, std::vector<float>(6, 2.0F)))
                  .ok());
  ExpectLosses(*block, "losses/after_assign");
}

TEST(StateTest, PartsTakenAwayAreNoLongerComputed) {
  Sequential model({Input({.shape = {{3}}}), ReLU(),
                    Activation({.activation = "softplus"})});
  const Array x = Array::FromVector<float>({1, 3}, {-1, 0, 2});
  ASSERT_TRUE(model(x).ok());
  ASSERT_TRUE(model.Pop().ok());
  EXPECT_EQ(model(x)->ToString(), "float32 (1, 3) [0, 0, 2]");
  ASSERT_TRUE(
      model.Add(Activation({.activation = "tanh"}, {.name = "last"})).ok());
  EXPECT_EQ(model(x)->ToString(), "float32 (1, 3) [0, 0, 0.964028]");
  auto summary = Summary(*model);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_NE(summary->find("last (Activation)"), std::string::npos) << *summary;
  ASSERT_TRUE(model.Pop().ok());
  summary = Summary(*model);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->find("last"), std::string::npos) << *summary;
}

TEST(StateTest, AGraphTakesInputsOfItsSizesOnly) {
  const KerasTensor input = Input({.shape = {{8}}});
  auto model = MakeModel(Value(input), Value(ReLU()(input)));
  ASSERT_TRUE(model.ok()) << model.status();
  const auto result =
      (**model)(Array::FromVector<float>({1, 9}, std::vector<float>(9)));
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.status().message().find("(batch, 8)"), std::string::npos)
      << result.status();
}

// As in Keras, they are frozen in this model, and free in others.
TEST(StateTest, AFrozenModelLeavesItsLayersAsTheyAre) {
  const KerasTensor input = Input({.shape = {{8}}});
  Dense dense({.units = 3});
  auto model =
      MakeModel(Value(input), Value(dense(input)), {.trainable = false});
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_TRUE((*model)->trainable_weights().empty());
  EXPECT_EQ(dense->trainable_weights().size(), 2u);
}

TEST(StateTest, SignaturesBeyondTheCacheAreCompiledAgain) {
  const size_t before = config::eager_cache_size();
  config::set_eager_cache_size(2);
  const LayerPtr relu = ReLU();
  for (int round = 0; round < 2; ++round) {
    for (int64_t size = 1; size <= 3; ++size) {
      auto y = relu(Array::Zeros(DType::kFloat32, {size}));
      ASSERT_TRUE(y.ok()) << y.status();
      EXPECT_EQ(y->sizes(), std::vector<int64_t>{size});
    }
  }
  config::set_eager_cache_size(before);
}

// Saves its table under a name of its own, and how often it was saved.
class Table : public Layer {
 public:
  Weight rows;

 private:
  absl::Status Build(const Shape& input) override {
    rows = AddWeight({.name = "rows", .shape = {input.back()}});
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override { return x + rows; }
  absl::Status SaveOwnVariables(VariableStore& store) const override {
    store["table"] = *rows->array();
    store["saved"] = Array::Scalar(1.0F);
    return absl::OkStatus();
  }
  absl::Status LoadOwnVariables(const VariableStore& store) override {
    if (!store.contains("table"))
      return absl::InvalidArgumentError("the store has no 'table'");
    return AssignStored(*rows, store.at("table"));
  }
};
KERATIN_REGISTER_LAYER("state_test", Table);

std::string Path(const char* name) {
  return std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
}

TEST(StateTest, ALayerMaySaveItselfInItsOwnWay) {
  Sequential model({Input({.shape = {{3}}}), Make<Table>({.name = "t"})});
  const Array want = *model(Numbers(1));
  ASSERT_TRUE(Save(*model, Path("table.keras")).ok());
  auto loaded = Load(Path("table.keras"));
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_TRUE((**loaded)(Numbers(1))->Identical(want));
}

TEST(StateTest, AStoreThatDoesNotFitNamesBothSides) {
  Sequential table({Input({.shape = {{3}}}), Make<Table>({.name = "t"})});
  ASSERT_TRUE(table(Numbers(1)).ok());
  ASSERT_TRUE(SaveWeights(*table, Path("table.weights.h5")).ok());
  Dense dense({.units = 2}, {.name = "d"});
  ASSERT_TRUE(dense(Numbers(1)).ok());
  EXPECT_EQ(
      dense->LoadOwnVariables({{"0", Numbers(1)}}).message(),
      "layer 'd' has 2 variables (kernel, bias), and the weights file holds 1 "
      "for it (0); save the model again from the code that made it");
  EXPECT_EQ(dense
                ->LoadOwnVariables({{"0", Numbers(1)},
                                    {"1", Array::Zeros(DType::kFloat32, {2})}})
                .message(),
            "variable 'd/kernel' has shape (3, 2) and dtype float32, and "
            "cannot take an array of shape (2, 3) and dtype float32");
  VariableStore store;
  ASSERT_TRUE(dense->SaveOwnVariables(store).ok());
  EXPECT_EQ(store.size(), 2);
  EXPECT_TRUE(dense->LoadOwnVariables(store).ok());
}

// Keeps a tensor of its last call, which is none of the next.
class Escaping : public Layer {
  Tensor Call(const Tensor& x) override {
    const Tensor sum = kept_.id() == nullptr ? x : x + kept_;
    kept_ = x;
    return sum;
  }
  Tensor kept_;
};

class Twice : public Layer {
 public:
  explicit Twice(Weight weight) : weight_(std::move(weight)) {}

 private:
  absl::Status Configured() override {
    Layer::Track(weight_);
    Layer::Track(weight_);
    return absl::OkStatus();
  }
  Weight weight_;
};

class Holder : public Layer {
 public:
  void Hold(const std::shared_ptr<Layer>& layer) {
    Layer::Track("held", layer);
  }
};

template <typename T>
std::string Message(const T& result) {
  return std::string(result.status().message());
}

TEST(MisuseTest, ATensorThatEscapesItsTraceIsAnError) {
  auto escaping = Make<Escaping>({.name = "e"});
  EXPECT_EQ(Message(escaping(Numbers(1))),
            "layer 'e': a tensor is used outside of the trace that made it; "
            "keep no tensor beyond the call of its layer");
}

TEST(MisuseTest, AVariableTrackedTwiceIsAnError) {
  Dense dense({.units = 2}, {.name = "d"});
  ASSERT_TRUE(dense(Numbers(1)).ok());
  const Weight weight(std::make_shared<Variable>(
      WeightSpec{.name = "w", .dtype = DType::kFloat32}, "other/w"));
  auto twice = Make<Twice>({.name = "t"}, weight);
  EXPECT_EQ(Message(*twice),
            "layer 't' of class 'Twice': the weight 'other/w' is tracked twice "
            "by layer 't'");
  // And of every call.
  EXPECT_EQ(Message(twice(Numbers(1))), Message(*twice));
}

TEST(MisuseTest, ACycleOfLayersIsAnError) {
  auto a = Make<Holder>({.name = "a"});
  auto b = Make<Holder>({.name = "b"});
  auto c = Make<Holder>({.name = "c"});
  a->Hold(b);
  b->Hold(c);
  c->Hold(a);
  EXPECT_EQ(Message(*c),
            "'held' of layer 'c' holds the layer 'a', of which it is a part: a "
            "cycle");
  EXPECT_TRUE(a->weights().empty());
  b->Hold(b);
  EXPECT_EQ(Message(*b), "'held' of layer 'b' holds the layer itself");
}

TEST(MisuseTest, ACycleInASavedGraphIsAnError) {
  const std::string json = R"({"class_name": "Functional", "config": {
    "name": "m", "trainable": true, "layers": [
     {"class_name": "InputLayer", "name": "x", "inbound_nodes": [],
      "config": {"batch_shape": [null, 2], "dtype": "float32", "name": "x"}},
     {"class_name": "ReLU", "name": "r", "config": {"name": "r"},
      "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config":
       {"shape": [null, 2], "dtype": "float32", "keras_history": ["s", 0, 0]}}],
       "kwargs": {}}]},
     {"class_name": "ReLU", "name": "s", "config": {"name": "s"},
      "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config":
       {"shape": [null, 2], "dtype": "float32", "keras_history": ["r", 0, 0]}}],
       "kwargs": {}}]}],
    "input_layers": [["x", 0, 0]], "output_layers": [["r", 0, 0]]}})";
  EXPECT_EQ(
      Message(FromJson(json)),
      "layer 'm' of class 'Functional': the layer 'r' is part of a cycle");
}

// A sublayer added after the build.
class Late : public Layer {
  Tensor Call(const Tensor& x) override {
    Layer::Track("late", std::shared_ptr<Layer>(ReLU()));
    return x;
  }
};

TEST(MisuseTest, StateAddedAfterTheBuildIsAnError) {
  EXPECT_EQ(Message(Make<Late>({.name = "l"})(Numbers(1))),
            "layer 'l': the layer under 'late' is added to layer 'l', which is "
            "already built; all state must be made in Configured or Build");
}

TEST(MisuseTest, WrongListsOfValuesSayWhichIsWrong) {
  Dense dense({.units = 2}, {.name = "d"});
  ASSERT_TRUE(dense(Numbers(1)).ok());
  const std::vector<Array> weights = *dense->GetWeights();
  const Arguments x = {{Value(Numbers(1))}, {}};
  EXPECT_EQ(
      Message(dense->StatelessCall(weights, {weights[1]}, x)),
      "layer 'd' has 0 non-trainable variables, and its stateless call is "
      "given 1");
  const std::string wrong =
      Message(dense->StatelessCall({weights[1], weights[0]}, {}, x));
  EXPECT_NE(wrong.find("d/kernel"), std::string::npos) << wrong;
}

Array Ones(std::vector<int64_t> sizes) {
  Array array = Array::Zeros(DType::kFloat32, sizes);
  for (int64_t k = 0; k < array.elements(); ++k)
    array.mutable_data<float>()[k] = 1;
  return array;
}

TEST(VariableTest, FreezingOneIsSeenByTheNextCall) {
  const Dense dense({.units = 1, .kernel_initializer = "ones"}, {.name = "d"});
  ASSERT_TRUE(dense(Ones({1, 2})).ok());
  dense->weights()[1]->set_trainable(false);
  EXPECT_EQ(dense->trainable_variables().size(), 1u);
  auto y = dense->StatelessCall({Ones({2, 1})}, {Ones({1})},
                                {{Value(Ones({1, 2}))}, {}});
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_EQ(y->outputs.as_array().AtFlat(0), 3);
  EXPECT_EQ(y->non_trainable.size(), 1u);
  // And eagerly, the value that it has now.
  ASSERT_TRUE(dense->weights()[1]->Assign(Ones({1})).ok());
  EXPECT_EQ(dense(Ones({1, 2}))->AtFlat(0), 3);
  dense->weights()[1]->set_trainable(true);
  EXPECT_EQ(dense->trainable_variables().size(), 2u);
  dense->set_trainable(false);
  EXPECT_TRUE(dense->trainable_variables().empty());
  dense->set_trainable(true);
  EXPECT_EQ(dense->trainable_variables().size(), 2u);
  EXPECT_EQ(dense(Ones({1, 2}))->AtFlat(0), 3);
}

// Has two of a type, all one, and adds its inputs to them or subtracts them.
class Sums : public Layer {
 public:
  Sums(DType dtype, bool adds) : dtype_(dtype), adds_(adds) {}

 private:
  absl::Status Configured() override {
    sum_ = AddWeight({.name = "sum",
                      .shape = {2},
                      .dtype = dtype_,
                      .trainable = false,
                      .initializer = "ones"});
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    if (adds_) sum_->AssignAdd(x);
    if (!adds_) sum_->AssignSub(x);
    return x;
  }
  DType dtype_;
  bool adds_;
  Weight sum_;
};

TEST(VariableTest, IntegersAddFloatsAsKeras) {
  auto layer = Make<Sums>({}, DType::kInt32, true);
  ASSERT_TRUE(layer(Array::FromVector<float>({2}, {1.6F, -2.5F})).ok());
  // 2.6 and -1.5, without what is behind the point.
  EXPECT_EQ(layer->weights()[0]->array()->ToString(), "int32 (2,) [2, -1]");
}

TEST(VariableTest, BoolsSubtractIntegersAsKeras) {
  auto layer = Make<Sums>({}, DType::kBool, false);
  ASSERT_TRUE(layer(Array::FromVector<int32_t>({2}, {1, 2})).ok());
  // 0 and -1.
  EXPECT_EQ(layer->weights()[0]->array()->AtFlat(0), 0);
  EXPECT_EQ(layer->weights()[0]->array()->AtFlat(1), 1);
}

TEST(VariableTest, WeightsTakeArraysOfOtherTypes) {
  const Dense dense({.units = 1}, {.name = "d"});
  ASSERT_TRUE(dense(Ones({1, 2})).ok());
  ASSERT_TRUE(dense
                  ->SetWeights({Array::FromVector<double>({2, 1}, {0.5, 2}),
                                Array::FromVector<int32_t>({1}, {3})})
                  .ok());
  EXPECT_EQ(dense->weights()[0]->array()->ToString(),
            "float32 (2, 1) [0.5, 2]");
  EXPECT_EQ(dense(Ones({1, 2}))->AtFlat(0), 5.5);
}

TEST(VariableTest, NamesHaveNoSlash) {
  class Slashed : public Layer {
    absl::Status Configured() override {
      AddWeight({.name = "x/y"});
      return absl::OkStatus();
    }
  };
  EXPECT_TRUE(
      absl::StrContains(Make<Slashed>({.name = "s"})->status().message(),
                        "the name of the weight 'x/y' of layer 's' "
                        "cannot contain '/'"));
}

}  // namespace
}  // namespace keratin

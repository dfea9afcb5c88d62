// Models as the real Keras builds, calls, masks and saves them;
// make_model_reference.py has the same classes.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "layers/base/names.h"
#include "layers/base/warning.h"
#include "layers/models/summary.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/creation.h"
#include "layers/ops/nodes/symbolic_ops.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"
#include "layers/saving/json.h"
#include "layers/saving/save.h"
#include "tests/layers/reference.h"

namespace keratin {
namespace {

std::vector<std::string> PathsOf(const Layer& layer) {
  std::vector<std::string> paths;
  for (const Variable* weight : layer.weights())
    paths.push_back(weight->path());
  return paths;
}

Array Ones(std::vector<int64_t> sizes) {
  Array array = Array::Zeros(DType::kFloat32, sizes);
  const int64_t count = array.shape().Elements().AsConstant().value_or(0);
  for (int64_t k = 0; k < count; ++k) array.mutable_data<float>()[k] = 1;
  return array;
}

// Of a call's results, all that are arrays.
void ExpectArrays(const absl::StatusOr<ConcreteResults>& got,
                  const std::string& reference) {
  SCOPED_TRACE(reference);
  ASSERT_TRUE(got.ok()) << got.status();
  const std::vector<Array> arrays = got->outputs.arrays();
  Value want = Reference(reference);
  if (want.is_dict()) want = Value::List({want});
  ASSERT_EQ(arrays.size(), want.items().size());
  for (size_t k = 0; k < arrays.size(); ++k)
    EXPECT_EQ(FarFrom(arrays[k], *want.items()[k].Find("data"), 1e-6), "");
}

void ExpectChain(const Sequential& model, size_t step) {
  SCOPED_TRACE(step);
  const Value want = Reference("sequential/chain").items()[step];
  EXPECT_EQ(model->built(), want.Find("built")->as_bool());
  EXPECT_EQ(PathsOf(*model), StringsOf(*want.Find("paths")));
  EXPECT_EQ(*model->count_params(), want.Find("params")->as_int());
}

TEST(SequentialTest, IsBuiltAsItGrows) {
  const Sequential model(
      {Input({.shape = {{3}}}), Dense({.units = 2}, {.name = "a"})},
      {.name = "chain"});
  ExpectChain(model, 0);
  ASSERT_TRUE(model.Add(Dense({.units = 4}, {.name = "b"})).ok());
  ExpectChain(model, 1);
  ASSERT_TRUE(model.Pop().ok());
  ExpectChain(model, 2);
  const Sequential empty({Input({.shape = {{3}}}), Dense({.units = 2})});
  ASSERT_TRUE(empty.Pop().ok());
  EXPECT_FALSE(empty->built());
  EXPECT_FALSE(empty->count_params().ok());
  // From a shape alone, all of it.
  const Sequential by_shape({Dense({.units = 2}), Dense({.units = 1})});
  ASSERT_TRUE(by_shape->EnsureBuilt({4, 3}).ok());
  EXPECT_EQ(by_shape->weights().size(), 4u);
  // What needs its variables works at once.
  EXPECT_TRUE(model->SetWeights({Ones({3, 2}), Ones({2})}).ok());
  auto y = model->StatelessCall({Ones({3, 2}), Ones({2})}, {},
                                {{Value(Ones({1, 3}))}, {}});
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_EQ(y->outputs.as_array().ToString(), "float32 (1, 2) [4, 4]");
  EXPECT_TRUE(model->Quantize(QuantizationConfig("int8")).ok());
}

TEST(SequentialTest, HasTheModelsInItAsKeras) {
  const Sequential unbuilt(
      {Input({.shape = {{3}}}),
       Sequential({Dense({.units = 2}, {.name = "a"})}, {.name = "in"}),
       Dense({.units = 1}, {.name = "b"})},
      {.name = "out"});
  EXPECT_EQ(PathsOf(*unbuilt),
            StringsOf(Reference("sequential/inner_unbuilt")));
  const Sequential built(
      {Sequential({Input({.shape = {{3}}}), Dense({.units = 2}, {.name = "a"})},
                  {.name = "in"}),
       Dense({.units = 1}, {.name = "b"})},
      {.name = "out"});
  EXPECT_EQ(built->built(),
            Reference("sequential/inner_built_is_built").as_bool());
  EXPECT_EQ(PathsOf(*built), StringsOf(Reference("sequential/inner_built")));
}

TEST(SequentialTest, SaysAtOnceWhatDoesNotFit) {
  const Sequential model(
      {Input({.shape = {{3}}}),
       Conv2D({.filters = 2, .kernel_size = 3}, {.name = "conv"})});
  // Keras's sentence, but for the name of the unknown size.
  std::string wrong = Reference("sequential/wrong").as_string();
  wrong.resize(wrong.find("(None"));
  ASSERT_TRUE(absl::StrContains(wrong, "expected min_ndim=4"));
  EXPECT_TRUE(absl::StrContains(model->status().message(), wrong))
      << model->status();
  const Sequential good({Input({.shape = {{3}}}), Dense({.units = 2})});
  EXPECT_TRUE(absl::StrContains(
      good.Add(Conv2D({.filters = 2, .kernel_size = 3}, {.name = "conv"}))
          .message(),
      wrong));
  EXPECT_FALSE(good->built());
}

TEST(SequentialTest, UnbuiltItIsSavedAsItIs) {
  const Sequential model(
      {Dense({.units = 2}, {.name = "a"}), Dropout({.rate = 0.5})},
      {.name = "m"});
  const std::string path = absl::StrCat(testing::TempDir(), "/unbuilt.keras");
  ASSERT_TRUE(Save(*model, path).ok());
  auto loaded = Load(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_FALSE((*loaded)->built());
  EXPECT_EQ((*loaded)->layers().size(), 2u);
  EXPECT_EQ(Compile(**loaded, {}).status().message(),
            "model 'm' has no defined inputs yet; build it by calling it on an "
            "Input");
  // A call builds it.
  EXPECT_TRUE((*loaded)->CallOnArrays({{Value(Ones({1, 3}))}, {}}).ok());
  EXPECT_EQ((*loaded)->weights().size(), 2u);
}

class Inner : public Layer {
  absl::Status Configured() override {
    weight_ = AddWeight({.shape = {2}});
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override { return x + weight_; }
  Weight weight_;
};

class OuterOfLate : public Layer {
  absl::Status Configured() override {
    AddWeight({.shape = {2}});
    return absl::OkStatus();
  }
  absl::Status Build(const Shape& input) override {
    AddWeight({.shape = {2}});
    dense_ = Dense({.units = 2}, {.name = "dense"});
    inner_ = Make<Inner>({.name = "inner"});
    const Dense early({.units = 3}, {.name = "early"});
    Track("dense", dense_.shared());
    Track("inner", inner_.shared());
    Track("early", early.shared());
    return early->EnsureBuilt(input);
  }
  Tensor Call(const Tensor& x) override { return inner_(dense_(x)); }
  LayerPtr dense_, inner_;
};

TEST(NamesTest, OfWeightsAndLateLayersAreThoseOfKeras) {
  ResetNames();
  auto outer = Make<OuterOfLate>({.name = "outer"});
  auto y = outer(Ones({1, 2}));
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_EQ(PathsOf(*outer), StringsOf(Reference("names")));
}

void ExpectTraining(const Layer& layer, const std::string& reference) {
  SCOPED_TRACE(reference);
  Layer& model = const_cast<Layer&>(layer);
  const Value x(Ones({2, 8}));
  ExpectArrays(model.CallOnArrays({{x}, {}}), reference + "/unset");
  ExpectArrays(model.CallOnArrays({{x}, {{"training", false}}}),
               reference + "/false");
  ExpectArrays(model.CallOnArrays({{x}, {{"training", Value()}}}),
               reference + "/none");
  ExpectArrays(model.CallOnArrays({{x}, {{"training", 0}}}),
               reference + "/false");
}

// A model that drops whenever it is not told otherwise.
ModelPtr Always(const KerasTensor& x) {
  auto model = MakeModel(Value(x), Value(Dropout({.rate = 0.5, .seed = 1})(
                                       x, {{"training", true}})));
  EXPECT_TRUE(model.ok()) << model.status();
  return *model;
}

TEST(TrainingTest, UnsetItIsLeftToTheLayers) {
  const KerasTensor x = Input({.shape = {{8}}});
  ExpectTraining(*Always(x), "training/always");
  ExpectTraining(*Sequential({x, Always(x)}), "training/nested");
  ExpectTraining(*Sequential({x, Dropout({.rate = 0.5, .seed = 1}), Always(x)}),
                 "training/after");
}

class Both : public Layer {
 public:
  bool supports_masking() const override { return true; }

 private:
  Value CallWith(const CallContext&, const Arguments& a) override {
    return a.positional[0].MapLeaves(
        [](const Value& x) { return Value(2.0 * x.as_tensor()); });
  }
};

class Hides : public Layer {
  absl::Status Configured() override {
    Track("masking", masking_.shared());
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override { return masking_(x); }
  Masking masking_{};
};

class Sums : public Layer {
  Tensor Call(const Tensor& x) override { return ops::Sum(x, {1}); }
};

class Counts : public Layer {
  CallSignature signature() const override {
    return {.arguments = {"x", "other", "mask"}};
  }
  Value CallWith(const CallContext& context, const Arguments&) override {
    if (!context.mask.ok()) return Value(ops::Full({1}, -1.0, DType::kFloat32));
    return Value(
        ops::Reshape(ops::Sum(ops::Cast(context.mask, DType::kFloat32)), {1}));
  }
};

TEST(MasksTest, GoWithTheOutputsOfKeras) {
  const KerasTensor steps = Input({.shape = {{4, 2}}}),
                    plain = Input({.shape = {{4, 2}}});
  Array x = Ones({1, 4, 2});
  for (int k = 4; k < 8; ++k) x.mutable_data<float>()[k] = 0;
  const GlobalAveragePooling1D mean;
  const auto expect = [&](const std::vector<KerasTensor>& outputs,
                          const std::string& reference) {
    SCOPED_TRACE(reference);
    std::vector<KerasTensor> means;
    for (const KerasTensor& output : outputs) means.push_back(mean(output));
    auto model = MakeModel({steps, plain}, means);
    ASSERT_TRUE(model.ok()) << model.status();
    ExpectArrays((*model)->CallOnArrays({{Value::List({x, x})}, {}}),
                 reference);
  };
  const KerasTensor masked = Masking()(steps);
  const auto both = [](const KerasTensor& a, const KerasTensor& b) {
    return Make<Both>()(Arguments{{Value::List({a, b})}, {}}).keras_tensors();
  };
  std::vector<KerasTensor> apart = both(masked, plain);
  for (const KerasTensor& tensor : both(plain, masked)) apart.push_back(tensor);
  expect(apart, "masks/apart");
  expect({Make<Hides>()(steps), plain}, "masks/hidden");
  const LSTMOptions lstm = {.units = 2,
                            .kernel_initializer = "ones",
                            .recurrent_initializer = "ones",
                            .return_sequences = true};
  expect({LSTM(lstm)(masked), plain}, "masks/lstm");
  LSTMOptions states = lstm;
  states.return_state = true;
  expect(
      {LSTM(states)(Arguments{{Value(masked)}, {}}).keras_tensors()[0], plain},
      "masks/lstm_states");
  const Bidirectional pair({.layer = LSTM(lstm), .merge_mode = std::nullopt});
  expect(pair(Arguments{{Value(masked)}, {}}).keras_tensors(),
         "masks/bidirectional");
}

TEST(MasksTest, ThatAreDroppedAreAWarningOfKeras) {
  std::vector<std::string> warnings;
  SetWarningHandler([&](const std::string& said) { warnings.push_back(said); });
  const KerasTensor x = Input({.shape = {{4, 2}}});
  const auto plain = Make<Sums>({.name = "plain"});
  auto model = MakeModel({x}, {plain(Masking()(x)), plain(x)});
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_TRUE((*model)->CallOnArrays({{Value(Ones({1, 4, 2}))}, {}}).ok());
  EXPECT_EQ(warnings, StringsOf(Reference("masks/warnings")));
  // What sees no mask, supports masks, or gives its own, says nothing.
  warnings.clear();
  auto silent = MakeModel({x}, {Make<Sums>()(x), Make<Both>()(Masking()(x)),
                                Make<Hides>()(Masking()(x))});
  ASSERT_TRUE(silent.ok()) << silent.status();
  ASSERT_TRUE((*silent)->CallOnArrays({{Value(Ones({1, 4, 2}))}, {}}).ok());
  EXPECT_TRUE(warnings.empty()) << warnings[0];
  SetWarningHandler(nullptr);
}

TEST(MasksTest, AreAnArgumentOfTheOnlyTensorAlone) {
  const KerasTensor steps = Input({.shape = {{4, 2}}});
  Array x = Ones({1, 4, 2});
  for (int k = 4; k < 8; ++k) x.mutable_data<float>()[k] = 0;
  const auto counts = Make<Counts>();
  const KerasTensor masked = Masking()(steps);
  auto model = MakeModel(
      {steps}, {counts(masked), counts(masked, {{"other", Value(steps)}})});
  ASSERT_TRUE(model.ok()) << model.status();
  auto y = (*model)->CallOnArrays({{Value(x)}, {}});
  ASSERT_TRUE(y.ok()) << y.status();
  const Value want = Reference("masks/counted");
  for (size_t k = 0; k < 2; ++k) {
    EXPECT_EQ(y->outputs.arrays()[k].AtFlat(0), want.items()[k].as_double())
        << k;
  }
  auto given = counts->CallOnArrays(
      {{Value(x)},
       {{"other", Value(x)},
        {"mask", Value(*Ones({1, 4}).Cast(DType::kBool))}}});
  ASSERT_TRUE(given.ok()) << given.status();
  EXPECT_EQ(given->outputs.as_array().AtFlat(0), want.items()[2].as_double());
}

class SumOfWhatThereIs : public Layer {
  CallSignature signature() const override { return {.arguments = {"a", "b"}}; }
  Value CallWith(const CallContext&, const Arguments& a) override {
    const Value* b = a.Find(1, "b");
    const Tensor& x = a.positional[0].as_tensor();
    return Value(b != nullptr && b->is_tensor() ? x + b->as_tensor() : x);
  }
};

Array Counted() {
  std::vector<float> numbers;
  for (int k = 0; k < 8; ++k) numbers.push_back(static_cast<float>(k));
  return Array::FromVector<float>({2, 4}, numbers);
}

TEST(InputsTest, OptionalOnesMayBeNone) {
  const KerasTensor a = Input({.shape = {{4}}, .name = "a"});
  const KerasTensor b = Input({.shape = {{4}}, .optional = true, .name = "b"});
  auto model =
      MakeModel(Value::List({a, b}),
                Make<SumOfWhatThereIs>()(Arguments{{Value(a), Value(b)}, {}}));
  ASSERT_TRUE(model.ok()) << model.status();
  const Value x(Counted());
  ExpectArrays((*model)->CallOnArrays({{Value::List({x, x})}, {}}),
               "inputs/with");
  ExpectArrays((*model)->CallOnArrays({{Value::List({x, Value()})}, {}}),
               "inputs/without");
  EXPECT_TRUE(
      absl::StrContains((*model)
                            ->CallOnArrays({{Value::List({Value(), x})}, {}})
                            .status()
                            .message(),
                        "the input 'a' is not optional, and is given None"));
}

// As Keras, which has no computation for it either.
TEST(InputsTest, LayersRefuseNoneWhereATensorBelongs) {
  const KerasTensor a = Input({.shape = {{4, 2}}, .name = "a"});
  const KerasTensor b =
      Input({.shape = {{4, 2}}, .optional = true, .name = "b"});
  for (const LayerPtr& layer :
       std::vector<LayerPtr>{Add(), Multiply(), Concatenate(), Attention()}) {
    auto model = MakeModel({a, b}, {layer({a, b})});
    ASSERT_TRUE(model.ok()) << model.status();
    const Value x(Ones({1, 4, 2}));
    EXPECT_TRUE((*model)->CallOnArrays({{Value::List({x, x})}, {}}).ok());
    EXPECT_TRUE(absl::StrContains(
        (*model)
            ->CallOnArrays({{Value::List({x, Value()})}, {}})
            .status()
            .message(),
        "its argument 'inputs' has None where a tensor belongs"))
        << layer->class_name();
  }
}

TEST(InputsTest, ArraysInGraphsAreConstants) {
  const KerasTensor a = Input({.shape = {{4}}, .name = "a"});
  const Array numbers = Array::FromVector<float>({1, 4}, {1, 2, 3, 4});
  auto model = MakeModel(
      Value(a),
      Add({}, {.name = "add"})(Arguments{{Value::List({a, numbers})}, {}}),
      {.name = "constant"});
  ASSERT_TRUE(model.ok()) << model.status();
  const Value x(Counted());
  ExpectArrays((*model)->CallOnArrays({{x}, {}}), "inputs/constant");
  const Value config = (*model)->GetConfig();
  EXPECT_EQ(FirstDifference(config.Find("layers")->items()[1],
                            Reference("inputs/constant_config")),
            "");
  auto again = FromJson(ToJson(**model));
  ASSERT_TRUE(again.ok()) << again.status();
  ExpectArrays((*again)->CallOnArrays({{x}, {}}), "inputs/constant");
  // Of an operation too, integers as they are.
  const KerasTensor n = Input({.shape = {{2}}, .dtype = DType::kInt32});
  auto sum = MakeModel(
      Value(n), Value(n + Value(Array::FromVector<int64_t>({2}, {7, -1}))));
  ASSERT_TRUE(sum.ok()) << sum.status();
  auto reread = FromJson(ToJson(**sum));
  ASSERT_TRUE(reread.ok()) << reread.status();
  for (Layer* one : std::vector<Layer*>{sum->get(), reread->get()}) {
    auto y = one->CallOnArrays(
        {{Value(Array::FromVector<int32_t>({1, 2}, {1, 2}))}, {}});
    ASSERT_TRUE(y.ok()) << y.status();
    EXPECT_EQ(y->outputs.as_array().ToString(), "int32 (1, 2) [8, 1]");
  }
}

TEST(InputsTest, SpecsOfNamesMatchDictionaries) {
  class Named : public Layer {
    absl::Status Configured() override {
      set_input_spec({{.ndim = 2, .name = "z"}, {.ndim = 1, .name = "a"}});
      return absl::OkStatus();
    }
    Value CallWith(const CallContext&, const Arguments& a) override {
      return *a.positional[0].Find("z");
    }
  };
  const Value matrix(Ones({1, 2})), vector(Ones({2}));
  auto named = Make<Named>({.name = "named"});
  EXPECT_TRUE(
      named->CallOnArrays({{Value::Dict({{"z", matrix}, {"a", vector}})}, {}})
          .ok());
  EXPECT_FALSE(
      named->CallOnArrays({{Value::Dict({{"a", matrix}, {"z", vector}})}, {}})
          .ok());
  EXPECT_TRUE(absl::StrContains(
      named->CallOnArrays({{Value::Dict({{"z", matrix}, {"b", vector}})}, {}})
          .status()
          .message(),
      "Missing data for input \"a\" of layer \"named\""));
}

// As Keras: of an unknown size, a convolution gives nothing only of nothing,
// and a cropping leaves something.
TEST(InputsTest, SizesThatLeaveNothingAreRefused) {
  const auto compiled = [](const LayerPtr& layer) {
    const KerasTensor x = Input({.shape = {{kNone, 2}}, .name = "x"});
    auto model = MakeModel(Value(x), Value(layer(x)));
    EXPECT_TRUE(model.ok()) << model.status();
    auto executable = Compile(**model, {});
    EXPECT_TRUE(executable.ok()) << executable.status();
    return [model = *model, executable = *executable](int64_t size) {
      return executable.StatelessCall(*model->GetWeights(), {},
                                      {Ones({1, size, 2})});
    };
  };
  const auto convolved =
      compiled(Conv1D({.filters = 4, .kernel_size = 3, .strides = 2}));
  for (int64_t size : {1, 2}) {
    EXPECT_TRUE(absl::StrContains(
        convolved(size).status().message(),
        "inputs of these sizes are too small for the model: it needs"))
        << convolved(size).status();
  }
  EXPECT_EQ(convolved(3)->outputs[0].shape().ToString(), "(1, 1, 4)");
  const auto pointwise = compiled(Conv1D({.filters = 4, .kernel_size = 1}));
  EXPECT_EQ(pointwise(0)->outputs[0].shape().ToString(), "(1, 0, 4)");
  const auto cropped = compiled(Cropping1D({.cropping = {1, 1}}));
  for (int64_t size : {0, 1, 2}) {
    EXPECT_TRUE(absl::StrContains(
        cropped(size).status().message(),
        absl::StrCat("it needs x_1 - ", size < 2 ? 2 : 3, " to be at least 0")))
        << cropped(size).status();
  }
  EXPECT_EQ(cropped(3)->outputs[0].shape().ToString(), "(1, 1, 2)");
}

class Nest : public Model {
  absl::Status Configured() override {
    Track("dense", dense_.shared());
    return absl::OkStatus();
  }
  Value CallWith(const CallContext&, const Arguments& a) override {
    const Value& x = a.positional[0];
    const Value::Items& b = x.Find("b")->items();
    return Value::Dict(
        {{"y", Value(dense_(x.Find("a")->as_tensor()) + b[0].as_tensor())},
         {"z", Value(2.0 * b[1].as_tensor())}});
  }
  Dense dense_{{.units = 2, .kernel_initializer = "ones"}, {.name = "dense"}};
};
KERATIN_REGISTER_LAYER("models_of_ones_own", Nest);

// A dictionary's sum, whatever the keys.
class SumOfAll : public Model {
  Value CallWith(const CallContext&, const Arguments& a) override {
    Tensor sum;
    for (const Tensor& x : a.positional[0].tensors())
      sum = sum.ok() ? sum + ops::Mean(x) : ops::Mean(x);
    return Value(sum);
  }
};

// Takes two arguments, and one that is no tensor.
class Scaled : public Model {
  absl::Status Configured() override {
    Track("dense", dense_.shared());
    return absl::OkStatus();
  }
  CallSignature signature() const override {
    return {.arguments = {"x", "bias", "scale"}, .required = 2};
  }
  Value CallWith(const CallContext&, const Arguments& a) override {
    const Value* scale = a.Find(2, "scale");
    return Value(dense_(a.positional[0].as_tensor()) *
                     (scale == nullptr ? 1.0 : scale->as_double()) +
                 a.Find(1, "bias")->as_tensor());
  }
  Dense dense_{{.units = 2, .kernel_initializer = "ones"}, {.name = "dense"}};
};

KERATIN_REGISTER_LAYER("models_of_ones_own", Scaled);

TEST(SubclassedTest, ModelsOfNestsAreSavedAndLoaded) {
  auto model = Make<Nest>({.name = "nest"});
  const Value x = Value::Dict(
      {{"b", Value::List({Ones({1, 2}), Ones({1, 5})})}, {"a", Ones({1, 3})}});
  auto y = model->CallOnArrays({{x}, {}});
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_EQ(y->outputs.Find("y")->as_array().ToString(),
            "float32 (1, 2) [4, 4]");
  EXPECT_EQ(PathsOf(*model), StringsOf(Reference("subclassed/paths")));
  EXPECT_EQ(FirstDifference(model->GetBuildConfig(),
                            Reference("subclassed/build_config")),
            "");
  EXPECT_TRUE(absl::StrContains(
      model->SetWeights({*Counted().Reshape({4, 2}), Ones({2})}).message(),
      "has shape (3, 2), and is given shape (4, 2)"));
  const Array kernel = Array::FromVector<float>({3, 2}, {1, 2, 3, 4, 5, 6});
  ASSERT_TRUE(model->SetWeights({kernel, Ones({2})}).ok());
  const std::string path = absl::StrCat(testing::TempDir(), "/nest.keras");
  ASSERT_TRUE(Save(*model, path).ok());
  auto loaded = Load(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  std::vector<std::string> names;
  for (const ModelInput& input : (*loaded)->inputs())
    names.push_back(input.name);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b_0", "b_1"}));
  auto again = (*loaded)->CallOnArrays({{x}, {}});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->outputs.Find("y")->as_array().ToString(),
            "float32 (1, 2) [11, 14]");
  // Compiled, for any batch.
  auto executable = Compile(**loaded, {});
  ASSERT_TRUE(executable.ok()) << executable.status();
  auto results = executable->StatelessCall(
      *(*loaded)->GetWeights(), {}, {Ones({4, 3}), Ones({4, 2}), Ones({4, 5})});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->outputs[0].shape().ToString(), "(4, 2)");
  EXPECT_EQ(results->outputs[0].AtFlat(7), 14);
  EXPECT_EQ(results->outputs[1].AtFlat(0), 2);
  auto summary = Summary(**loaded);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_TRUE(absl::StrContains(*summary, "dense (Dense)")) << *summary;
}

TEST(SubclassedTest, ModelsThatKerasSavedAreLoaded) {
  auto loaded = Load("tests/layers/nest.keras");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const Value x = Value::Dict(
      {{"b", Value::List({Ones({1, 2}), Ones({1, 5})})}, {"a", Ones({1, 3})}});
  ExpectArrays((*loaded)->CallOnArrays({{x}, {}}), "subclassed/outputs");
}

TEST(SubclassedTest, ModelsOfSeveralArgumentsCompile) {
  auto model = Make<Scaled>({.name = "scaled"});
  auto y = model->CallOnArrays(
      {{Value(Ones({1, 3})), Value(Ones({1, 2}))}, {{"scale", 2.0}}});
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_EQ(y->outputs.as_array().ToString(), "float32 (1, 2) [7, 7]");
  std::vector<std::string> names;
  for (const ModelInput& input : model->inputs()) names.push_back(input.name);
  EXPECT_EQ(names, (std::vector<std::string>{"input_0", "bias"}));
  auto executable = Compile(*model, {});
  ASSERT_TRUE(executable.ok()) << executable.status();
  auto results = executable->StatelessCall(*model->GetWeights(), {},
                                           {Ones({2, 3}), Ones({2, 2})});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->outputs[0].ToString(), "float32 (2, 2) [7, 7, 7, 7]");
  // Both shapes are in the file.
  const std::string path = absl::StrCat(testing::TempDir(), "/scaled.keras");
  ASSERT_TRUE(Save(*model, path).ok());
  auto loaded = Load(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  auto again =
      (*loaded)->CallOnArrays({{Value(Ones({1, 3})), Value(Ones({1, 2}))}, {}});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->outputs.as_array().ToString(), "float32 (1, 2) [4, 4]");
}

TEST(SubclassedTest, InputsHaveNamesAndBatchesOfTheirOwn) {
  auto model = Make<SumOfAll>({.name = "sum"});
  const Value x = Value::Dict({{"a", Value::List({Ones({2, 4})})},
                               {"a_0", Value(Ones({3, 5}))},
                               {"b", Value(Ones({2}))}});
  ASSERT_TRUE(model->CallOnArrays({{x}, {}}).ok());
  std::vector<std::string> inputs;
  for (const ModelInput& input : model->inputs())
    inputs.push_back(absl::StrCat(input.name, input.shape.ToString()));
  EXPECT_EQ(inputs, (std::vector<std::string>{"a_0(batch, 4)", "a_0_1(3, 5)",
                                              "b(batch,)"}));
  EXPECT_TRUE(Compile(*model, {}).ok());
}

TEST(SubclassedTest, WrongBuildConfigurationsAreErrors) {
  for (const Value& config :
       {Value::Dict({{"input_shape", "x"}}), Value::Dict({{"input_shape", {}}}),
        Value::Dict({{"shapes_dict", Value::Dict({})}}),
        Value::Dict({{"input_shape", Value::List({2, -3})}})}) {
    EXPECT_TRUE(absl::StrContains(
        Make<Nest>({.name = "nest"})->BuildFromConfig(config).message(),
        "layer 'nest': a build configuration has 'input_shape' or "
        "'shapes_dict'"))
        << config.ToString();
  }
}

// A class without a Build, whose parts are built by being called.
class Wrapped : public Layer {
  absl::Status Configured() override {
    Track("inside", inside_.shared());
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override { return inside_(x); }
  Dense inside_{{.units = 2}, {.name = "inside"}};
};

TEST(BuildTest, PartsAreBuiltByASymbolicRun) {
  auto by_shape = Make<Wrapped>({.name = "outer"});
  ASSERT_TRUE(by_shape->EnsureBuilt({4, 3}).ok());
  EXPECT_EQ(
      PathsOf(*by_shape),
      (std::vector<std::string>{"outer/inside/kernel", "outer/inside/bias"}));
  auto by_config = Make<Wrapped>({.name = "outer"});
  ASSERT_TRUE(by_config->BuildFromConfig(by_shape->GetBuildConfig()).ok());
  EXPECT_EQ(PathsOf(*by_config), PathsOf(*by_shape));
}

}  // namespace
}  // namespace keratin

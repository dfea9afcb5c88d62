// Layers and models made in C++ have the configuration that Keras writes, and
// come back from it.
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "layers/base/layer_registry.h"
#include "layers/base/names.h"
#include "layers/layers.h"
#include "layers/ops/nodes/symbolic_ops.h"
#include "layers/saving/save.h"
#include "tests/layers/reference.h"

namespace keratin {
namespace {

void ExpectAsKeras(const LayerPtr& layer, const std::string& reference) {
  SCOPED_TRACE(reference);
  ASSERT_TRUE(layer->status().ok()) << layer->status();
  const Value want = Reference(reference);
  const Value written = LayerRegistry::Serialize(*layer);
  EXPECT_EQ(FirstDifference(written, want), "");
  // And back, and the same again.
  auto read = LayerRegistry::Deserialize(written);
  ASSERT_TRUE(read.ok()) << read.status();
  // What is written of a model's layers when they are built.
  if (auto* model = dynamic_cast<Model*>(read->get()))
    ASSERT_TRUE(model->BuildAll().ok());
  EXPECT_EQ(FirstDifference((*read)->GetConfig(), *want.Find("config")), "");
}

TEST(ConfigTest, LayersWriteWhatKerasWrites) {
  ResetNames();
  ExpectAsKeras(Dense({.units = 64, .activation = "relu"}), "configs/dense");
  ExpectAsKeras(
      Dense({.units = 3,
             .activation = "softmax",
             .use_bias = false,
             .kernel_initializer =
                 initializers::RandomNormal({.stddev = 0.5, .seed = 7}),
             .kernel_regularizer = "l2",
             .kernel_constraint = constraints::MaxNorm({.max_value = 1.5})},
            {.name = "all",
             .trainable = false,
             .dtype = "mixed_bfloat16",
             .activity_regularizer = regularizers::L1L2(0.25, 0.5)}),
      "configs/dense_all");
  ExpectAsKeras(
      Embedding({.input_dim = 10, .output_dim = 4, .mask_zero = true}),
      "configs/embedding");
  ExpectAsKeras(ReLU({.max_value = 6.0}), "configs/relu");
  ExpectAsKeras(LeakyReLU(), "configs/leaky_relu");
  ExpectAsKeras(ELU({.alpha = 0.5}), "configs/elu");
  ExpectAsKeras(PReLU({.shared_axes = {1, 2}}), "configs/prelu");
  ExpectAsKeras(Softmax({.axis = {1, 2}}), "configs/softmax");
  ExpectAsKeras(Masking({.mask_value = -1}), "configs/masking");
  ExpectAsKeras(Activation({.activation = "gelu"}), "configs/activation");
  ExpectAsKeras(Identity(), "configs/identity");
  ExpectAsKeras(Add(), "configs/add");
  ExpectAsKeras(Concatenate({.axis = 1}), "configs/concatenate");
}

TEST(ConfigTest, ConvolutionsWriteWhatKerasWrites) {
  ResetNames();
  ExpectAsKeras(Conv1D({.filters = 4, .kernel_size = 3, .padding = "causal"}),
                "configs/conv1d");
  ExpectAsKeras(Conv2D({.filters = 4,
                        .kernel_size = {3, 5},
                        .strides = 2,
                        .padding = "SAME",
                        .data_format = "channels_first",
                        .groups = 2,
                        .activation = "relu",
                        .kernel_regularizer = "l2"},
                       {.activity_regularizer = "l1"}),
                "configs/conv2d");
  ExpectAsKeras(DepthwiseConv2D({.kernel_size = 3, .depth_multiplier = 2}),
                "configs/depthwise_conv2d");
  ExpectAsKeras(SeparableConv1D({.filters = 4,
                                 .kernel_size = 3,
                                 .dilation_rate = 2,
                                 .use_bias = false}),
                "configs/separable_conv1d");
  ExpectAsKeras(Conv2DTranspose({.filters = 4,
                                 .kernel_size = 3,
                                 .strides = {2, 3},
                                 .output_padding = 1}),
                "configs/conv2d_transpose");
}

// As the other layers are, one sentence each.
TEST(ConfigTest, WrongWindowsAreErrorsOfTheLayer) {
  const auto message = [](const LayerPtr& layer) {
    return std::string(layer->status().message());
  };
  EXPECT_EQ(message(Conv2D({.filters = 4}, {.name = "c"})),
            "layer 'c' of class 'Conv2D': 'kernel_size' must be a positive "
            "integer, or 2 of them, not None");
  EXPECT_EQ(
      message(Conv1D({.filters = 4, .kernel_size = {3, 3}}, {.name = "c"})),
      "layer 'c' of class 'Conv1D': 'kernel_size' must be a positive "
      "integer, not [3, 3]");
  EXPECT_EQ(
      message(Conv2D({.filters = 4, .kernel_size = 3, .padding = "causal"},
                     {.name = "c"})),
      "layer 'c' of class 'Conv2D': 'padding' must be 'valid' or 'same', "
      "not 'causal'");
  EXPECT_EQ(
      message(Conv2D(
          {.filters = 4, .kernel_size = 3, .strides = 2, .dilation_rate = 2},
          {.name = "c"})),
      "layer 'c' of class 'Conv2D': 'strides' and 'dilation_rate' cannot "
      "both be greater than 1");
  EXPECT_EQ(
      message(Conv2D({.filters = 4, .kernel_size = 3, .data_format = "middle"},
                     {.name = "c"})),
      "layer 'c' of class 'Conv2D': 'data_format' must be "
      "'channels_last' or 'channels_first', not 'middle'");
}

TEST(ConfigTest, NamesAreCountedByClass) {
  ResetNames();
  EXPECT_EQ(Dense({.units = 1})->name(), "dense");
  EXPECT_EQ(Dense({.units = 1}, {.name = "mine"})->name(), "mine");
  EXPECT_EQ(Dense({.units = 1})->name(), "dense_1");
  EXPECT_EQ(LeakyReLU()->name(), "leaky_re_lu");
  EXPECT_EQ(Dense({.units = 1})->ToString(),
            "<Dense name=dense_2, built=False>");
}

TEST(ConfigTest, FunctionalModelsWriteWhatKerasWrites) {
  KerasTensor a = Input({.shape = {{4}}, .name = "a"});
  KerasTensor b = Input({.shape = {{4}}, .name = "b"});
  Dense shared({.units = 3}, {.name = "shared"});
  KerasTensor x = shared(a), y = shared(b);
  KerasTensor joined = Concatenate({}, {.name = "join"})({x, y});
  KerasTensor out =
      Dense({.units = 2, .activation = "softmax"}, {.name = "out"})(joined);
  auto model = MakeModel({a, b}, {out, joined}, {.name = "two"});
  ASSERT_TRUE(model.ok()) << model.status();
  ExpectAsKeras(*model, "models/functional");
  EXPECT_EQ(out.shape().ToString(), "(batch, 2)");
  Layer* join = *(*model)->GetLayer("join");
  EXPECT_EQ(join->class_name(), "Concatenate");
}

TEST(ConfigTest, SequentialModelsWriteWhatKerasWrites) {
  Sequential model(
      {Input({.shape = {{5}}, .name = "begin"}),
       Dense({.units = 4, .activation = "relu"}, {.name = "first"}),
       Dense({.units = 2}, {.name = "second"})},
      {.name = "chain"});
  ASSERT_TRUE(model->status().ok()) << model->status();
  ASSERT_TRUE(model->BuildAll().ok());
  ExpectAsKeras(model, "models/sequential");
}

TEST(ConfigTest, OperationsOfGraphsAreWrittenAsKerasWritesThem) {
  ResetNames();
  KerasTensor o = Input({.shape = {{2}}, .name = "o"});
  auto model = MakeModel(Value(o), Value((o + 1) * Value(o / 2)),
                         {.name = "operations"});
  ASSERT_TRUE(model.ok()) << model.status();
  ExpectAsKeras(*model, "models/operations");
}

std::vector<std::string> WeightPaths(Model& model) {
  EXPECT_TRUE(model.BuildAll().ok());
  std::vector<std::string> paths;
  for (const Variable* weight : model.weights())
    paths.push_back(weight->path());
  return paths;
}

// A layer is where it was built: not in the graph it is part of.
TEST(ConfigTest, VariablesHavePathsAsInKeras) {
  KerasTensor x = Input({.shape = {{4}}, .name = "x"});
  KerasTensor t = Input({.shape = {{3, 4}}, .name = "t"});
  Dense shared({.units = 4}, {.name = "shared"});
  Sequential inner({Dense({.units = 3}, {.name = "deep"})}, {.name = "inner"});
  const ModelPtr branch =
      *MakeModel(Value(x), Value(Dense({.units = 4}, {.name = "side"})(x)),
                 {.name = "branch"});
  TimeDistributed steps({.layer = Dense({.units = 4}, {.name = "each"})},
                        {.name = "steps"});
  Bidirectional both({.layer = LSTM({.units = 2}, {.name = "l"})},
                     {.name = "both"});
  const std::map<std::string, LayerPtr> models = {
      {"shared",
       *MakeModel(Value(x), Value(shared(shared(x))), {.name = "twice"})},
      {"nested",
       *MakeModel(Value(x), Value(inner(branch(x))), {.name = "outer"})},
      {"chain", Sequential({x, Dense({.units = 3}, {.name = "first"})},
                           {.name = "chain"})},
      {"chain_of_chains",
       Sequential({x, Sequential({Dense({.units = 2}, {.name = "a"})},
                                 {.name = "within"})},
                  {.name = "around"})},
      {"wrapped",
       *MakeModel(Value(t), Value(both(steps(t))), {.name = "recurrent"})}};
  for (const auto& [name, layer] : models) {
    SCOPED_TRACE(name);
    auto model = layer.As<Model>();
    const std::vector<std::string> made = WeightPaths(*model);
    auto again = FromJson(ToJson(*model));
    ASSERT_TRUE(again.ok()) << again.status();
    const Value recorded = Reference("paths/" + name);
    const auto strings = [](const std::vector<std::string>& texts) {
      return Value::List(Value::Items(texts.begin(), texts.end()));
    };
    EXPECT_EQ(FirstDifference(strings(made), *recorded.Find("made")), "");
    EXPECT_EQ(
        FirstDifference(strings(WeightPaths(**again)), *recorded.Find("read")),
        "");
  }
}

TEST(ConfigTest, LayersTakeTheOptionsOfTheProcess) {
  const DTypePolicy before = config::dtype_policy();
  ASSERT_TRUE(config::set_dtype_policy("mixed_bfloat16").ok());
  EXPECT_EQ(Dense({.units = 1})->compute_dtype(), DType::kBFloat16);
  EXPECT_EQ(Dense({.units = 1})->variable_dtype(), DType::kFloat32);
  EXPECT_EQ(Dense({.units = 1}, {.dtype = "float16"})->variable_dtype(),
            DType::kFloat16);
  EXPECT_FALSE(config::set_dtype_policy("mixed_float7").ok());
  ASSERT_TRUE(config::set_dtype_policy(before).ok());
  EXPECT_FALSE(config::set_image_data_format("channels_middle").ok());
  EXPECT_FALSE(config::set_floatx(DType::kInt32).ok());
  EXPECT_EQ(config::epsilon(), 1e-7);
  config::set_epsilon(1e-3);
  EXPECT_EQ(config::epsilon(), 1e-3);
  config::set_epsilon(1e-7);
}

TEST(ConfigTest, InputsTakeTheFloatsOfTheProcess) {
  EXPECT_EQ(Input({.shape = {{1}}}).dtype(), DType::kFloat32);
  ASSERT_TRUE(config::set_floatx(DType::kFloat64).ok());
  EXPECT_EQ(config::floatx(), DType::kFloat64);
  EXPECT_EQ(Input({.shape = {{1}}}).dtype(), DType::kFloat64);
  ASSERT_TRUE(config::set_floatx(DType::kFloat32).ok());
}

// Each is one sentence that names the layer and what is wrong.
TEST(ConfigTest, WrongOptionsAreErrorsOfTheLayer) {
  EXPECT_EQ(Dense({.units = -1}, {.name = "d"})->status().message(),
            "layer 'd' of class 'Dense': 'units' must be a positive integer, "
            "not -1");
  EXPECT_EQ(Dense({.units = 1, .activation = "relux"}, {.name = "d"})
                ->status()
                .message(),
            "layer 'd' of class 'Dense': 'activation' is the activation "
            "'relux', which is not supported");
  EXPECT_EQ(Dense({.units = 1, .kernel_initializer = "hex"}, {.name = "d"})
                ->status()
                .message(),
            "layer 'd' of class 'Dense': 'kernel_initializer' is the "
            "initializer 'hex', which is not supported");
  KerasTensor x = Input({.shape = {{4}}});
  EXPECT_FALSE(Dense({.units = -1})(x).ok());
  EXPECT_EQ(Dense({.units = 3})(Input({.shape = Shape()})).status().message(),
            "layer 'dense_4': Input 0 with name 'None' of layer 'dense_4' is "
            "incompatible with the layer: expected min_ndim=2, found ndim=1. "
            "Full shape received: (batch,)");
}

}  // namespace
}  // namespace keratin

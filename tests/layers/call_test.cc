// Layers made in C++, called: on data, with explicit state, in graphs, compiled
// ahead of time, and wrongly.
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "compiler/api/keratin.h"
#include "examples/custom_layer/compute_sum.h"
#include "examples/custom_layer/simple_dense.h"
#include "gtest/gtest.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "runtime/array.h"
#include "runtime/executable.h"
#include "tests/layers/reference.h"

namespace keratin {
namespace {

KERATIN_REGISTER_LAYER("examples", SimpleDense);

Array Ones(std::initializer_list<int64_t> sizes) {
  Array array = Array::Uninitialized(
      DType::kFloat32, absl::MakeConstSpan(sizes.begin(), sizes.size()));
  std::fill_n(array.mutable_data<float>(), array.elements(), 1.0f);
  return array;
}

std::vector<std::string> Paths(const std::vector<Variable*>& variables) {
  std::vector<std::string> paths;
  for (const Variable* variable : variables) paths.push_back(variable->path());
  return paths;
}

TEST(CallTest, SimpleDenseIsBuiltByItsFirstCall) {
  auto linear = Make<SimpleDense>({.units = 4});
  EXPECT_FALSE(linear->built());
  EXPECT_EQ(linear->path(), "");
  absl::StatusOr<Array> y = linear(Ones({2, 2}));
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_EQ(y->sizes(), (std::vector<int64_t>{2, 4}));
  EXPECT_EQ(
      Paths(linear->weights()),
      (std::vector<std::string>{"simple_dense/kernel", "simple_dense/bias"}));
  EXPECT_EQ(linear->trainable_weights().size(), 2);
  EXPECT_EQ(linear->count_params().value_or(0), 12);
  EXPECT_EQ(linear->registered_name(), "examples>SimpleDense");
  // y = x · kernel, the bias being zeros.
  const Array kernel = (*linear->GetWeights())[0];
  for (int k = 0; k < 4; ++k) {
    EXPECT_FLOAT_EQ(y->At({0, k}), kernel.At({0, k}) + kernel.At({1, k}));
  }
}

TEST(CallTest, ComputeSumCarriesItsStateOn) {
  auto sum = Make<ComputeSum>();
  EXPECT_EQ(sum(Ones({2, 2}))->ToString(), "float32 () [4]");
  EXPECT_EQ(sum(Ones({2, 2}))->ToString(), "float32 () [8]");
  EXPECT_EQ(Paths(sum->non_trainable_weights()),
            (std::vector<std::string>{"compute_sum/total"}));
  EXPECT_TRUE(sum->trainable_weights().empty());
  // Stateless: what is given is what counts, and nothing is touched.
  const Arguments x = {{Value(Ones({2, 2}))}, {}};
  auto first = sum->StatelessCall({}, {Array::Scalar(100.0f)}, x);
  auto second = sum->StatelessCall({}, {Array::Scalar(100.0f)}, x);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->non_trainable[0].ToString(), "float32 () [104]");
  EXPECT_TRUE(first->outputs.as_array().Identical(second->outputs.as_array()));
  EXPECT_EQ((*sum->GetWeights())[0].ToString(), "float32 () [8]");
}

TEST(CallTest, CompiledAheadOfTimeItComputesTheSame) {
  auto linear = Make<SimpleDense>({.units = 4});
  Sequential model({Input({.shape = {{2}}}), linear});
  absl::StatusOr<Array> eager = model(Ones({3, 2}));
  ASSERT_TRUE(eager.ok()) << eager.status();
  const std::string path =
      std::string(std::getenv("TEST_TMPDIR")) + "/custom.so";
  ASSERT_TRUE(WriteLibrary(*model, path).ok());
  auto exe = Executable::LoadLibrary(path);
  ASSERT_TRUE(exe.ok()) << exe.status();
  auto results = exe->Call(*exe->EmbeddedPrepared(), {}, {Ones({3, 2})});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_TRUE(results->outputs[0].Identical(*eager));
}

// A block with a sublayer and a loss of its own, and one that is frozen.
class Block : public Layer {
 public:
  LayerPtr inner() const { return inner_; }

 private:
  absl::Status Configured() override {
    inner_ = Dense({.units = 3, .kernel_regularizer = regularizers::L2(1)},
                   {.name = "inner"});
    Layer::Track("inner", inner_.shared());
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    Tensor y = inner_(x);
    AddLoss(ops::Sum(y));
    return y;
  }
  LayerPtr inner_;
};

TEST(CallTest, SublayersAreTrackedWithTheirLosses) {
  auto block = Make<Block>({.name = "block"});
  ASSERT_TRUE(block(Ones({1, 2})).ok());
  EXPECT_EQ(
      Paths(block->trainable_variables()),
      (std::vector<std::string>{"block/inner/kernel", "block/inner/bias"}));
  auto results = block->CallOnArrays({{Value(Ones({1, 2}))}, {}});
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->losses.size(), 2);
  const Array kernel = (*block->GetWeights())[0];
  double squares = 0, sum = 0;
  for (int64_t k = 0; k < kernel.elements(); ++k) {
    squares += kernel.AtFlat(k) * kernel.AtFlat(k);
    sum += kernel.AtFlat(k);
  }
  EXPECT_NEAR(results->losses[0].AtFlat(0), sum, 1e-5);
  EXPECT_NEAR(results->losses[1].AtFlat(0), squares, 1e-5);
  block->set_trainable(false);
  EXPECT_TRUE(block->trainable_variables().empty());
  EXPECT_EQ(block->non_trainable_variables().size(), 2);
  EXPECT_FALSE(block->inner()->trainable());
}

// A layer's own activity loss is that of its call operator, which
// TimeDistributed passes over.
TEST(CallTest, StepsAddTheirLossesAsInKeras) {
  std::vector<float> numbers(24);
  for (int k = 0; k < 24; ++k) numbers[k] = static_cast<float>(k) / 10;
  const Array x = Array::FromVector<float>({2, 3, 4}, numbers);
  const auto dense = [](const char* kernel_regularizer) {
    return Dense({.units = 2,
                  .kernel_initializer = "ones",
                  .kernel_regularizer = kernel_regularizer == nullptr
                                            ? Regularizer()
                                            : Regularizer(kernel_regularizer)},
                 {.activity_regularizer = "l2"});
  };
  const Sequential below(
      {Input({.shape = {{4}}}), dense(nullptr), dense(nullptr)});
  const std::map<std::string, LayerPtr> layers = {{"own", dense("l1")},
                                                  {"below", below}};
  for (const auto& [name, layer] : layers) {
    SCOPED_TRACE(name);
    auto results =
        TimeDistributed({.layer = layer})->CallOnArrays({{Value(x)}, {}});
    ASSERT_TRUE(results.ok()) << results.status();
    const Value want = Reference("step_losses/" + name);
    ASSERT_TRUE(want.is_sequence());
    ASSERT_EQ(results->losses.size(), want.items().size());
    for (size_t k = 0; k < results->losses.size(); ++k) {
      const double loss = want.items()[k].as_double();
      EXPECT_NEAR(results->losses[k].AtFlat(0), loss, 1e-6 * loss);
    }
  }
  // As many steps as there are: the sum of all.
  KerasTensor steps = Input({.shape = {{kNone, 4}}});
  auto model =
      MakeModel(Value(steps), Value(TimeDistributed({.layer = below})(steps)));
  ASSERT_TRUE(model.ok()) << model.status();
  auto exe = Compile(**model);
  ASSERT_TRUE(exe.ok()) << exe.status();
  auto results = exe->StatelessCall(*(*model)->GetWeights(), {}, {x});
  ASSERT_TRUE(results.ok()) << results.status();
  double got = 0, want = 0;
  for (const Array& loss : results->losses) got += loss.AtFlat(0);
  const Value below_losses = Reference("step_losses/below");
  for (const Value& loss : below_losses.items()) want += loss.as_double();
  EXPECT_EQ(results->losses.size(), 2);
  EXPECT_NEAR(got, want, 1e-6 * want);
}

TEST(CallTest, GraphsShareLayersAndCutThemOut) {
  KerasTensor x = Input({.shape = {{4}}, .name = "x"});
  Dense shared({.units = 4, .activation = "relu"});
  KerasTensor middle = shared(x);
  KerasTensor y = Add()({shared(middle), x});
  auto whole = MakeModel(Value(x), Value(y));
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_EQ((*whole)->trainable_variables().size(), 2);
  // The second half alone: an input takes the place of `middle`.
  auto half = MakeModel({middle, x}, {y});
  ASSERT_TRUE(half.ok()) << half.status();
  EXPECT_EQ((*half)->inputs().size(), 2);
  EXPECT_EQ((*half)->trainable_variables(), (*whole)->trainable_variables());
  absl::StatusOr<Array> a = (*whole)(Ones({2, 4}));
  ASSERT_TRUE(a.ok()) << a.status();
  absl::StatusOr<Array> between = shared(Ones({2, 4}));
  auto b = (*half)->CallOnArrays(
      {{Value::List({Value(*between), Value(Ones({2, 4}))})}, {}});
  ASSERT_TRUE(b.ok()) << b.status();
  EXPECT_TRUE(b->outputs.arrays()[0].Identical(*a));
}

// Half of what a layer of its own computes.
class Halving : public Model {
  absl::Status Configured() override {
    Layer::Track("sum", sum_.shared());
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override { return sum_(x) / 2; }

  Dense sum_{{.units = 1, .kernel_initializer = "ones"}, {.name = "sum"}};
};

TEST(CallTest, AClassDerivedFromModelIsAModel) {
  auto model = Make<Halving>({.name = "halving"});
  absl::StatusOr<Array> y =
      model(Array::FromVector<float>({2, 2}, {1, 2, 3, 4}));
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_EQ(y->ToString(), "float32 (2, 1) [1.5, 3.5]");
  EXPECT_EQ(
      Paths(model->trainable_variables()),
      (std::vector<std::string>{"halving/sum/kernel", "halving/sum/bias"}));
  absl::StatusOr<Layer*> sum = model->GetLayer("sum");
  ASSERT_TRUE(sum.ok()) << sum.status();
  EXPECT_EQ((*sum)->class_name(), "Dense");
  EXPECT_FALSE(model->GetLayer("product").ok());
}

TEST(CallTest, AThousandLayersAreNoDeepRecursion) {
  KerasTensor x = Input({.shape = {{4}}});
  KerasTensor y = x;
  for (int k = 0; k < 1000; ++k) y = ReLU()(y);
  auto model = MakeModel(Value(x), Value(y));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->layers().size(), 1001);
  EXPECT_TRUE((*model)->BuildAll().ok());
}

// Grows by a weight at each call.
class Growing : public Layer {
  Tensor Call(const Tensor& x) override {
    AddWeight({.name = "late"});
    return x;
  }
};

TEST(CallTest, MisuseIsAnErrorThatNamesTheLayer) {
  const auto message = [](const auto& result) {
    return std::string(result.status().message());
  };
  EXPECT_EQ(message(Make<Growing>({.name = "g"})(Ones({1}))),
            "layer 'g': the weight 'late' is added to layer 'g', which is "
            "already built; all state must be made in Configured or Build");
  auto dense = Dense({.units = 2}, {.name = "d"});
  EXPECT_EQ(message(dense->StatelessCall({}, {}, {{Value(Ones({1, 2}))}, {}})),
            "layer 'd' is not built, so it has no variables to be given; call "
            "it on an Input or on data first");
  EXPECT_EQ(message(dense->count_params()),
            "layer 'd' is not built, so its parameters cannot be counted; call "
            "it on an Input or on data first");
  EXPECT_TRUE(dense->GetWeights()->empty());
  ASSERT_TRUE(dense(Ones({1, 2})).ok());
  EXPECT_EQ(message(dense->StatelessCall({}, {}, {{Value(Ones({1, 2}))}, {}})),
            "layer 'd' has 2 trainable variables, and its stateless call is "
            "given 0");
  EXPECT_EQ(message(dense(Ones({1, 3}))),
            "layer 'd': Input 0 with name 'None' of layer 'd' is incompatible "
            "with the layer: expected axis -1 of input shape to have value 2, "
            "but received input with shape (1, 3)");
  EXPECT_EQ(dense->SetWeights({Ones({2, 2})}).message(),
            "layer 'd' has 2 weights, and is given 1");
  EXPECT_EQ(dense->SetWeights({Ones({2, 2}), Ones({3})}).message(),
            "layer 'd': the weight 'd/bias' has shape (2,), and is given shape "
            "(3,)");
  EXPECT_EQ(message(MakeModel(
                Value(Input({.shape = {{2}}})),
                Value(dense(Input({.shape = {{2}}, .name = "other"}))))),
            "the graph is disconnected: the outputs need the tensor "
            "<KerasTensor shape=(batch, 2), dtype=float32> of the input "
            "'other', which is none of the inputs");
}

}  // namespace
}  // namespace keratin

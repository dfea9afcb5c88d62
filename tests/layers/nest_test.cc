// Structures in and out of calls, further arguments through sublayers, masks of
// several arguments, what a build records: as the real Keras has them.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "layers/base/layer_ptr.h"
#include "layers/core/embedding.h"
#include "layers/core/input_layer.h"
#include "layers/models/functional.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/linear.h"
#include "layers/ops/reduction.h"
#include "tests/layers/reference.h"

namespace keratin {
namespace {

double NumberOf(const Value* value, double otherwise) {
  return value != nullptr && value->is_number() ? value->as_double()
                                                : otherwise;
}

Tensor CountOf(const Value* mask) {
  if (mask == nullptr || !mask->is_tensor()) return ops::Zeros({});
  return ops::Sum(ops::Cast(mask->as_tensor(), DType::kFloat32));
}

// As the classes of these names in make_state_reference.py.
class Pair : public Layer {
  CallSignature signature() const override {
    return {
        .arguments = {"query", "value", "scale", "query_mask", "value_mask"},
        .shapes = {"query_shape", "value_shape"}};
  }
  absl::Status BuildFrom(const Arguments& a) override {
    const Tensor query = a.Find(0, "query")->as_tensor();
    const Tensor value = a.Find(1, "value")->as_tensor();
    kernel_ = AddWeight({.name = "kernel",
                         .shape = {query.dim(-1), value.dim(-1)},
                         .initializer = "ones"});
    return absl::OkStatus();
  }
  Value CallWith(const CallContext&, const Arguments& a) override {
    const Tensor y = ops::MatMul(a.Find(0, "query")->as_tensor(), kernel_) *
                     NumberOf(a.Find(2, "scale"), 1);
    return Value::Dict(
        {{"y", Value(y)},
         {"counts",
          Value::Tuple({Value(CountOf(a.Find(3, "query_mask"))),
                        Value::List({CountOf(a.Find(4, "value_mask"))})})}});
  }
  Weight kernel_;
};

class Outer : public Layer {
  CallSignature signature() const override {
    return {.arguments = {"inputs", "scale", "weight"}};
  }
  absl::Status Configured() override {
    Layer::Track("pair", pair_.shared());
    return absl::OkStatus();
  }
  Value CallWith(const CallContext& context, const Arguments& a) override {
    const Value& inputs = a.positional[0];
    Arguments arguments{{*inputs.Find("query")},
                        {{"value", inputs.Find("rest")->items()[0]}}};
    if (const Value* scale = a.Find(1, "scale"))
      arguments.keyword.emplace_back("scale", *scale);
    const Value result = pair_(arguments);
    if (!result.is_dict()) return Value(Tensor());
    const Tensor y =
        result.Find("y")->as_tensor() * a.Find(2, "weight")->as_tensor();
    return Value::Tuple(
        {Value(y + (context.training ? 1.0 : 0.0)), *result.Find("counts")});
  }
  LayerPtr pair_ = Make<Pair>({.name = "pair"});
};

// Two tables of words, one of them padded, and a Pair of their rows.
class Padded : public Layer {
 public:
  LayerPtr pair() const { return pair_; }
  LayerPtr table() const { return table_; }

 private:
  CallSignature signature() const override {
    return {.arguments = {"words", "others", "scale", "query_mask"},
            .required = 2};
  }
  absl::Status Configured() override {
    Layer::Track("table", table_.shared());
    Layer::Track("pair", pair_.shared());
    return absl::OkStatus();
  }
  Value CallWith(const CallContext&, const Arguments& a) override {
    Arguments arguments{{Value(table_(a.positional[0].as_tensor())),
                         Value(table_(a.positional[1].as_tensor()))},
                        {}};
    for (const char* name : {"scale", "query_mask"}) {
      if (const Value* given = a.Find(SIZE_MAX, name))
        arguments.keyword.emplace_back(name, *given);
    }
    return pair_(arguments);
  }
  LayerPtr table_ = Embedding({.input_dim = 5,
                               .output_dim = 2,
                               .embeddings_initializer = "ones",
                               .mask_zero = true});
  LayerPtr pair_ = Make<Pair>({.name = "pair"});
};

void ExpectArrays(const Value& got, const std::string& reference) {
  SCOPED_TRACE(reference);
  const Value want = Reference(reference);
  const std::vector<Array> arrays = got.arrays();
  ASSERT_EQ(arrays.size(), want.items().size());
  for (size_t k = 0; k < arrays.size(); ++k) {
    const Array expected = ArrayOf(want.items()[k]);
    EXPECT_EQ(arrays[k].sizes(), expected.sizes());
    EXPECT_EQ(FarFrom(arrays[k], *want.items()[k].Find("data"), 1e-6), "");
  }
}

const Array kWords = Array::FromVector<int32_t>({2, 3}, {1, 2, 0, 3, 0, 0});
const Array kOthers = Array::FromVector<int32_t>({2, 2}, {4, 0, 1, 1});

TEST(NestTest, MasksFindTheirArguments) {
  auto padded = Make<Padded>();
  auto masked =
      padded->CallOnArrays({{Value(kWords), Value(kOthers)}, {{"scale", 2.0}}});
  ASSERT_TRUE(masked.ok()) << masked.status();
  ExpectArrays(masked->outputs, "nests/masked");
  auto mask =
      Array::FromVector<int32_t>({2, 3}, {1, 1, 1, 1, 1, 1}).Cast(DType::kBool);
  auto given = padded->CallOnArrays(
      {{Value(kWords), Value(kOthers)}, {{"query_mask", Value(*mask)}}});
  ASSERT_TRUE(given.ok()) << given.status();
  ExpectArrays(given->outputs, "nests/given");
}

TEST(NestTest, BuildsRecordTheShapesOfSeveralArguments) {
  auto padded = Make<Padded>();
  ASSERT_TRUE(padded->CallOnArrays({{Value(kWords), Value(kOthers)}, {}}).ok());
  const Value recorded = padded->pair()->GetBuildConfig();
  EXPECT_EQ(FirstDifference(recorded, Reference("nests/build_config")), "");
  EXPECT_EQ(FirstDifference(padded->table()->GetBuildConfig(),
                            Reference("nests/one_build_config")),
            "");
  // And from there.
  auto again = Make<Pair>();
  ASSERT_TRUE(again->BuildFromConfig(recorded).ok());
  EXPECT_TRUE(again->built());
  EXPECT_EQ(again->weights()[0]->shape().ToString(), "(2, 2)");
  EXPECT_EQ(FirstDifference(again->GetBuildConfig(), recorded), "");
  EXPECT_TRUE(absl::StrContains(
      Make<Pair>({.name = "p"})->BuildFromConfig(Value::Dict({})).message(),
      "layer 'p': a build configuration has 'input_shape' or 'shapes_dict'"));
}

Arguments OuterArguments(double scale, bool training) {
  std::vector<float> numbers = {0, 1, 2, 3, 4, 5};
  Value inputs = Value::Dict(
      {{"query", Value(Array::FromVector<float>({1, 3, 2}, numbers))},
       {"rest", Value::List({Value(Array::FromVector<float>(
                    {1, 4, 3}, std::vector<float>(12, 1.0F)))})}});
  return {{std::move(inputs)},
          {{"scale", scale},
           {"weight", Value(Array::FromVector<float>({3}, {1, 2, 3}))},
           {"training", training}}};
}

TEST(NestTest, NestsAndFurtherArgumentsTravelThroughSublayers) {
  auto outer = Make<Outer>({.name = "outer"});
  auto y = outer->CallOnArrays(OuterArguments(3, false));
  ASSERT_TRUE(y.ok()) << y.status();
  ExpectArrays(y->outputs, "nests/outer");
  EXPECT_TRUE(y->outputs.is_tuple());
  EXPECT_TRUE(y->outputs.items()[1].items()[1].is_sequence());
  auto training = outer->CallOnArrays(OuterArguments(0.5, true));
  ASSERT_TRUE(training.ok()) << training.status();
  ExpectArrays(training->outputs, "nests/outer_training");
  std::vector<std::string> paths;
  for (const Variable* weight : outer->weights())
    paths.push_back(weight->path());
  EXPECT_EQ(paths, StringsOf(Reference("nests/paths")));
  // The same, stateless.
  auto stateless =
      outer->StatelessCall(*outer->GetWeights(), {}, OuterArguments(3, false));
  ASSERT_TRUE(stateless.ok()) << stateless.status();
  ExpectArrays(stateless->outputs, "nests/outer");
}

TEST(NestTest, GraphsTakeNestsOfTensors) {
  auto outer = Make<Outer>({.name = "outer"});
  const KerasTensor query = Input({.shape = {{3, 2}}, .name = "query"});
  const KerasTensor rest = Input({.shape = {{4, 3}}, .name = "rest"});
  const KerasTensor weight = Input({.shape = {{3, 3}}, .name = "weight"});
  const Value result = outer(Arguments{
      {Value::Dict({{"query", query}, {"rest", Value::List({rest})}})},
      {{"scale", 3.0}, {"weight", weight}}});
  const Value want = Reference("nests/symbolic");
  const std::vector<KerasTensor> tensors = result.keras_tensors();
  ASSERT_EQ(tensors.size(), want.items().size()) << result.ToString();
  for (size_t k = 0; k < tensors.size(); ++k) {
    ASSERT_TRUE(tensors[k].ok()) << tensors[k].status();
    Value::Items sizes;  // None where they are not known
    for (const Dim& dim : tensors[k].shape()) {
      const auto size = dim.AsConstant();
      sizes.push_back(size.has_value() ? Value(*size) : Value());
    }
    EXPECT_EQ(FirstDifference(Value::List(std::move(sizes)), want.items()[k]),
              "");
  }
  auto model = MakeModel(
      Value::Dict({{"q", query}, {"r", rest}, {"w", weight}}), result);
  ASSERT_TRUE(model.ok()) << model.status();
  std::vector<float> numbers = {0, 1, 2, 3, 4, 5};
  std::vector<float> weights;
  for (int k = 0; k < 9; ++k) weights.push_back(static_cast<float>(k % 3 + 1));
  auto y = (*model)->CallOnArrays(
      {{Value::Dict(
           {{"q", Value(Array::FromVector<float>({1, 3, 2}, numbers))},
            {"r", Value(Array::Zeros(DType::kFloat32, {1, 4, 3}))},
            {"w", Value(Array::FromVector<float>({1, 3, 3}, weights))}})},
       {}});
  ASSERT_TRUE(y.ok()) << y.status();
  ExpectArrays(y->outputs, "nests/outer");
}

}  // namespace
}  // namespace keratin

// The functions of keras.random draw what Keras draws on JAX, by an integer
// seed and by the states of a SeedGenerator.
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "layers/base/evaluator.h"
#include "layers/base/layer_ptr.h"
#include "layers/base/seed_generator.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/random.h"
#include "runtime/array.h"
#include "tests/layers/reference.h"

namespace keratin {
namespace {

namespace random = ops::random;

// What `draw` makes of the inputs.
Array Drawn(const std::function<Tensor(const std::vector<Tensor>&)>& draw,
            const std::vector<Array>& inputs = {}) {
  std::unique_ptr<Trace> trace = Trace::Create("random");
  {
    Trace::Scope scope(*trace);
    std::vector<Tensor> given;
    for (const Array& input : inputs) {
      given.push_back(trace->Argument({.kind = "input",
                                       .name = "x",
                                       .dtype = input.dtype(),
                                       .shape = input.shape()}));
    }
    const absl::Status status =
        trace->Return(std::vector<ResultSpec>{{.value = draw(given)}});
    EXPECT_TRUE(status.ok()) << status;
    if (!status.ok()) return Array();
  }
  auto executable = (*Evaluator::Get())->Compile(*trace, {});
  EXPECT_TRUE(executable.ok()) << executable.status();
  if (!executable.ok()) return Array();
  auto results = executable->StatelessCall({}, {}, inputs);
  EXPECT_TRUE(results.ok()) << results.status();
  return results.ok() ? results->outputs[0] : Array();
}

Array Want(const std::string& name) {
  return ArrayOf(Reference("random/" + name));
}

void ExpectSame(const std::string& name, const Array& got) {
  SCOPED_TRACE(name);
  const Array want = Want(name);
  ASSERT_EQ(got.sizes(), want.sizes());
  for (int64_t k = 0; k < got.elements(); ++k)
    ASSERT_EQ(got.AtFlat(k), want.AtFlat(k)) << "at " << k;
}

void ExpectNear(const std::string& name, const Array& got, double tolerance) {
  SCOPED_TRACE(name);
  const Array want = Want(name);
  ASSERT_EQ(got.sizes(), want.sizes());
  for (int64_t k = 0; k < got.elements(); ++k)
    ASSERT_NEAR(got.AtFlat(k), want.AtFlat(k), tolerance) << "at " << k;
}

// Equal within a relative tolerance, but for one draw in 10^4 whose rejection
// was decided by a rounding.
void ExpectDraws(const std::string& name, const Array& got, double relative) {
  SCOPED_TRACE(name);
  const Array want = Want(name);
  ASSERT_EQ(got.sizes(), want.sizes());
  int64_t far = 0;
  for (int64_t k = 0; k < got.elements(); ++k) {
    const double a = got.AtFlat(k), b = want.AtFlat(k);
    if (std::isnan(a) && std::isnan(b)) continue;
    if (!(std::abs(a - b) <= relative * std::abs(b) + 1e-37)) ++far;
  }
  EXPECT_LE(far, got.elements() / 10000) << "of " << got.elements();
}

Array Numbers(std::vector<int64_t> sizes, float first) {
  std::vector<float> numbers(std::accumulate(sizes.begin(), sizes.end(),
                                             int64_t{1}, std::multiplies<>()));
  std::iota(numbers.begin(), numbers.end(), first);
  return Array::FromVector<float>(sizes, numbers);
}

const Shape kShape = {5, 7};

TEST(RandomTest, BitsIntegersAndMasksAreThoseOfKeras) {
  using random::KeyOf;
  ExpectSame("uniform", Drawn([](const auto&) {
               return random::Uniform(KeyOf(1), kShape);
             }));
  ExpectSame("uniform_range", Drawn([](const auto&) {
               return random::Uniform(KeyOf(2), kShape, -3, 5);
             }));
  for (auto [name, dtype] : {std::pair{"uniform_rounded", DType::kFloat32},
                             {"uniform_rounded_half", DType::kFloat16},
                             {"uniform_rounded_bfloat", DType::kBFloat16}}) {
    ExpectSame(name, Drawn([&](const auto&) {
                 return random::Uniform(KeyOf(21), {200}, -0.0625, 0.11, dtype);
               }));
  }
  ExpectSame("uniform_half", Drawn([](const auto&) {
               return random::Uniform(KeyOf(3), kShape, 0, 1, DType::kFloat16);
             }));
  ExpectSame("uniform_bfloat", Drawn([](const auto&) {
               return random::Uniform(KeyOf(3), kShape, 0, 1, DType::kBFloat16);
             }));
  ExpectSame("randint", Drawn([](const auto&) {
               return random::RandInt(KeyOf(6), kShape, -10, 1000);
             }));
  ExpectSame("randint_small", Drawn([](const auto&) {
               return random::RandInt(KeyOf(7), kShape, 0, 200, DType::kUInt8);
             }));
  ExpectSame(
      "shuffle",
      Drawn([](const auto& x) { return random::Shuffle(KeyOf(9), x[0]); },
            {Numbers({20, 2}, 0)}));
  ExpectSame(
      "shuffle_axis",
      Drawn([](const auto& x) { return random::Shuffle(KeyOf(10), x[0], 1); },
            {Numbers({4, 10}, 0)}));
  ExpectSame(
      "dropout",
      Drawn([](const auto& x) { return random::Dropout(KeyOf(11), x[0], 0.4); },
            {Numbers({5, 7}, 1)}));
  ExpectSame("dropout_noise", Drawn(
                                  [](const auto& x) {
                                    return random::Dropout(KeyOf(12), x[0], 0.4,
                                                           {{5, 1}});
                                  },
                                  {Numbers({5, 7}, 1)}));
  std::vector<float> logits;
  for (int k = 0; k < 12; ++k)
    logits.push_back(static_cast<float>(-2 + 4.0 * k / 11));
  ExpectSame("categorical", Drawn(
                                [](const auto& x) {
                                  return random::Categorical(KeyOf(8), x[0], 9);
                                },
                                {Array::FromVector<float>({3, 4}, logits)}));
}

TEST(RandomTest, NormalNumbersAreThoseOfKeras) {
  using random::KeyOf;
  ExpectNear("normal", Drawn([](const auto&) {
               return random::Normal(KeyOf(4), kShape, 1, 0.5);
             }),
             1e-6);
  ExpectNear("normal_long", Drawn([](const auto&) {
               return random::Normal(KeyOf(123456789), {1000});
             }),
             2e-6);
  ExpectNear("truncated_normal", Drawn([](const auto&) {
               return random::TruncatedNormal(KeyOf(5), {200}, -1, 2);
             }),
             4e-6);
}

TEST(RandomTest, RejectedDrawsAreDrawnAgainAsByKeras) {
  using random::KeyOf;
  const Array alphas =
      Array::FromVector<float>({5}, {0.05F, 0.5F, 1, 2.5F, 40});
  ExpectDraws("gamma",
              Drawn(
                  [](const auto& x) {
                    return random::Gamma(KeyOf(13), {600, 5}, x[0]);
                  },
                  {alphas}),
              1e-5);
  ExpectDraws("gamma_one", Drawn([](const auto&) {
                return random::Gamma(KeyOf(14), {}, 0.3);
              }),
              1e-5);
  ExpectDraws("gamma_half", Drawn([](const auto&) {
                return random::Gamma(KeyOf(15), {50}, 2.0, DType::kBFloat16);
              }),
              1e-2);
  ExpectDraws("beta",
              Drawn(
                  [](const auto& x) {
                    return random::Beta(KeyOf(16), {600, 5}, x[0], 1.5);
                  },
                  {alphas}),
              1e-5);
  ExpectDraws("beta_small", Drawn([](const auto&) {
                return random::Beta(KeyOf(17), {100}, 0.1, 0.2);
              }),
              1e-5);
  ExpectDraws("beta_tiny", Drawn([](const auto&) {
                return random::Beta(KeyOf(20), {10000}, 0.01, 0.02);
              }),
              1e-5);
  ExpectDraws("gamma_tiny", Drawn([](const auto&) {
                return random::Gamma(KeyOf(22), {10000}, 0.01);
              }),
              1e-5);
  ExpectDraws("binomial",
              Drawn(
                  [](const auto& x) {
                    return random::Binomial(KeyOf(18), {200, 2, 3}, x[0], x[1]);
                  },
                  {Array::FromVector<float>({2, 3}, {0, 3, 12, 40, 100, 5000}),
                   Array::FromVector<float>({3}, {0.05F, 0.5F, 0.9F})}),
              0);
  const float nan = std::nanf("");
  ExpectDraws("binomial_wrong",
              Drawn(
                  [](const auto& x) {
                    return random::Binomial(KeyOf(19), {3}, x[0], x[1]);
                  },
                  {Array::FromVector<float>({3}, {-1, nan, 5}),
                   Array::FromVector<float>({3}, {0.5F, 0.5F, nan})}),
              0);
}

TEST(RandomTest, AGeneratorCountsOnAsKeras) {
  SeedGenerator generator(42, "mine");
  EXPECT_EQ(FirstDifference(generator.GetConfig(), Reference("random/config")),
            "");
  const Value states = Reference("random/states");
  const Value keys = Reference("random/keys");
  ASSERT_TRUE(states.is_sequence());
  int k = 0;
  for (const bool ordered : {true, true, false, true}) {
    EXPECT_TRUE(
        generator.state()->array()->Identical(ArrayOf(states.items()[k])));
    auto key = generator.NextOnArrays(ordered);
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_TRUE(key->Identical(ArrayOf(keys.items()[k]))) << key->ToString();
    ++k;
  }
  EXPECT_TRUE(
      generator.state()->array()->Identical(ArrayOf(states.items()[k])));
}

// The example of SeedGenerator's header.
class Noise : public Layer {
 public:
  const SeedGenerator& generator() const { return generator_; }

 private:
  absl::Status Configured() override {
    Layer::Track("seed_generator", generator_);
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    return random::Uniform(generator_.Next(), x.shape());
  }
  SeedGenerator generator_ = SeedGenerator(7);
};

TEST(RandomTest, ALayerDrawsFromAGeneratorThatItIsGiven) {
  auto noise = Make<Noise>();
  const Array x = Numbers({5, 7}, 0);
  const Value want = Reference("random/by_generator");
  for (int call = 0; call < 2; ++call) {
    absl::StatusOr<Array> y = noise(x);
    ASSERT_TRUE(y.ok()) << y.status();
    EXPECT_TRUE(y->Identical(ArrayOf(want.items()[call])));
  }
  EXPECT_EQ(noise->variables(),
            std::vector<Variable*>{noise->generator().state().get()});
  EXPECT_TRUE(noise->weights().empty());
}

TEST(RandomTest, UnknownShapesOfRejectedDrawsAreAnError) {
  std::unique_ptr<Trace> trace = Trace::Create("random");
  Trace::Scope scope(*trace);
  EXPECT_FALSE(random::Gamma(random::KeyOf(1), {Dim::Symbol("batch")}, 1).ok());
  EXPECT_EQ(std::string(trace->status().message()),
            "ops.gamma: a known shape is needed");
}

}  // namespace
}  // namespace keratin

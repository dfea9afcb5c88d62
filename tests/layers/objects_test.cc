// Initializers, regularizers and constraints have the values of the real Keras.
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "layers/base/evaluator.h"
#include "layers/base/initialize.h"
#include "layers/base/object.h"
#include "layers/base/variable.h"
#include "runtime/array.h"
#include "tests/layers/reference.h"

namespace keratin {
namespace {

// f of [4, 3] numbers from -2 to 3.
absl::StatusOr<Array> Compute(const std::function<Tensor(const Tensor&)>& f) {
  std::vector<float> numbers(12);
  for (int k = 0; k < 12; ++k)
    numbers[k] = static_cast<float>(-2 + 5.0 * k / 11);
  std::unique_ptr<Trace> trace = Trace::Create("objects");
  {
    Trace::Scope scope(*trace);
    Tensor x = trace->Argument({.kind = "input",
                                .name = "x",
                                .dtype = DType::kFloat32,
                                .shape = {4, 3},
                                .notes = {}});
    absl::Status status =
        trace->Return(std::vector<ResultSpec>{{.value = f(x)}});
    if (!status.ok()) return status;
  }
  auto executable = (*Evaluator::Get())->Compile(*trace, {});
  if (!executable.ok()) return executable.status();
  auto results = executable->StatelessCall(
      {}, {}, {Array::FromVector<float>({4, 3}, numbers)});
  if (!results.ok()) return results.status();
  return results->outputs[0];
}

template <typename Object>
void ExpectValuesOf(const char* kind) {
  const Value cases = Reference(kind);
  ASSERT_TRUE(cases.is_sequence());
  for (const Value& one : cases.items()) {
    SCOPED_TRACE(one.Find("class_name")->as_string());
    const Object object(one);
    auto found = object.Get();
    ASSERT_TRUE(found.ok()) << found.status();
    auto value = Compute([&](const Tensor& x) { return (**found)(x); });
    ASSERT_TRUE(value.ok()) << value.status();
    EXPECT_EQ(FarFrom(*value, *one.Find("value"), 5e-6), "");
  }
}

TEST(ObjectsTest, RegularizersAreKeras) {
  ExpectValuesOf<Regularizer>("regularizers");
}

TEST(ObjectsTest, ConstraintsAreKeras) {
  ExpectValuesOf<Constraint>("constraints");
}

// Within 2e-6 of the spread of the values; 1e-5 for orthogonal ones.
TEST(ObjectsTest, InitializersGiveTheWeightsOfKeras) {
  const Value cases = Reference("initializers");
  ASSERT_TRUE(cases.is_sequence());
  std::vector<std::unique_ptr<Variable>> owned;
  std::vector<Variable*> variables;
  for (const Value& one : cases.items()) {
    Shape shape;
    for (const Value& size : one.Find("shape")->items())
      shape.push_back(size.as_int());
    owned.push_back(std::make_unique<Variable>(
        WeightSpec{.name = one.Find("class_name")->as_string(),
                   .shape = shape,
                   .dtype = DType::kFloat32,
                   .initializer = one},
        one.Find("class_name")->as_string()));
    variables.push_back(owned.back().get());
  }
  auto values = ValuesOf(variables);
  ASSERT_TRUE(values.ok()) << values.status();
  for (size_t k = 0; k < variables.size(); ++k) {
    SCOPED_TRACE(variables[k]->name());
    const Value& want = *cases.items()[k].Find("value");
    double squares = 0;
    for (const Value& number : want.items())
      squares += number.as_double() * number.as_double();
    const double spread = std::sqrt(squares / want.items().size());
    const double bound = variables[k]->name() == "Orthogonal" ? 1e-5 : 2e-6;
    EXPECT_EQ(FarFrom((*values)[k], want, bound * spread), "");
  }
}

TEST(ObjectsTest, WithoutASeedWeightsDifferAndStay) {
  Variable a({.name = "a",
              .shape = {3},
              .dtype = DType::kFloat32,
              .initializer = "random_normal"},
             "a");
  Variable b({.name = "b",
              .shape = {3},
              .dtype = DType::kFloat32,
              .initializer = "random_normal"},
             "b");
  auto values = ValuesOf({&a, &b});
  ASSERT_TRUE(values.ok()) << values.status();
  EXPECT_FALSE((*values)[0].Identical((*values)[1]));
  EXPECT_TRUE((*ValuesOf({&a}))[0].Identical((*values)[0]));
}

}  // namespace
}  // namespace keratin

// When results agree with those that the real Keras recorded.
#include "tests/conformance/agreement.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace keratin::conformance {
namespace {

using ::testing::HasSubstr;

Array Floats(std::vector<float> values) {
  return Array::FromVector<float>({static_cast<int64_t>(values.size())},
                                  values);
}

TEST(AgreementTest, AllowsTheTolerance) {
  EXPECT_EQ(Disagreement("output", Floats({1.0001f, 0}), Floats({1, 1e-5f}),
                         "float32", {1e-3, 1e-4}),
            "");
  EXPECT_THAT(
      Disagreement("output", Floats({1, 2}), Floats({1, 1}), "", {1e-3, 1e-4}),
      HasSubstr("differs in 1 of 2 elements, most at [1]: 2"));
}

TEST(AgreementTest, NanAgreesWithNanAlone) {
  EXPECT_EQ(Disagreement("y", Floats({NAN}), Floats({NAN}), "", {}), "");
  EXPECT_NE(Disagreement("y", Floats({NAN}), Floats({1}), "", {9, 9}), "");
  EXPECT_NE(Disagreement("y", Floats({1}), Floats({NAN}), "", {9, 9}), "");
  EXPECT_EQ(Disagreement("y", Floats({INFINITY}), Floats({INFINITY}), "", {}),
            "");
  EXPECT_NE(Disagreement("y", Floats({1e30f}), Floats({INFINITY}), "", {9, 9}),
            "");
  EXPECT_NE(
      Disagreement("y", Floats({-INFINITY}), Floats({INFINITY}), "", {9, 9}),
      "");
}

TEST(AgreementTest, AsksForTheDtypeAndTheSizes) {
  const Array ints = Array::FromVector<int32_t>({1}, {1});
  EXPECT_THAT(Disagreement("y", ints, Floats({1}), "", {}),
              HasSubstr("y is int32 (1), Keras has float32 (1)"));
  EXPECT_NE(Disagreement("y", Floats({1}), Floats({1, 1}), "", {}), "");
  const Array half = *Floats({1}).Cast(DType::kBFloat16);
  EXPECT_EQ(Disagreement("y", half, Floats({1}), "bfloat16", {}), "");
  EXPECT_EQ(Disagreement("y", half, Floats({1}), "", {}), "");
  EXPECT_NE(Disagreement("y", half, Floats({1}), "float32", {}), "");
}

TEST(AgreementTest, Float64OfFloat32PrecisionIsComparedAsSuch) {
  const auto doubles = [](std::vector<double> values) {
    return Array::FromVector<double>({static_cast<int64_t>(values.size())},
                                     values);
  };
  const Tolerance tight = {1e-9, 1e-10};
  // 0.1f is a float32 number, 0.1 is none.
  EXPECT_EQ(Disagreement("y", doubles({0.1}), doubles({0.1f}), "", tight), "");
  EXPECT_NE(Disagreement("y", doubles({0.1001}), doubles({0.1f}), "", tight),
            "");
  EXPECT_NE(
      Disagreement("y", doubles({0.1f, 0.1}), doubles({0.1, 0.1}), "", tight),
      "");
  EXPECT_NE(Disagreement("y", Floats({0.1f}), doubles({0.1f}), "", tight), "");
}

TEST(AgreementTest, Float64ThatWentThroughFloat32HasItsDigits) {
  const Array got = Array::FromVector<double>({1}, {0.1 + 1e-8});
  const Array want = Array::FromVector<double>({1}, {0.1});
  EXPECT_NE(Disagreement("y", got, want, "", {1e-9, 1e-10}), "");
  EXPECT_EQ(Disagreement("y", got, want, "", {1e-9, 1e-10, true}), "");
  const Array far = Array::FromVector<double>({1}, {0.1001});
  EXPECT_NE(Disagreement("y", far, want, "", {1e-9, 1e-10, true}), "");
}

TEST(AgreementTest, CountsLists) {
  EXPECT_EQ(ListDisagreement("losses", {}, {}, {}, {}), "");
  EXPECT_THAT(ListDisagreement("losses", {Floats({1})}, {}, {}, {}),
              HasSubstr("1 of losses, Keras has 0"));
}

}  // namespace
}  // namespace keratin::conformance

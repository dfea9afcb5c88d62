// Names, descrs and the small floating point formats.
#include "runtime/dtype.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace keratin {
namespace {

TEST(DTypeTest, NamesAndDescrsRoundTrip) {
  for (DType dtype : AllDTypes()) {
    EXPECT_EQ(*ParseDType(DTypeName(dtype)), dtype);
    EXPECT_GT(DTypeSize(dtype), 0);
    if (!IsFloat8(dtype)) {
      EXPECT_EQ(*DTypeFromNumpyDescr(DTypeNumpyDescr(dtype)), dtype);
    }
    EXPECT_TRUE(DispatchDType(dtype, [&](auto tag) {
      EXPECT_EQ(kDTypeOf<decltype(tag)>, dtype);
      EXPECT_EQ(static_cast<int64_t>(sizeof(tag)), DTypeSize(dtype));
    }));
  }
  EXPECT_FALSE(ParseDType("float31").ok());
  EXPECT_FALSE(ParseDType("invalid").ok());
  EXPECT_FALSE(DTypeFromNumpyDescr(">f4").ok());
  EXPECT_FALSE(DTypeFromNumpyDescr("|V1").ok());
  EXPECT_FALSE(DTypeFromNumpyDescr("").ok());
  EXPECT_FALSE(DTypeFromNumpyDescr("<O8").ok());
}

TEST(DTypeTest, KindsAreToldApart) {
  EXPECT_TRUE(IsFloating(DType::kFloat8E5M2));
  EXPECT_TRUE(IsInteger(DType::kUInt8));
  EXPECT_FALSE(IsSignedInteger(DType::kUInt8));
  EXPECT_FALSE(IsInteger(DType::kBool));
  EXPECT_FALSE(IsFloating(DType::kInvalid));
}

template <typename T>
class SmallFloatTest : public testing::Test {};
using SmallFloats = testing::Types<Half, BFloat16, Float8E4M3FN, Float8E5M2>;
TYPED_TEST_SUITE(SmallFloatTest, SmallFloats);

TYPED_TEST(SmallFloatTest, EveryValueSurvivesFloatAndTiesGoToEven) {
  const uint32_t count = 1u << (8 * sizeof(TypeParam));
  for (uint32_t bits = 0; bits < count; ++bits) {
    const auto x =
        TypeParam::FromBits(static_cast<decltype(TypeParam::bits)>(bits));
    const float value = static_cast<float>(x);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(static_cast<float>(TypeParam(value))));
      continue;
    }
    ASSERT_EQ(TypeParam(value).bits, bits) << value;
    // Halfway to the next one up, if that is finite.
    const auto next =
        TypeParam::FromBits(static_cast<decltype(TypeParam::bits)>(bits + 1));
    const double above = static_cast<double>(static_cast<float>(next));
    if (!std::isfinite(above) || !std::isfinite(value) ||
        std::abs(above) <= std::abs(value)) {
      continue;
    }
    const double middle = (above + value) / 2;
    ASSERT_EQ(TypeParam(middle).bits, bits % 2 == 0 ? bits : bits + 1);
    ASSERT_EQ(TypeParam(std::nextafter(middle, 0.0)).bits, bits);
    ASSERT_EQ(TypeParam(std::nextafter(middle, above * 2)).bits, bits + 1);
  }
}

TEST(SmallFloatTest, ValuesOutOfRangeSaturateOrOverflowAsTheFormatSays) {
  EXPECT_EQ(Half(65519.0).bits, 0x7bff);
  EXPECT_EQ(Half(65520.0).bits, 0x7c00);
  EXPECT_EQ(Half(-1e30).bits, 0xfc00);
  EXPECT_EQ(Half(1e-30).bits, 0);
  EXPECT_EQ(BFloat16(std::numeric_limits<float>::max()).bits, 0x7f80);
  EXPECT_EQ(BFloat16(1.0f).bits, 0x3f80);
  EXPECT_EQ(Float8E4M3FN(448.0).bits, 0x7e);
  EXPECT_EQ(Float8E4M3FN(464.0).bits, 0x7e);
  EXPECT_EQ(Float8E4M3FN(465.0).bits, 0x7f);
  EXPECT_EQ(Float8E4M3FN(1e9).bits, 0x7f);
  EXPECT_EQ(Float8E5M2(1e9).bits, 0x7c);
  EXPECT_EQ(Half(-0.0).bits, 0x8000);
  EXPECT_EQ(Half(std::numeric_limits<double>::denorm_min()).bits, 0);
}

}  // namespace
}  // namespace keratin

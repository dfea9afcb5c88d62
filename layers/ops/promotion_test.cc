// The dtypes that results have, as keras.ops promotes on JAX.
#include "layers/ops/promotion.h"

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace keratin::ops {
namespace {

// keras.src.backend.common.dtypes.result_type of each pair of
// bool, uint8, uint16, uint32, int8, int16, int32, bfloat16, float16, float32,
// int, float (the last two: Python numbers), a row for each first one.
constexpr char kKeras[] =
    "bool uint8 uint16 uint32 int8 int16 int32 bfloat16 float16 float32 int32 "
    "float32\n"
    "uint8 uint8 uint16 uint32 int16 int16 int32 bfloat16 float16 float32 "
    "uint8 float32\n"
    "uint16 uint16 uint16 uint32 int32 int32 int32 bfloat16 float16 float32 "
    "uint16 float32\n"
    "uint32 uint32 uint32 uint32 int32 int32 int32 bfloat16 float16 float32 "
    "uint32 float32\n"
    "int8 int16 int32 int32 int8 int16 int32 bfloat16 float16 float32 int8 "
    "float32\n"
    "int16 int16 int32 int32 int16 int16 int32 bfloat16 float16 float32 int16 "
    "float32\n"
    "int32 int32 int32 int32 int32 int32 int32 bfloat16 float16 float32 int32 "
    "float32\n"
    "bfloat16 bfloat16 bfloat16 bfloat16 bfloat16 bfloat16 bfloat16 bfloat16 "
    "float32 float32 bfloat16 bfloat16\n"
    "float16 float16 float16 float16 float16 float16 float16 float32 float16 "
    "float32 float16 float16\n"
    "float32 float32 float32 float32 float32 float32 float32 float32 float32 "
    "float32 float32 float32\n"
    "int32 uint8 uint16 uint32 int8 int16 int32 bfloat16 float16 float32 int32 "
    "float32\n"
    "float32 float32 float32 float32 float32 float32 float32 bfloat16 float16 "
    "float32 float32 float32\n";

TEST(PromotionTest, AgreesWithKeras) {
  const std::vector<OperandType> types = {
      DType::kBool,    DType::kUInt8,   DType::kUInt16, DType::kUInt32,
      DType::kInt8,    DType::kInt16,   DType::kInt32,  DType::kBFloat16,
      DType::kFloat16, DType::kFloat32, WeakInt(),      WeakFloat()};
  std::vector<std::string> rows = absl::StrSplit(kKeras, '\n');
  for (size_t i = 0; i < types.size(); ++i) {
    std::vector<std::string> row = absl::StrSplit(rows[i], ' ');
    for (size_t j = 0; j < types.size(); ++j) {
      absl::StatusOr<DType> result = ResultType({types[i], types[j]});
      ASSERT_TRUE(result.ok()) << result.status();
      EXPECT_EQ(std::string(DTypeName(*result)), row[j]) << i << " with " << j;
    }
  }
}

TEST(PromotionTest, Float64IsReal) {
  EXPECT_EQ(*ResultType({DType::kFloat64, DType::kFloat32}), DType::kFloat64);
  EXPECT_EQ(*ResultType({DType::kFloat64, WeakFloat()}), DType::kFloat64);
}

TEST(PromotionTest, SixtyFourBitIntegersAreThirtyTwo) {
  EXPECT_EQ(*ResultType({DType::kInt64}), DType::kInt32);
  EXPECT_EQ(CanonicalDType(DType::kUInt64), DType::kUInt32);
}

TEST(PromotionTest, Float8DoesNotPromote) {
  absl::StatusOr<DType> mixed =
      ResultType({DType::kFloat8E4M3FN, DType::kFloat32});
  ASSERT_FALSE(mixed.ok());
  EXPECT_NE(std::string(mixed.status().message()).find("float8_e4m3fn"),
            std::string::npos);
  EXPECT_EQ(*ResultType({DType::kFloat8E5M2, DType::kFloat8E5M2}),
            DType::kFloat8E5M2);
}

}  // namespace
}  // namespace keratin::ops

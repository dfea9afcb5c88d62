// Array: sharing, casts, refusals.
#include "runtime/array.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "gtest/gtest.h"

namespace keratin {
namespace {

TEST(ArrayTest, CopiesShareUntilWritten) {
  Array x = Array::FromVector<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  Array y = x;
  EXPECT_EQ(x.raw_data(), y.raw_data());
  y.mutable_data<float>()[0] = 7;
  EXPECT_EQ(x.At({0, 0}), 1);
  EXPECT_EQ(y.At({0, 0}), 7);
  EXPECT_EQ(y.At({1, 2}), 6);
  const void* before = y.raw_data();
  y.mutable_data<float>()[1] = 8;
  EXPECT_EQ(y.raw_data(), before);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(before) % Array::kAlignment, 0u);
  EXPECT_EQ(x.shape(), (Shape{2, 3}));
  EXPECT_EQ(x.bytes(), 24);
  EXPECT_EQ(x.size(-1), 3);
}

TEST(ArrayTest, AliasesKeepTheirOwner) {
  auto owner = std::make_shared<std::vector<int32_t>>(4, 5);
  std::weak_ptr<std::vector<int32_t>> watch = owner;
  Array view = Array::Alias(DType::kInt32, {4}, owner->data(), owner);
  Array writable =
      Array::AliasMutable(DType::kInt32, {4}, owner->data(), nullptr);
  int32_t* memory = owner->data();
  owner.reset();
  EXPECT_FALSE(watch.expired());
  writable.mutable_data<int32_t>()[0] = 9;
  EXPECT_EQ(memory[0], 9);
  EXPECT_EQ(view.At({0}), 9);
  view.mutable_data<int32_t>()[1] = 1;  // a copy, and the owner goes
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(view.ToString(), "int32 (4,) [9, 1, 5, 5]");
}

TEST(ArrayTest, RefusesSizesItCannotHold) {
  EXPECT_FALSE(Array::Allocate(DType::kFloat32, {-1}).ok());
  EXPECT_FALSE(Array::Allocate(DType::kFloat32, {INT64_MAX, INT64_MAX}).ok());
  EXPECT_FALSE(
      Array::Allocate(DType::kFloat32, {INT64_MAX, INT64_MAX, 0}).ok());
  EXPECT_FALSE(Array::Allocate(DType::kFloat64, {int64_t{1} << 60}).ok());
  EXPECT_FALSE(Array::Allocate(DType::kInvalid, {1}).ok());
  EXPECT_FALSE(Array::FromVector<float>({3}, {1, 2}).ok());
  EXPECT_EQ(Array::Zeros(DType::kInt8, {0, 5}).elements(), 0);
  EXPECT_FALSE(Array().ok());
  EXPECT_FALSE(Array().Cast(DType::kInt8).ok());
}

TEST(ArrayTest, CastsAsNumpy) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Array x =
      Array::FromVector<float>({6}, {-1.7f, 2.5f, 0.f, nan, 300.f, 1e20f});
  Array i = *x.Cast(DType::kInt32);
  EXPECT_EQ(i.values<int32_t>(),
            (std::vector<int32_t>{-1, 2, 0, INT32_MIN, 300, INT32_MIN}));
  EXPECT_EQ(x.Cast(DType::kUInt8)->values<uint8_t>()[4], 300 - 256);
  const Array truth = *x.Cast(DType::kBool);
  EXPECT_EQ(truth.AtFlat(2), 0);
  EXPECT_EQ(truth.AtFlat(3), 1);
}

TEST(ArrayTest, CastsEveryPair) {
  for (DType from : AllDTypes()) {
    Array x = *Array::FromVector<int32_t>({3}, {0, 1, 5}).Cast(from);
    for (DType to : AllDTypes()) {
      Array y = *x.Cast(to);
      EXPECT_EQ(y.dtype(), to);
      EXPECT_EQ(y.AtFlat(0), 0) << from << to;
      EXPECT_EQ(y.AtFlat(1), 1) << from << to;
      EXPECT_EQ(y.AtFlat(2), IsBool(from) || IsBool(to) ? 1 : 5) << from << to;
    }
  }
  Array big = Array::Scalar<double>(9223372036854775808.0);
  EXPECT_EQ(big.Cast(DType::kUInt64)->values<uint64_t>()[0], uint64_t{1} << 63);
  EXPECT_EQ(big.Cast(DType::kInt64)->values<int64_t>()[0], INT64_MIN);
}

TEST(ArrayTest, ReshapesWithoutCopying) {
  Array x = Array::FromVector<int8_t>({2, 3}, {1, 2, 3, 4, 5, 6});
  Array y = *x.Reshape({3, 2});
  EXPECT_EQ(y.raw_data(), x.raw_data());
  EXPECT_EQ(y.At({2, 1}), 6);
  EXPECT_FALSE(x.Reshape({4}).ok());
  EXPECT_FALSE(x.Identical(y));
  EXPECT_TRUE(x.Identical(*y.Reshape({2, 3})));
}

}  // namespace
}  // namespace keratin

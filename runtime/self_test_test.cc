// Self-tests hold where nothing changed, and fail where something did.
#include "runtime/self_test.h"

#include <cmath>
#include <utility>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace keratin {
namespace {

int32_t Twice(const keratin_call* c) {
  const int64_t n = c->dims[0];
  for (int64_t i = 0; i < n; ++i) {
    static_cast<float*>(c->results[0])[i] =
        2 * static_cast<const float*>(c->args[0])[i];
  }
  return 0;
}

int32_t Thrice(const keratin_call* c) {
  Twice(c);
  static_cast<float*>(c->results[0])[0] *= 100;
  return 0;
}

// A first result of -inf, or of +inf.
template <int sign>
int32_t Endless(const keratin_call* c) {
  Twice(c);
  static_cast<float*>(c->results[0])[0] = sign * HUGE_VALF;
  return 0;
}

absl::StatusOr<Executable> Make(keratin_entry entry,
                                const proto::SelfTest* test) {
  Manifest manifest;
  manifest.set_format_version(kManifestFormatVersion);
  manifest.set_name("twice");
  manifest.add_symbols()->set_name("n");
  for (proto::Tensor* tensor :
       {manifest.add_inputs(), manifest.add_outputs()}) {
    tensor->set_name("x");
    tensor->set_dtype("float32");
    tensor->add_dims("n");
  }
  manifest.mutable_call()->add_arguments()->set_kind(proto::Value::INPUT);
  manifest.mutable_call()->add_results()->set_kind(proto::Value::OUTPUT);
  manifest.mutable_prepare();
  if (test != nullptr) *manifest.mutable_self_test() = *test;
  EntryPoints entry_points;
  entry_points.call = entry;
  entry_points.prepare = entry;
  return Executable::Create(std::move(manifest), entry_points, nullptr);
}

TEST(SelfTestTest, FailsWhereTheComputationDiffers) {
  const Executable plain = *Make(Twice, nullptr);
  EXPECT_FALSE(RunSelfTest(plain, Prepared(), {}).ok());
  absl::StatusOr<proto::SelfTest> test =
      MakeSelfTest(plain, Prepared(), {}, {5});
  ASSERT_TRUE(test.ok()) << test.status();
  EXPECT_TRUE(RunSelfTest(*Make(Twice, &*test), Prepared(), {}).ok());
  EXPECT_TRUE(absl::StrContains(
      RunSelfTest(*Make(Thrice, &*test), Prepared(), {}).message(),
      "the self-test of model 'twice' fails: output 'x' differs by"));
  EXPECT_FALSE(MakeSelfTest(plain, Prepared(), {}, {}).ok());
}

TEST(SelfTestTest, InfinitiesAgreeWithThemselves) {
  absl::StatusOr<proto::SelfTest> test =
      MakeSelfTest(*Make(Endless<-1>, nullptr), Prepared(), {}, {5});
  ASSERT_TRUE(test.ok()) << test.status();
  EXPECT_TRUE(RunSelfTest(*Make(Endless<-1>, &*test), Prepared(), {}).ok());
  EXPECT_FALSE(RunSelfTest(*Make(Endless<1>, &*test), Prepared(), {}).ok());
}

TEST(SelfTestTest, InputsNeverChange) {
  const Array x = (*SelfTestInputs(*Make(Twice, nullptr), {3}))[0];
  EXPECT_EQ(x.ToString(), "float32 (3,) [0.236068, -0.527864, 0.708204]");
}

}  // namespace
}  // namespace keratin

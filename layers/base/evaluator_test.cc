// Without the compiler, a call on arrays says what to link.
#include "layers/base/evaluator.h"

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "layers/base/layer.h"

namespace keratin {
namespace {

class Double : public Layer {
 public:
  Tensor Call(const Tensor& x) override { return x; }
};

TEST(EvaluatorTest, NamesTheTargetToLink) {
  EXPECT_TRUE(absl::StrContains(Evaluator::Get().status().message(),
                                "add //compiler/api to its deps"));
  Double layer;
  EXPECT_TRUE(absl::StrContains(
      layer(Array::Zeros(DType::kFloat32, {2})).status().message(),
      "//compiler/api"));
}

}  // namespace
}  // namespace keratin

// What keras.ops make of unknown sizes, and what they say of wrong operands.
// Their numbers are tested in tests/ops.
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "ir/trace/trace.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/convolution.h"
#include "layers/ops/creation.h"
#include "layers/ops/indexing.h"
#include "layers/ops/linear.h"
#include "layers/ops/normalization.h"
#include "layers/ops/pooling.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

class OpsTest : public testing::Test {
 protected:
  OpsTest() : trace_(Trace::Create("test")), scope_(*trace_) {}

  Tensor Input(const std::string& shape, DType dtype = DType::kFloat32) {
    return trace_->Argument({.kind = "input",
                             .name = "x",
                             .dtype = dtype,
                             .shape = *Shape::Parse(shape),
                             .notes = {}});
  }
  std::string Error() { return std::string(trace_->status().message()); }

  std::unique_ptr<Trace> trace_;
  Trace::Scope scope_;
};

TEST_F(OpsTest, ReshapeFindsWhatIsLeft) {
  Tensor x = Input("(batch, seq, 6)");
  EXPECT_EQ(Reshape(x, {-1, 6}).shape().ToString(), "(batch*seq, 6)");
  EXPECT_EQ(Reshape(x, {Dim::Symbol("batch"), -1, 2, 3}).shape().ToString(),
            "(batch, seq, 2, 3)");
  EXPECT_EQ(Ravel(x).shape().ToString(), "(6*batch*seq,)");
}

TEST_F(OpsTest, ReshapeRefusesAnotherNumberOfElements) {
  EXPECT_FALSE(Reshape(Input("(2, 3)"), {4, -1}).ok());
  EXPECT_NE(Error().find("(2, 3) cannot become (4, -1)"), std::string::npos)
      << Error();
}

TEST_F(OpsTest, UnknownSizesAreTakenAsEqual) {
  Tensor sum = Add(Input("(batch, a)"), Input("(batch, b)"));
  ASSERT_TRUE(sum.ok()) << Error();
  Tensor known = Add(Input("(batch, a)"), Input("(1, 7)"));
  EXPECT_EQ(known.shape().ToString(), "(batch, 7)");
  EXPECT_EQ(Concatenate({Input("(batch, a, 2)"), Input("(batch, 7, 2)")}, 2)
                .shape()
                .ToString(),
            "(batch, 7, 4)");
}

TEST_F(OpsTest, KnownSizesMustFit) {
  EXPECT_FALSE(Add(Input("(batch, 3)"), Input("(batch, 4)")).ok());
  EXPECT_NE(Error().find("ops.add"), std::string::npos) << Error();
  EXPECT_NE(Error().find("3 and 4 differ"), std::string::npos) << Error();
}

TEST_F(OpsTest, SlicesOfUnknownSizesFollowPython) {
  Tensor x = Input("(batch, seq)");
  EXPECT_EQ(
      GetItem(x, {Index::All(), Index::Range(1, std::nullopt)}).shape().rank(),
      2);
  EXPECT_EQ(GetItem(x, {Index::All(), Index::At(-1)}).shape().ToString(),
            "(batch,)");
  EXPECT_EQ(GetItem(x, {Index::All(), Index::NewAxis(), Index::Ellipsis()})
                .shape()
                .ToString(),
            "(batch, 1, seq)");
}

TEST_F(OpsTest, IndexOutsideIsAnError) {
  EXPECT_FALSE(GetItem(Input("(batch, 3)"), {Index::All(), Index::At(3)}).ok());
  EXPECT_NE(Error().find("index 3 is outside axis 1"), std::string::npos)
      << Error();
}

TEST_F(OpsTest, ConvolutionKeepsUnknownSizes) {
  Tensor x = Input("(batch, h, w, 3)");
  Tensor kernel = Input("(3, 3, 3, 8)");
  EXPECT_EQ(Conv(x, kernel, {.padding = Padding::kSame}).shape().ToString(),
            "(batch, h, w, 8)");
  Tensor pooled = MaxPool(x, {.pool_size = {2}, .padding = Padding::kSame});
  EXPECT_EQ(pooled.dim(1), Dim::Symbol("h").CeilDiv(2))
      << pooled.shape().ToString();
}

TEST_F(OpsTest, ConvolutionRefusesOtherChannels) {
  EXPECT_FALSE(Conv(Input("(batch, 8, 8, 3)"), Input("(3, 3, 2, 8)"), {}).ok());
  EXPECT_NE(Error().find("3 channels"), std::string::npos) << Error();
}

TEST_F(OpsTest, MatMulNamesTheSizes) {
  EXPECT_FALSE(MatMul(Input("(batch, 3)"), Input("(4, 5)")).ok());
  EXPECT_NE(Error().find("inner sizes 3 and 4"), std::string::npos) << Error();
}

TEST_F(OpsTest, EinsumNamesTheEquation) {
  EXPECT_FALSE(Einsum("ij,jk->ij?", {Input("(2, 3)"), Input("(3, 4)")}).ok());
  EXPECT_NE(Error().find("ij,jk->ij?"), std::string::npos) << Error();
}

TEST_F(OpsTest, FirstErrorStaysAndPoisons) {
  Tensor bad = Squeeze(Input("(batch, 3)"), 1);
  EXPECT_FALSE(bad.ok());
  std::string first = Error();
  EXPECT_FALSE(Softmax(MatMul(bad, bad) + 1).ok());
  EXPECT_FALSE(Mean(bad, {7}).ok());
  EXPECT_EQ(Error(), first);
}

TEST_F(OpsTest, AxisOutsideIsAnError) {
  EXPECT_FALSE(Sum(Input("(batch, 3)"), {2}).ok());
  EXPECT_NE(Error().find("axis 2 is outside a tensor of rank 2"),
            std::string::npos)
      << Error();
}

TEST_F(OpsTest, NumbersTakeTheTensorsType) {
  EXPECT_EQ((Input("(2,)", DType::kBFloat16) * 2.5).dtype(), DType::kBFloat16);
  EXPECT_EQ((Input("(2,)", DType::kInt8) + 1).dtype(), DType::kInt8);
  EXPECT_EQ((Input("(2,)", DType::kInt8) + 1.5).dtype(), DType::kFloat32);
  EXPECT_EQ((1 / Input("(2,)", DType::kInt32)).dtype(), DType::kFloat32);
}

}  // namespace
}  // namespace keratin::ops

// Which chains of computes run for a block of the batch at a time.
#include <string>

#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "ir/dialect/dialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "passes/codegen/passes.h"

namespace keratin {
namespace {

// Two sums of products over the last axis of a batch of images, with a shift of
// the rows and a rectifier between them. $B is the batch, $T its tensor size,
// $E what the types say of it.
constexpr char kChain[] = R"(
#x = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#k = affine_map<(d0, d1, d2, d3, d4) -> (d4, d3)>
#y = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
func.func @call(%k: tensor<32x32xf32> {keratin.kind = "prepared"}, %x: tensor<$Tx112x112x32xf32$E> {keratin.kind = "input"}) -> tensor<$Tx112x112x32xf32$E> {
  %a = keratin.compute ins(%x, %k : tensor<$Tx112x112x32xf32$E>, tensor<32x32xf32>) domain <$B, 112, 112, 32, 32> reductions [4] maps [#x, #k, #y] combiners ["add"] -> tensor<$Tx112x112x32xf32$E> {
  ^bb0(%v: f32, %w: f32):
    %t = arith.mulf %v, %w : f32
    keratin.yield %t : f32
  }
  %s = keratin.compute captures(%a : tensor<$Tx112x112x32xf32$E>) domain <$B, 112, 112, 32> reductions [] maps [#id] combiners ["none"] -> tensor<$Tx112x112x32xf32$E> {
  ^bb0(%t: tensor<$Tx112x112x32xf32$E>):
    %n = keratin.index $N : index
    %i = keratin.index 1 : index
    %last = arith.constant 111 : index
    %j = arith.subi %last, %i : index
    %c = keratin.index 3 : index
    %w = keratin.index 2 : index
    %e = keratin.extract %t[%n, %j, %w, %c] : tensor<$Tx112x112x32xf32$E> -> f32
    keratin.yield %e : f32
  }
  %r = keratin.compute ins(%s : tensor<$Tx112x112x32xf32$E>) domain <$B, 112, 112, 32> reductions [] maps [#id, #id] combiners ["none"] -> tensor<$Tx112x112x32xf32$E> {
  ^bb0(%v: f32):
    %zero = arith.constant 0.0 : f32
    %t = arith.maxnumf %v, %zero : f32
    keratin.yield %t : f32
  }
  %b = keratin.compute ins(%r, %k : tensor<$Tx112x112x32xf32$E>, tensor<32x32xf32>) domain <$B, 112, 112, 32, 32> reductions [4] maps [#x, #k, #y] combiners ["add"] -> tensor<$Tx112x112x32xf32$E> {
  ^bb0(%v: f32, %w: f32):
    %t = arith.mulf %v, %w : f32
    keratin.yield %t : f32
  }
  return %b : tensor<$Tx112x112x32xf32$E>
}
)";

class BlockBatchTest : public testing::Test {
 protected:
  BlockBatchTest() {
    context_.loadDialect<ir::KeratinDialect, mlir::func::FuncDialect,
                         mlir::arith::ArithDialect>();
  }
  // The scan that the pass makes of the text for x86-64-v3 (512 KiB of second
  // level cache); null if it makes none.
  ir::ScanOp ScanOf(const std::string& text) {
    module_ = mlir::parseSourceString<mlir::ModuleOp>(text, &context_);
    if (!module_) {
      ADD_FAILURE() << "does not parse";
      return {};
    }
    mlir::PassManager passes(&context_);
    passes.addPass(CreateBlockBatchPass(TargetFor("x86-64-v3")));
    EXPECT_TRUE(succeeded(passes.run(*module_)));
    EXPECT_TRUE(succeeded(mlir::verify(*module_)));
    ir::ScanOp found;
    module_->walk([&](ir::ScanOp scan) { found = scan; });
    return found;
  }
  static std::string Chain(const std::string& batch) {
    const bool known = batch[0] != '"';
    return absl::StrReplaceAll(
        kChain, {{"$B", batch},
                 {"$T", known ? batch : "?"},
                 {"$E", known ? "" : ", #keratin.dims<" + batch + ">"},
                 {"$N", "0"}});
  }

  mlir::MLIRContext context_;
  mlir::OwningOpRef<mlir::ModuleOp> module_;
};

TEST_F(BlockBatchTest, AChainLargerThanTheCacheWalksTheBatch) {
  ir::ScanOp scan = ScanOf(Chain("8"));
  ASSERT_TRUE(scan);
  EXPECT_EQ(scan.getLength().getDims(), (llvm::SmallVector<Dim, 6>{8}));
  auto computes = scan.getBody().front().getOps<ir::ComputeOp>();
  EXPECT_EQ(llvm::range_size(computes), 4);
  for (ir::ComputeOp compute : computes)
    EXPECT_EQ(compute.getExtents()[0], Dim(1));
}

TEST_F(BlockBatchTest, AnUnknownBatchIsWalkedOneByOne) {
  ir::ScanOp scan = ScanOf(Chain("\"batch\""));
  ASSERT_TRUE(scan);
  EXPECT_EQ(scan.getLength().getDims(),
            (llvm::SmallVector<Dim, 6>{Dim::Symbol("batch")}));
}

TEST_F(BlockBatchTest, BlocksAreAsLargeAsTheCacheAllowsAndDivideTheBatch) {
  // An eighth of the pixels: 400 kB an image go in and out of each product.
  const std::string text = absl::StrReplaceAll(
      Chain("60"),
      {{"x112x112x", "x14x112x"}, {", 112, 112", ", 14, 112"}, {"111", "13"}});
  ir::ScanOp scan = ScanOf(text);
  ASSERT_TRUE(scan);
  EXPECT_EQ(scan.getLength().getDims(), (llvm::SmallVector<Dim, 6>{12}));
}

TEST_F(BlockBatchTest, WhatFitsTheCacheStays) {
  EXPECT_FALSE(ScanOf(Chain("2")));
  EXPECT_FALSE(ScanOf(Chain("1")));
}

TEST_F(BlockBatchTest, ProductsThatReadMoreWeightsThanImagesStay) {
  // 2048 channels in each of 7 pixels.
  EXPECT_FALSE(ScanOf(absl::StrReplaceAll(
      Chain("256"), {{"x112x112x32x", "x7x1x2048x"},
                     {", 112, 112, 32, 32>", ", 7, 1, 2048, 2048>"},
                     {", 112, 112, 32>", ", 7, 1, 2048>"},
                     {"<32x32x", "<2048x2048x"},
                     {"111", "6"}})));
}

TEST_F(BlockBatchTest, ImagesThatAreReadByOthersStay) {
  // The shift reads image d1 of the batch.
  std::string text = Chain("112");
  const size_t index = text.find("keratin.index 0");
  ASSERT_NE(index, std::string::npos);
  text.replace(index, 15, "keratin.index 1");
  EXPECT_FALSE(ScanOf(text));
}

}  // namespace
}  // namespace keratin

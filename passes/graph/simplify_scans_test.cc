// What leaves a scan, and what stays.
#include <string>

#include "gtest/gtest.h"
#include "ir/dialect/dialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "passes/graph/passes.h"

namespace keratin {
namespace {

class SimplifyScansTest : public testing::Test {
 protected:
  SimplifyScansTest() {
    context_.loadDialect<ir::KeratinDialect, mlir::func::FuncDialect,
                         mlir::arith::ArithDialect>();
  }
  // The module after the pass; null if it fails.
  mlir::OwningOpRef<mlir::ModuleOp> Simplified(const std::string& text) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context_);
    if (!module) return nullptr;
    mlir::PassManager passes(&context_);
    passes.addPass(CreateSimplifyScansPass());
    if (failed(passes.run(*module))) return nullptr;
    return module;
  }
  static ir::ScanOp ScanOf(mlir::ModuleOp module) {
    ir::ScanOp found;
    module.walk([&](ir::ScanOp scan) { found = scan; });
    return found;
  }

  mlir::MLIRContext context_;
};

// h' = x[t] · k + h, with k doubled in the body; a carried value that never
// changes, and the same one twice.
constexpr char kCell[] = R"(
#id = affine_map<(d0) -> (d0)>
#x = affine_map<(d0, d1) -> (d1)>
#k = affine_map<(d0, d1) -> (d1, d0)>
#y = affine_map<(d0, d1) -> (d0)>
func.func @f(%x: tensor<5x3xf32>, %k: tensor<3xf32>, %w: tensor<3x4xf32>, %h: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %r:3 = keratin.scan initial(%h, %h, %h : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) sequences(%x : tensor<5x3xf32>) length <5> -> tensor<4xf32>, tensor<4xf32>, tensor<4xf32> {
  ^bb0(%step: tensor<i32>, %a: tensor<4xf32>, %b: tensor<4xf32>, %c: tensor<4xf32>, %s: tensor<3xf32>):
    %double = keratin.compute ins(%k : tensor<3xf32>) domain <3> reductions [] maps [#id, #id] combiners ["none"] -> tensor<3xf32> {
    ^bb1(%v: f32):
      %t = arith.addf %v, %v : f32
      keratin.yield %t : f32
    }
    %scaled = keratin.compute ins(%s, %double : tensor<3xf32>, tensor<3xf32>) domain <3> reductions [] maps [#id, #id, #id] combiners ["none"] -> tensor<3xf32> {
    ^bb1(%v: f32, %u: f32):
      %t = arith.mulf %v, %u : f32
      keratin.yield %t : f32
    }
    %product = keratin.compute ins(%scaled, %w : tensor<3xf32>, tensor<3x4xf32>) domain <4, 3> reductions [1] maps [#x, #k, #y] combiners ["add"] -> tensor<4xf32> {
    ^bb1(%v: f32, %u: f32):
      %t = arith.mulf %v, %u : f32
      keratin.yield %t : f32
    }
    %next = keratin.compute ins(%product, %a : tensor<4xf32>, tensor<4xf32>) domain <4> reductions [] maps [#id, #id, #id] combiners ["none"] -> tensor<4xf32> {
    ^bb1(%v: f32, %u: f32):
      %t = arith.addf %v, %u : f32
      keratin.yield %t : f32
    }
    keratin.yield %next, %b, %next : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  }
  return %r#0, %r#1, %r#2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
)";

TEST_F(SimplifyScansTest, ProductsOfSlicesAreDoneForAllSteps) {
  auto module = Simplified(kCell);
  ASSERT_TRUE(module);
  ir::ScanOp scan = ScanOf(*module);
  ASSERT_TRUE(scan);
  // The sum with the carried value alone stays.
  EXPECT_EQ(llvm::range_size(scan.getBody().front().getOps<ir::ComputeOp>()),
            1);
  ASSERT_EQ(scan.getSequences().size(), 1u);
  auto product = scan.getSequences()[0].getDefiningOp<ir::ComputeOp>();
  ASSERT_TRUE(product);
  EXPECT_EQ(product.getExtents(), (llvm::SmallVector<Dim, 6>{5, 4, 3}));
  EXPECT_EQ(product.getReductions(), llvm::ArrayRef<int64_t>{2});
}

TEST_F(SimplifyScansTest, CarriedValuesThatAreKnownGo) {
  auto module = Simplified(kCell);
  ASSERT_TRUE(module);
  ir::ScanOp scan = ScanOf(*module);
  ASSERT_TRUE(scan);
  ASSERT_EQ(scan.getInitial().size(), 1u);
  auto function = module->lookupSymbol<mlir::func::FuncOp>("f");
  mlir::Operation* results = function.front().getTerminator();
  EXPECT_EQ(results->getOperand(0), scan.getResult(0));
  EXPECT_EQ(results->getOperand(1), function.getArgument(3));
  EXPECT_EQ(results->getOperand(2), scan.getResult(0));
}

// What a step makes of its slice alone needs no loop, even if it reads elements
// by number.
TEST_F(SimplifyScansTest, AScanOfIndependentStepsGoes) {
  auto module = Simplified(R"(
#id = affine_map<(d0) -> (d0)>
func.func @f(%x: tensor<?x3xf32, #keratin.dims<"time">>) -> tensor<?x3xf32, #keratin.dims<"time">> {
  %y = keratin.scan sequences(%x : tensor<?x3xf32, #keratin.dims<"time">>) length <"time"> -> tensor<?x3xf32, #keratin.dims<"time">> {
  ^bb0(%step: tensor<i32>, %s: tensor<3xf32>):
    %turned = keratin.compute captures(%s : tensor<3xf32>) domain <3> reductions [] maps [#id] combiners ["none"] -> tensor<3xf32> {
    ^bb1(%t: tensor<3xf32>):
      %i = keratin.index 0 : index
      %last = arith.constant 2 : index
      %j = arith.subi %last, %i : index
      %e = keratin.extract %t[%j] : tensor<3xf32> -> f32
      keratin.yield %e : f32
    }
    keratin.yield %turned : tensor<3xf32>
  }
  return %y : tensor<?x3xf32, #keratin.dims<"time">>
}
)");
  ASSERT_TRUE(module);
  EXPECT_FALSE(ScanOf(*module));
  ir::ExtractOp read;
  module->walk([&](ir::ExtractOp op) { read = op; });
  ASSERT_TRUE(read);
  ASSERT_EQ(read.getIndices().size(), 2u);
  EXPECT_EQ(read.getIndices()[0].getDefiningOp<ir::IndexOp>().getDimension(),
            0);
}

}  // namespace
}  // namespace keratin

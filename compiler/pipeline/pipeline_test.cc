// What a failing pass leaves behind.
#include "compiler/pipeline/pipeline.h"

#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "compiler/codegen/emit.h"
#include "gtest/gtest.h"
#include "ir/dialect/dialect.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "passes/codegen/passes.h"
#include "passes/lowering/passes.h"

namespace keratin {
namespace {

TEST(PipelineTest, AFailingPassLeavesAReproducer) {
  mlir::DialectRegistry registry;
  registry.insert<ir::KeratinDialect>();
  RegisterKernelDialects(registry);
  RegisterLoweringDialects(registry);
  RegisterCodegenDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  // A kernel that takes one buffer, launched on two.
  auto module = mlir::parseSourceString<mlir::ModuleOp>(R"(
func.func private @kernel_0(%a: memref<?xf32>, %begin: index, %end: index) {
  return
}
func.func @call(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = keratin.launch @kernel_0(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
)",
                                                        &context);
  ASSERT_TRUE(module);
  const absl::Status status =
      RunPipeline(*module, *MachineFor("x86-64-v3"), {});
  const std::string message(status.message());
  ASSERT_TRUE(absl::StrContains(message, "the pass 'plan-memory' failed"))
      << message;
  const std::string path = message.substr(message.rfind(' ') + 1);
  std::ifstream file(path);
  const std::string rest((std::istreambuf_iterator<char>(file)), {});
  ASSERT_TRUE(absl::StartsWith(rest, "// keratin-opt --target=avx2 "))
      << message << "\n"
      << rest;
  EXPECT_TRUE(absl::StrContains(rest, "--pass-pipeline='builtin.module("));
  EXPECT_TRUE(absl::StrContains(rest, "plan-memory"));
  EXPECT_TRUE(absl::StrContains(rest, path));
  EXPECT_TRUE(absl::StrContains(rest, "keratin.launch @kernel_0"));
  std::remove(path.c_str());
}

}  // namespace
}  // namespace keratin

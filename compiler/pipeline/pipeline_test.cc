// What a failing pass leaves behind.
#include "compiler/pipeline/pipeline.h"

#include <cstdio>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "compiler/codegen/emit.h"
#include "compiler/pipeline/register_passes.h"
#include "gtest/gtest.h"
#include "ir/dialect/dialect.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "passes/codegen/passes.h"
#include "passes/codegen/target.h"
#include "passes/lowering/passes.h"

namespace keratin {
namespace {

// Whether keratin-opt takes `list` as its --pass-pipeline.
testing::AssertionResult IsAPassPipeline(const std::string& list) {
  static const bool registered = [] {
    RegisterPasses([]() -> const Target& { return TargetFor("avx2"); });
    return true;
  }();
  std::string complaint;
  llvm::raw_string_ostream stream(complaint);
  if (registered && mlir::succeeded(mlir::parsePassPipeline(list, stream)))
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << complaint << " in " << list;
}

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
  const std::string flag = "--pass-pipeline='";
  const size_t begin = rest.find(flag);
  ASSERT_NE(begin, std::string::npos) << rest;
  const size_t list = begin + flag.size();
  const std::string passes = rest.substr(list, rest.find('\'', list) - list);
  EXPECT_TRUE(absl::StartsWith(passes, "builtin.module(structure,")) << passes;
  EXPECT_TRUE(absl::EndsWith(passes, ",plan-memory)")) << passes;
  EXPECT_TRUE(IsAPassPipeline(passes));
  EXPECT_TRUE(absl::StrContains(rest, path));
  EXPECT_TRUE(absl::StrContains(rest, "keratin.launch @kernel_0"));
  std::remove(path.c_str());
}

TEST(PipelineTest, ThePassesOfTheLastPhaseCanBeGivenAsText) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  mlir::PassManager passes(&context, "builtin.module");
  AddLoweringPasses(passes, {.prefix = "p", .has_half_conversions = false});
  std::string list;
  llvm::raw_string_ostream stream(list);
  passes.printAsTextualPipeline(stream);
  EXPECT_TRUE(absl::StrContains(list, "has-half-conversions=false")) << list;
  EXPECT_TRUE(IsAPassPipeline(list));
}

}  // namespace
}  // namespace keratin

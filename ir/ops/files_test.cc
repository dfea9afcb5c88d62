// The operations as text: every file of ir/ops/test is read, verified, printed
// and read again, and prints the same; files named invalid_* give exactly the
// errors that their comments expect.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ir/dialect/dialect.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

namespace keratin::ir {
namespace {

std::string Read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::filesystem::path> Files(bool invalid) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator("ir/ops/test")) {
    const bool is_invalid = entry.path().stem().string().find("invalid_") == 0;
    if (is_invalid == invalid) files.push_back(entry.path());
  }
  return files;
}

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    context_.printOpOnDiagnostic(false);
    context_.loadDialect<KeratinDialect, mlir::func::FuncDialect,
                         mlir::arith::ArithDialect>();
  }

  mlir::MLIRContext context_{mlir::MLIRContext::Threading::DISABLED};
};

std::string Print(mlir::ModuleOp module, bool generic) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream, mlir::OpPrintingFlags().printGenericOpForm(generic));
  return text;
}

TEST_F(FilesTest, PrintsWhatItReads) {
  for (const auto& path : Files(false)) {
    auto module =
        mlir::parseSourceString<mlir::ModuleOp>(Read(path), &context_);
    ASSERT_TRUE(module) << path;
    const std::string text = Print(*module, false);
    for (bool generic : {false, true}) {
      auto again = mlir::parseSourceString<mlir::ModuleOp>(
          Print(*module, generic), &context_);
      ASSERT_TRUE(again) << path;
      EXPECT_EQ(Print(*again, false), text) << path;
    }
  }
}

TEST_F(FilesTest, CoversEveryOperation) {
  std::set<std::string> seen;
  for (const auto& path : Files(false)) {
    auto module =
        mlir::parseSourceString<mlir::ModuleOp>(Read(path), &context_);
    ASSERT_TRUE(module) << path;
    module->walk([&](mlir::Operation* op) {
      seen.insert(op->getName().getStringRef().str());
    });
  }
  std::ifstream names("ir/trace/op_names.txt");
  int count = 0;
  for (std::string name; std::getline(names, name); ++count)
    EXPECT_TRUE(seen.count(name)) << name << " is in no file of ir/ops/test";
  EXPECT_GT(count, 80);
}

TEST_F(FilesTest, RefusesWhatDoesNotVerify) {
  for (const auto& path : Files(true)) {
    // Pieces between "// -----" are files of their own.
    const std::string text = Read(path);
    llvm::SmallVector<llvm::StringRef> pieces;
    llvm::StringRef(text).split(pieces, "// -----");
    for (llvm::StringRef piece : pieces) {
      llvm::SourceMgr sources;
      sources.AddNewSourceBuffer(
          llvm::MemoryBuffer::getMemBufferCopy(piece, path.string()), {});
      mlir::SourceMgrDiagnosticVerifierHandler handler(sources, &context_);
      mlir::parseSourceFile<mlir::ModuleOp>(sources, &context_);
      EXPECT_TRUE(succeeded(handler.verify())) << path << ":" << piece.str();
    }
  }
}

// An operation says how it is differentiated, and nothing that it cannot do.
TEST_F(FilesTest, AnswersForEveryOperationOfATrace) {
  for (const auto& path : Files(false)) {
    auto module =
        mlir::parseSourceString<mlir::ModuleOp>(Read(path), &context_);
    ASSERT_TRUE(module) << path;
    module->walk([&](mlir::Operation* op) {
      const bool in_trace = mlir::isa<StructuredOpInterface>(op);
      if (!in_trace) return;
      EXPECT_TRUE(mlir::isa<DifferentiableOpInterface>(op)) << path;
      auto cost = mlir::cast<CostOpInterface>(op);
      EXPECT_TRUE(cost.getFlops().ok()) << op->getName().getStringRef().str();
      EXPECT_TRUE(cost.getBytes().ok()) << op->getName().getStringRef().str();
    });
  }
}

TEST_F(FilesTest, SaysThatAGradientIsNotWritten) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      "func.func @f(%x: tensor<2xf32>) {\n"
      "  %y = keratin.tanh %x : (tensor<2xf32>) -> tensor<2xf32>\n"
      "  %z = keratin.sign %x : (tensor<2xf32>) -> tensor<2xf32>\n"
      "  return\n}",
      &context_);
  ASSERT_TRUE(module);
  mlir::OpBuilder builder(&context_);
  module->walk([&](DifferentiableOpInterface op) {
    std::string complaint;
    mlir::ScopedDiagnosticHandler handler(&context_,
                                          [&](mlir::Diagnostic& diagnostic) {
                                            complaint = diagnostic.str();
                                            return mlir::success();
                                          });
    llvm::SmallVector<mlir::Value> cotangents;
    const bool done = succeeded(op.buildVjp(builder, {}, cotangents));
    if (mlir::isa<SignOp>(op)) {
      EXPECT_TRUE(done);
      EXPECT_EQ(cotangents.size(), 1u);
    } else {
      EXPECT_FALSE(done);
      EXPECT_NE(complaint.find("its gradient is not written yet"),
                std::string::npos);
    }
  });
}

}  // namespace
}  // namespace keratin::ir

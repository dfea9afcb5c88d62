// convert-to-llvm: loops, vectors, buffers and arithmetic become the LLVM
// dialect in one conversion.
//
// Before: lower-entry has given functions their binary interface; what is left
// is arith, math, vector of one dimension, memref of one dimension, scf, func.
// After: the LLVM dialect alone. It improves nothing: LLVM's passes do.
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Pass/Pass.h"
#include "passes/lowering/passes.h"

namespace keratin {
namespace {

class ConvertToLlvmPass
    : public mlir::PassWrapper<ConvertToLlvmPass,
                               mlir::OperationPass<mlir::ModuleOp>> {
 public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ConvertToLlvmPass)
  llvm::StringRef getArgument() const override { return "convert-to-llvm"; }
  llvm::StringRef getDescription() const override {
    return "convert loops, vectors, buffers and arithmetic to the LLVM dialect";
  }
  void getDependentDialects(mlir::DialectRegistry& registry) const override {
    RegisterLoweringDialects(registry);
  }

  void runOnOperation() override {
    mlir::MLIRContext* context = &getContext();
    mlir::LLVMTypeConverter types(context);
    mlir::SymbolTableCollection symbols;
    mlir::RewritePatternSet patterns(context);
    mlir::arith::populateCeilFloorDivExpandOpsPatterns(patterns);
    mlir::populateSCFToControlFlowConversionPatterns(patterns);
    mlir::cf::populateControlFlowToLLVMConversionPatterns(types, patterns);
    mlir::populateFuncToLLVMConversionPatterns(types, patterns, &symbols);
    mlir::populateFinalizeMemRefToLLVMConversionPatterns(types, patterns,
                                                         &symbols);
    mlir::arith::populateArithToLLVMConversionPatterns(types, patterns);
    // LLVM's own intrinsics where it has them, libm otherwise.
    mlir::populateMathToLLVMConversionPatterns(types, patterns,
                                               /*approximateLog1p=*/false,
                                               /*benefit=*/2);
    mlir::populateMathToLibmConversionPatterns(patterns, /*benefit=*/1);
    mlir::populateVectorToLLVMConversionPatterns(types, patterns);
    mlir::ub::populateUBToLLVMConversionPatterns(types, patterns);
    mlir::LLVMConversionTarget target(*context);
    target.addLegalOp<mlir::ModuleOp>();
    if (failed(
            applyFullConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};

}  // namespace

std::unique_ptr<mlir::Pass> CreateConvertToLlvmPass() {
  return std::make_unique<ConvertToLlvmPass>();
}

}  // namespace keratin

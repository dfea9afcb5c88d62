// What the passes ask of an operation: they know none by name.
#ifndef KERATIN_IR_DIALECT_INTERFACES_TD_
#define KERATIN_IR_DIALECT_INTERFACES_TD_

include "mlir/IR/OpBase.td"

def StructuredOpInterface : OpInterface<"StructuredOpInterface"> {
  let cppNamespace = "::keratin::ir";
  let description = [{
    What the operation computes, as operations of the level below: computes, reshapes and scans, or other primitives.
    How it is looped over is decided in passes/codegen alone.
  }];
  let methods = [InterfaceMethod<
      "Writes the operation in terms of the level below and returns the values that replace its results.",
      "::mlir::FailureOr<::llvm::SmallVector<::mlir::Value>>", "lower", (ins "::mlir::OpBuilder&":$builder)>];
}

def DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::keratin::ir";
  let description = "The vector-Jacobian product: cotangents of the operands from those of the results.";
  let methods = [InterfaceMethod<
      "Appends one cotangent for each operand (null: none flows there).",
      "::mlir::LogicalResult", "buildVjp",
      (ins "::mlir::OpBuilder&":$builder, "::mlir::ValueRange":$cotangents,
           "::llvm::SmallVectorImpl<::mlir::Value>&":$operand_cotangents)>];
}

def CostOpInterface : OpInterface<"CostOpInterface"> {
  let cppNamespace = "::keratin::ir";
  let description = "Work and traffic as sizes in the symbols.";
  let methods = [
      InterfaceMethod<"Scalar arithmetic operations.", "::keratin::Dim", "getFlops", (ins), "",
                      "return ::keratin::ir::ElementsOf($_op->getResult(0).getType());">,
      InterfaceMethod<"Bytes read and written.", "::keratin::Dim", "getBytes", (ins), "",
                      "return ::keratin::ir::OperandAndResultBytes($_op);">];
}

#endif  // KERATIN_IR_DIALECT_INTERFACES_TD_

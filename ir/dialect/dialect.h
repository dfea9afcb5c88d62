// The `keratin` dialect: attributes, operations of every level, and shapes with
// named symbols.
//
// A tensor type carries its unknown sizes as Dims in its encoding: DimsOf(type)
// gives all sizes, TensorOf makes a type.
//
//   // tensor<?x784xf32, #keratin.dims<"batch">>
//   TensorOf({Dim::Symbol("batch"), 784}, f32)
#ifndef KERATIN_IR_DIALECT_DIALECT_H_
#define KERATIN_IR_DIALECT_DIALECT_H_

#include <string>
#include <vector>

#include "ir/dialect/scalar.h"
#include "llvm/ADT/SmallVector.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "runtime/shape.h"

// Generated code wants this order.
// clang-format off
#include "ir/dialect/dialect.h.inc"
#define GET_ATTRDEF_CLASSES
#include "ir/dialect/attributes.h.inc"
// clang-format on

namespace keratin::ir {

// Bytes of all operands and results of an operation.
Dim OperandAndResultBytes(mlir::Operation* op);

// The number of elements of a tensor type.
Dim ElementsOf(mlir::Type type);

// Marks; what they say is in ir/ops/base.td.
template <typename Op>
class ZeroGradient : public mlir::OpTrait::TraitBase<Op, ZeroGradient> {};
template <typename Op>
class NoGradient : public mlir::OpTrait::TraitBase<Op, NoGradient> {};
template <typename Op>
class NoArithmetic : public mlir::OpTrait::TraitBase<Op, NoArithmetic> {};
template <typename Op>
class OwnCost : public mlir::OpTrait::TraitBase<Op, OwnCost> {};

}  // namespace keratin::ir

#include "ir/dialect/interfaces.h.inc"

#define GET_OP_CLASSES
#include "ir/ops/ops.h.inc"

namespace keratin::ir {

// All sizes of a ranked tensor type.
llvm::SmallVector<Dim, 6> DimsOf(mlir::Type type);

// The tensor type of a shape.
mlir::RankedTensorType TensorOf(llvm::ArrayRef<Dim> shape, mlir::Type element);

// The element type of a scalar in a compute's body: unsigned integers are
// signless there.
mlir::Type ScalarOf(mlir::Type tensor_or_element);

// The stage of a compute in its kernel (0 if it has none).
int64_t StageOf(ComputeOp op);
void SetStage(ComputeOp op, int64_t stage);

// The symbols of a module's sizes, in the order in which entry functions
// receive their values: the module's attribute `keratin.symbols` where a pass
// has set it, else as the arguments of the public functions first name them.
std::vector<std::string> SymbolsOf(mlir::Operation* module);

// A text equal for kernels that compute the same: types and bodies, without
// locations and names from outside.
std::string Fingerprint(KernelOp kernel);

}  // namespace keratin::ir

#endif  // KERATIN_IR_DIALECT_DIALECT_H_

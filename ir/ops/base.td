// Bases of the primitive operations.
#ifndef KERATIN_IR_OPS_BASE_TD_
#define KERATIN_IR_OPS_BASE_TD_

include "ir/dialect/dialect.td"
include "ir/dialect/interfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Keratin_Tensor : RankedTensorOf<[AnyFloat, AnyInteger]>;
def Keratin_FloatTensor : RankedTensorOf<[AnyFloat]>;

// Every operation that a trace may hold says how it is differentiated: it defines buildVjp beside its lowering, or has
// one of the traits below. With neither, linking fails. docs/OPS.md shows which.
//
// No cotangent flows through it: it is constant, or piecewise constant.
def ZeroGradient : NativeOpTrait<"ZeroGradient", [], [{}], [{
  ::mlir::LogicalResult $cppClass::buildVjp(::mlir::OpBuilder&, ::mlir::ValueRange,
      ::llvm::SmallVectorImpl<::mlir::Value>& operand_cotangents) {
    operand_cotangents.append(getOperation()->getNumOperands(), ::mlir::Value());
    return ::mlir::success();
  }
}]> {
  let cppNamespace = "::keratin::ir";
}
// Differentiating it is an error that says why.
class NoGradient<string why> : NativeOpTrait<"NoGradient", [], [{}], [{
  ::mlir::LogicalResult $cppClass::buildVjp(::mlir::OpBuilder&, ::mlir::ValueRange,
      ::llvm::SmallVectorImpl<::mlir::Value>&) {
    return emitOpError("cannot be differentiated: }] # why # [{");
  }
}]> {
  let cppNamespace = "::keratin::ir";
  string reason = why;
}
def GradientToCome : NoGradient<"its gradient is not written yet">;

// How much arithmetic it does, where that is not one operation for each element of its result (the default).
def NoArithmetic : NativeOpTrait<"NoArithmetic", [], [{ ::keratin::Dim getFlops() { return 0; } }], [{}]> {
  let cppNamespace = "::keratin::ir";
}
// It defines getFlops beside its lowering.
def OwnCost : NativeOpTrait<"OwnCost", [], [{ ::keratin::Dim getFlops(); }], [{}]> {
  let cppNamespace = "::keratin::ir";
}

// What every operation of the first level is asked.
defvar Keratin_LevelOne = [DeclareOpInterfaceMethods<DifferentiableOpInterface>, DeclareOpInterfaceMethods<CostOpInterface>];

// A primitive: pure, with an inferred result type, lowered by itself.
class Keratin_Primitive<string mnemonic, list<Trait> traits>
    : Keratin_Op<mnemonic, !listconcat([Pure, DeclareOpInterfaceMethods<InferTypeOpInterface>,
                                        DeclareOpInterfaceMethods<StructuredOpInterface>],
                                       Keratin_LevelOne, traits)> {
  // The name of the builder in ir/trace/ops.h.
  string builder = "";
}

// An operation on each element: `body` is a C++ expression over ir::Scalar values x, y, z (the operands' elements).
// `result_element` is a C++ expression over the adaptor `op` for the result's element type; null: the operands'.
// The first `conditions` operands are booleans, the others of one element type.
class Keratin_Elementwise<string mnemonic, list<Trait> traits, string builder_name, code scalar_body,
                          code result_element = "::mlir::Type()", int conditions = 0>
    : Keratin_Primitive<mnemonic, traits> {
  let results = (outs Keratin_Tensor:$result);
  let builder = builder_name;
  code body = scalar_body;
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let extraClassDefinition = [{
    ::mlir::LogicalResult $cppClass::inferReturnTypes(::mlir::MLIRContext* context, std::optional<::mlir::Location> location,
        ::mlir::ValueRange operands, ::mlir::DictionaryAttr attributes, ::mlir::OpaqueProperties properties,
        ::mlir::RegionRange regions, ::llvm::SmallVectorImpl<::mlir::Type>& types) {
      [[maybe_unused]] Adaptor op(operands, attributes, properties, regions);
      return ::keratin::ir::InferElementwise(location, operands, }] # conditions # [{, }] # result_element # [{, types);
    }
    ::mlir::FailureOr<::llvm::SmallVector<::mlir::Value>> $cppClass::lower(::mlir::OpBuilder& builder) {
      return ::keratin::ir::LowerElementwise(builder, getOperation(), [&](::llvm::ArrayRef<::keratin::ir::Scalar> scalars) {
        [[maybe_unused]] const ::keratin::ir::Scalar& x = scalars[0];
        [[maybe_unused]] const ::keratin::ir::Scalar& y = scalars[scalars.size() > 1 ? 1 : 0];
        [[maybe_unused]] const ::keratin::ir::Scalar& z = scalars[scalars.size() > 2 ? 2 : 0];
        using namespace ::keratin::ir;
        return ::keratin::ir::Scalar(}] # scalar_body # [{);
      });
    }
  }];
}

class Keratin_Unary<string mnemonic, list<Trait> traits, string builder, code body, code element = "::mlir::Type()">
    : Keratin_Elementwise<mnemonic, traits, builder, body, element> {
  let arguments = (ins Keratin_Tensor:$x);
}
class Keratin_FloatUnary<string mnemonic, list<Trait> traits, string builder, code body>
    : Keratin_Elementwise<mnemonic, traits, builder, body> {
  let arguments = (ins Keratin_FloatTensor:$x);
}
class Keratin_Binary<string mnemonic, list<Trait> traits, string builder, code body>
    : Keratin_Elementwise<mnemonic, traits, builder, body> {
  let arguments = (ins Keratin_Tensor:$x, Keratin_Tensor:$y);
}

#endif  // KERATIN_IR_OPS_BASE_TD_

// The dialect `keratin` and its attributes.
#ifndef KERATIN_IR_DIALECT_DIALECT_TD_
#define KERATIN_IR_DIALECT_DIALECT_TD_

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpBase.td"

def Keratin_Dialect : Dialect {
  let name = "keratin";
  let cppNamespace = "::keratin::ir";
  let summary = "Tensor operations of Keras layers, and their lowering down to kernels.";
  let description = [{
    Four levels, each the input of the passes that make the next:

    1. primitive tensor operations, with StableHLO's names and meaning, and named composites;
    2. `compute`, the one operation that says what every element is, with `reshape`, `scan` and `constant`;
    3. `kernel`, groups of computes;
    4. `launch`, calls of functions that run a kernel over flat buffers.
  }];
  let useDefaultAttributePrinterParser = 1;
}

class Keratin_Attr<string name, string attr_mnemonic, list<Trait> traits = []> : AttrDef<Keratin_Dialect, name, traits> {
  let mnemonic = attr_mnemonic;
}

def Keratin_DimsAttr : Keratin_Attr<"Dims", "dims"> {
  let summary = "A list of sizes, known or expressions in named symbols.";
  let description = [{
    `#keratin.dims<"batch", 128, "2*seq + 1">`: each element is a number or the text of a `Dim` (runtime/shape.h). As
    the encoding of a tensor type it lists the sizes of the unknown dimensions, in order:
    `tensor<?x784xf32, #keratin.dims<"batch">>`.
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::Attribute", "IntegerAttr (i64) or StringAttr each">:$elements);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    static DimsAttr get(::mlir::MLIRContext* context, ::llvm::ArrayRef<::keratin::Dim> dims);
    ::llvm::SmallVector<::keratin::Dim, 6> getDims() const;
    size_t size() const { return getElements().size(); }
  }];
}

class Keratin_Op<string mnemonic, list<Trait> traits = []> : Op<Keratin_Dialect, mnemonic, traits>;

#endif  // KERATIN_IR_DIALECT_DIALECT_TD_

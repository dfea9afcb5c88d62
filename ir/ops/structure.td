// The operations below the primitives: what is computed (compute), in what groups (kernel), by which function (launch).
#ifndef KERATIN_IR_OPS_STRUCTURE_TD_
#define KERATIN_IR_OPS_STRUCTURE_TD_

include "ir/ops/base.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"



def Keratin_ComputeOp : Keratin_Op<"compute", [AttrSizedOperandSegments, Pure]> {
  let summary = "Every element of a result, as a scalar body over an iteration domain.";
  let description = [{
    For each point of `domain`, the body receives one scalar of each input, read where that input's map says, and the
    captured tensors; it yields one scalar for each result. A result element combines, starting from the combiner's
    identity, the scalars yielded over the dimensions listed in `reductions`; without reductions it is the yielded
    scalar and the combiner is "none". Combiners: add, mul, max, min (signed), umax, umin, and, or.

    Maps are listed for the inputs, then the results. They are linear; a result's map is a permutation of the
    dimensions that are not reduced, and the result's shape their extents. The pass `pack` alone makes the form
    (d floordiv w, ..., d mod w), an operand laid out in panels of w columns.

    Sums of float products (a body that yields `arith.mulf` under "add") accumulate by fused multiply-add.
  }];
  let arguments = (ins Variadic<Keratin_Tensor>:$inputs, Variadic<Keratin_Tensor>:$captures, Keratin_DimsAttr:$domain,
                   DenseI64ArrayAttr:$reductions, AffineMapArrayAttr:$maps, StrArrayAttr:$combiners);
  let results = (outs Variadic<Keratin_Tensor>);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    (`ins` `(` $inputs^ `:` type($inputs) `)`)? (`captures` `(` $captures^ `:` type($captures) `)`)?
    `domain` $domain `reductions` $reductions `maps` $maps `combiners` $combiners attr-dict-with-keyword
    `->` type(results) $body
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    // The extents of the iteration domain.
    ::llvm::SmallVector<::keratin::Dim, 6> getExtents() { return getDomain().getDims(); }
    // The map of input `index`, or of result `index - number of inputs`.
    ::mlir::AffineMap getMap(size_t index) { return ::mlir::cast<::mlir::AffineMapAttr>(getMaps()[index]).getValue(); }
    ::mlir::AffineMap getResultMap(size_t result) { return getMap(getInputs().size() + result); }
    ::llvm::StringRef getCombiner(size_t result) { return ::mlir::cast<::mlir::StringAttr>(getCombiners()[result]).getValue(); }
  }];
  // `body` receives the scalars and captured tensors and returns the yielded scalars.
  let builders = [OpBuilder<(ins "::mlir::TypeRange":$results, "::mlir::ValueRange":$inputs, "::mlir::ValueRange":$captures,
      "::llvm::ArrayRef<::keratin::Dim>":$domain, "::llvm::ArrayRef<int64_t>":$reductions,
      "::llvm::ArrayRef<::mlir::AffineMap>":$maps, "::llvm::ArrayRef<::llvm::StringRef>":$combiners,
      "::llvm::function_ref<::llvm::SmallVector<::mlir::Value>(::mlir::OpBuilder&, ::mlir::Location, ::mlir::ValueRange)>":$body)>];
}

def Keratin_YieldOp : Keratin_Op<"yield", [Pure, Terminator, ReturnLike, ParentOneOf<["ComputeOp", "KernelOp", "ScanOp"]>]> {
  let summary = "The values of a region.";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), "(void)$_state;">];
}

def Keratin_IndexOp : Keratin_Op<"index", [Pure, ParentOneOf<["ComputeOp"]>]> {
  let summary = "The position of the current point along one dimension of the enclosing compute's domain.";
  let arguments = (ins I64Attr:$dimension);
  let results = (outs Index:$result);
  let assemblyFormat = "$dimension attr-dict `:` type($result)";
}

def Keratin_DimOp : Keratin_Op<"dim", [Pure]> {
  let summary = "The value of a size at run time.";
  let arguments = (ins StrAttr:$expression);
  let results = (outs Index:$result);
  let assemblyFormat = "$expression attr-dict `:` type($result)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{ ::keratin::Dim getDim(); }];
}

def Keratin_ExtractOp : Keratin_Op<"extract", [Pure, ParentOneOf<["ComputeOp"]>]> {
  let summary = "One element of a captured tensor.";
  let description = [{
    Indices must lie inside the tensor, unless the element is the direct operand of an `arith.select` that does not
    choose it: then it is not read.
  }];
  let arguments = (ins Keratin_Tensor:$source, Variadic<Index>:$indices);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$source `[` $indices `]` attr-dict `:` type($source) `->` type($result)";
}

def Keratin_ScanOp
    : Keratin_Op<"scan", [AttrSizedOperandSegments, RecursiveMemoryEffects, SingleBlock, GradientToCome, OwnCost] # Keratin_LevelOne> {
  let summary = "A loop that carries values and walks along the first axis of sequences.";
  let description = [{
    Runs the body `length` times. Its arguments are the step (a 0-d i32 tensor), the carried values, then the step's
    slice of each sequence (without the first axis). It yields the next carried values, then one slice for each
    stacked result. With `reverse`, steps run from the last to the first. The body may use values from outside.
    Results: the final carried values, then the stacked results [length, ...].

    With `conditional` the first carried value is a flag, a 0-d i1 tensor: it ends before the first step at which the
    flag is false, at the latest after `length` steps. There are no stacked results then.
  }];
  let arguments = (ins Variadic<Keratin_Tensor>:$initial, Variadic<Keratin_Tensor>:$sequences, Keratin_DimsAttr:$length,
                   UnitAttr:$reverse, UnitAttr:$conditional);
  let results = (outs Variadic<Keratin_Tensor>);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    (`initial` `(` $initial^ `:` type($initial) `)`)? (`sequences` `(` $sequences^ `:` type($sequences) `)`)?
    `length` $length (`reverse` $reverse^)? (`conditional` $conditional^)? attr-dict-with-keyword `->` type(results) $body
  }];
  let hasVerifier = 1;
}

def Keratin_KernelOp : Keratin_Op<"kernel", [IsolatedFromAbove, Pure]> {
  let summary = "A group of computes that becomes one function.";
  let description = [{
    The computes run as the stages named by their `keratin.stage` attribute, which share the outermost `shared` loops.
  }];
  let arguments = (ins Variadic<Keratin_Tensor>:$inputs, DefaultValuedAttr<I64Attr, "0">:$shared);
  let results = (outs Variadic<Keratin_Tensor>);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "(`ins` `(` $inputs^ `:` type($inputs) `)`)? attr-dict-with-keyword `->` type(results) $body";
}

def Keratin_LaunchOp : Keratin_Op<"launch", [Pure]> {
  let summary = "Runs all tasks of a kernel function.";
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<Keratin_Tensor>:$inputs);
  let results = (outs Variadic<Keratin_Tensor>);
  let assemblyFormat = "$kernel `(` $inputs `)` attr-dict `:` functional-type($inputs, results)";
}

#endif  // KERATIN_IR_OPS_STRUCTURE_TD_

// Operations that make, move, reduce and contract tensors.
#ifndef KERATIN_IR_OPS_TENSOR_TD_
#define KERATIN_IR_OPS_TENSOR_TD_

include "ir/ops/base.td"

// A number that is not negative.
def Keratin_Axis : ConfinedAttr<I64Attr, [IntNonNegative]> {
  let returnType = "int64_t";
  let convertFromStorage = "$_self.getInt()";
}

class Keratin_TensorOp<string mnemonic, string builder_name, list<Trait> traits = []> : Keratin_Primitive<mnemonic, traits> {
  let results = (outs Keratin_Tensor:$result);
  let builder = builder_name;
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

// Creation.
def Keratin_ConstantOp : Keratin_Op<"constant", [Pure, ConstantLike, ZeroGradient, NoArithmetic] # Keratin_LevelOne> {
  let summary = "A small tensor known to the compiler; weights are never constants.";
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Keratin_Tensor:$result);
  let assemblyFormat = "$value attr-dict `:` type($result)";
}
def Keratin_FullOp : Keratin_TensorOp<"full", "", [ZeroGradient, NoArithmetic]> {
  let summary = "A tensor of one value.";
  let arguments = (ins TypedAttrInterface:$value, TypeAttr:$dtype, Keratin_DimsAttr:$shape);
}
def Keratin_IotaOp : Keratin_TensorOp<"iota", "Iota", [ZeroGradient, NoArithmetic]> {
  let summary = "The position along one axis.";
  let arguments = (ins Keratin_Axis:$axis, TypeAttr:$dtype, Keratin_DimsAttr:$shape);
}
def Keratin_SizeOp : Keratin_TensorOp<"size", "Size", [ZeroGradient, NoArithmetic]> {
  let summary = "A size as a number: a tensor without axes.";
  let arguments = (ins Keratin_DimsAttr:$expression, TypeAttr:$dtype);
}
def Keratin_RandomBitsOp : Keratin_TensorOp<"random_bits", "RandomBits", [ZeroGradient, OwnCost]> {
  let summary = "Uniform 32-bit numbers from a key.";
  let description = [{
    threefry2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"). Element i of the
    row-major result is the exclusive or of both words of threefry2x32(key, (i >> 32, i mod 2^32)): what JAX draws with
    `jax_threefry_partitionable`.
  }];
  let arguments = (ins Keratin_Tensor:$key, Keratin_DimsAttr:$shape);
}
def Keratin_ThreefryOp : Keratin_TensorOp<"threefry_split", "ThreefrySplit", [ZeroGradient, OwnCost]> {
  let summary = "Keys [..., n, 2] split from each key [..., 2], as `jax.random.split` does when partitionable.";
  let arguments = (ins Keratin_Tensor:$key, Keratin_Axis:$count);
}

// Movement.
def Keratin_BroadcastOp : Keratin_TensorOp<"broadcast_in_dim", "BroadcastInDim", [GradientToCome, NoArithmetic]> {
  let summary = "Axis k of x becomes axis dimensions[k] of the result; an axis of size 1 is repeated.";
  let arguments = (ins Keratin_Tensor:$x, Keratin_DimsAttr:$shape, DenseI64ArrayAttr:$dimensions);
}
def Keratin_ReshapeOp
    : Keratin_Op<"reshape", [Pure, DeclareOpInterfaceMethods<InferTypeOpInterface>, GradientToCome, NoArithmetic] # Keratin_LevelOne> {
  let summary = "The same elements in row-major order under another shape; always a view.";
  let arguments = (ins Keratin_Tensor:$x, Keratin_DimsAttr:$shape);
  let results = (outs Keratin_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}
def Keratin_TransposeOp : Keratin_TensorOp<"transpose", "Transpose", [GradientToCome, NoArithmetic]> {
  let summary = "Axis k of the result is axis permutation[k] of x.";
  let arguments = (ins Keratin_Tensor:$x, DenseI64ArrayAttr:$permutation);
}
def Keratin_SliceOp : Keratin_TensorOp<"slice", "Slice", [GradientToCome, NoArithmetic]> {
  let summary = "Elements start, start + stride, .. below limit, of each axis.";
  let arguments = (ins Keratin_Tensor:$x, Keratin_DimsAttr:$start, Keratin_DimsAttr:$limit, DenseI64ArrayAttr:$strides);
}
def Keratin_ReverseOp : Keratin_TensorOp<"reverse", "Reverse", [GradientToCome, NoArithmetic]> {
  let summary = "The listed axes in reverse order.";
  let arguments = (ins Keratin_Tensor:$x, DenseI64ArrayAttr:$axes);
}
def Keratin_PadOp : Keratin_TensorOp<"pad", "Pad", [GradientToCome, NoArithmetic]> {
  let summary = "`low` and `high` values around and `interior` between the elements of each axis; negative sizes crop.";
  let arguments = (ins Keratin_Tensor:$x, Keratin_Tensor:$value, Keratin_DimsAttr:$low, Keratin_DimsAttr:$high,
                   DenseI64ArrayAttr:$interior);
}
def Keratin_ConcatenateOp : Keratin_TensorOp<"concatenate", "Concatenate", [GradientToCome, NoArithmetic]> {
  let summary = "Tensors one after the other along an axis.";
  let arguments = (ins Variadic<Keratin_Tensor>:$inputs, Keratin_Axis:$axis);
}
def Keratin_TakeOp : Keratin_TensorOp<"take", "Take", [GradientToCome, NoArithmetic]> {
  let summary = "Elements of an axis by number.";
  let description = [{
    The result has the shape of the indices in place of the axis. Negative numbers count from the end; a number outside
    the axis gives NaN, or the least integer (`jax.numpy.take` in its mode "fill").
  }];
  let arguments = (ins Keratin_Tensor:$x, Keratin_Tensor:$indices, Keratin_Axis:$axis);
}
def Keratin_TakeAlongAxisOp : Keratin_TensorOp<"take_along_axis", "TakeAlongAxis", [GradientToCome, NoArithmetic]> {
  let summary = "Elements of an axis by number, chosen for every position of the other axes (equal in x and indices, or 1).";
  let arguments = (ins Keratin_Tensor:$x, Keratin_Tensor:$indices, Keratin_Axis:$axis);
}
def Keratin_DynamicSliceOp : Keratin_TensorOp<"dynamic_slice", "DynamicSlice", [GradientToCome, NoArithmetic]> {
  let summary = "A block of the given sizes from a place known at run time, moved inside the tensor if need be.";
  let arguments = (ins Keratin_Tensor:$x, Variadic<Keratin_Tensor>:$start, Keratin_DimsAttr:$sizes);
}
def Keratin_DynamicUpdateSliceOp : Keratin_TensorOp<"dynamic_update_slice", "DynamicUpdateSlice", [GradientToCome, NoArithmetic]> {
  let summary = "x with a block replaced, at a place known at run time, moved inside the tensor if need be.";
  let arguments = (ins Keratin_Tensor:$x, Keratin_Tensor:$update, Variadic<Keratin_Tensor>:$start);
}

// Reduction.
class Keratin_Reduce<string mnemonic, string builder, Trait gradient> : Keratin_TensorOp<mnemonic, builder, [gradient, OwnCost]> {
  let arguments = (ins Keratin_Tensor:$x, DenseI64ArrayAttr:$axes);
}
def Keratin_ReduceSumOp : Keratin_Reduce<"reduce_sum", "ReduceSum", GradientToCome> {
  let summary = "Sum over axes; 16-bit floats accumulate in 32 bits.";
}
def Keratin_ReduceProdOp : Keratin_Reduce<"reduce_prod", "ReduceProd", GradientToCome> {
  let summary = "Product over axes.";
}
def Keratin_ReduceMaxOp : Keratin_Reduce<"reduce_max", "ReduceMax", GradientToCome> {
  let summary = "Greatest over axes; NaN if any is.";
}
def Keratin_ReduceMinOp : Keratin_Reduce<"reduce_min", "ReduceMin", GradientToCome> {
  let summary = "Least over axes; NaN if any is.";
}
def Keratin_ReduceAndOp : Keratin_Reduce<"reduce_and", "ReduceAnd", ZeroGradient> {
  let summary = "Whether all hold, over axes.";
}
def Keratin_ReduceOrOp : Keratin_Reduce<"reduce_or", "ReduceOr", ZeroGradient> {
  let summary = "Whether any holds, over axes.";
}
def Keratin_ArgMaxOp : Keratin_TensorOp<"arg_max", "ArgMax", [ZeroGradient, OwnCost]> {
  let summary = "Position (i32) of the greatest element of an axis, the first of several; a NaN is the greatest.";
  let arguments = (ins Keratin_Tensor:$x, Keratin_Axis:$axis);
}
class Keratin_ReduceWindow<string mnemonic, string builder>
    : Keratin_TensorOp<mnemonic, builder, [GradientToCome, OwnCost]> {
  let arguments = (ins Keratin_Tensor:$x, DenseI64ArrayAttr:$window, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                   Keratin_DimsAttr:$low, Keratin_DimsAttr:$high);
}
def Keratin_ReduceWindowSumOp : Keratin_ReduceWindow<"reduce_window_sum", "ReduceWindowSum"> {
  let summary = "Sums over windows, padding counts as 0.";
}
def Keratin_ReduceWindowMaxOp : Keratin_ReduceWindow<"reduce_window_max", "ReduceWindowMax"> {
  let summary = "Greatest of windows, padding counts as the least value.";
}
def Keratin_CumulativeOp : Keratin_TensorOp<"cumulative", "Cumulative", [GradientToCome, OwnCost]> {
  let summary = "Running sum, product, maximum or minimum along an axis: kind is add, mul, max or min.";
  let description = "Costs the square of the axis in work, all of it vectorized.";
  let arguments = (ins Keratin_Tensor:$x, Keratin_Axis:$axis, StrAttr:$kind);
}
def Keratin_SortRankOp : Keratin_TensorOp<"sort_rank", "SortRank", [ZeroGradient, OwnCost]> {
  let summary = "The position (i32) that each element takes when its axis is sorted upwards; equal elements keep their order, NaN comes last.";
  let description = "Costs the square of the axis in work, all of it vectorized.";
  let arguments = (ins Keratin_Tensor:$x, Keratin_Axis:$axis);
}

// Contraction.
def Keratin_DotGeneralOp : Keratin_TensorOp<"dot_general", "DotGeneral", [GradientToCome, OwnCost]> {
  let summary = "Sums of products over paired axes.";
  let description = [{
    The result has the batch axes, then the free axes of x, then those of y. 16-bit floats accumulate in 32 bits and are
    rounded once; float sums of products use fused multiply-add.
  }];
  let arguments = (ins Keratin_Tensor:$x, Keratin_Tensor:$y, DenseI64ArrayAttr:$x_batch, DenseI64ArrayAttr:$y_batch,
                   DenseI64ArrayAttr:$x_contract, DenseI64ArrayAttr:$y_contract);
}
def Keratin_ConvolutionOp : Keratin_TensorOp<"convolution", "Convolution", [GradientToCome, OwnCost]> {
  let summary = "Sums of products over windows.";
  let description = [{
    `input_layout`, `kernel_layout` and `output_layout` list the axes of batch and feature (kernel: input feature, output
    feature), then the spatial ones. x is dilated by `lhs_dilation`, then padded by `low` and `high` (negative crops); the
    kernel is dilated by `rhs_dilation`.
  }];
  let arguments = (ins Keratin_Tensor:$x, Keratin_Tensor:$kernel, DenseI64ArrayAttr:$strides, Keratin_DimsAttr:$low,
                   Keratin_DimsAttr:$high, DenseI64ArrayAttr:$lhs_dilation, DenseI64ArrayAttr:$rhs_dilation,
                   DenseI64ArrayAttr:$input_layout, DenseI64ArrayAttr:$kernel_layout, DenseI64ArrayAttr:$output_layout,
                   Keratin_Axis:$feature_groups);
}

// Named composites.
def Keratin_SoftmaxOp : Keratin_TensorOp<"softmax", "Softmax", [GradientToCome, OwnCost]> {
  let summary = "exp(x - max) / sum(exp(x - max)) over axes.";
  let arguments = (ins Keratin_Tensor:$x, DenseI64ArrayAttr:$axes);
}

#endif  // KERATIN_IR_OPS_TENSOR_TD_

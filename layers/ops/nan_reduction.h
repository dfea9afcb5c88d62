// Reductions of keras.ops that leave out NaN.
//
// Invariant: element types are those of the plain reductions (reduction.h);
// integers and bools have no NaN, so they are reduced plainly.
//
// Example:
//   Tensor y = NanMean(x, 1);      // of what is known in each row
#ifndef KERATIN_LAYERS_OPS_NAN_REDUCTION_H_
#define KERATIN_LAYERS_OPS_NAN_REDUCTION_H_

#include <optional>

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.nansum, nanprod: of nothing but NaN 0 and 1.
Tensor NanSum(const Operand& x, const Axes& axis = {}, bool keepdims = false);
Tensor NanProd(const Operand& x, const Axes& axis = {}, bool keepdims = false);
// keras.ops.nanmean, nanvar, nanstd, nanmax, nanmin: of nothing but NaN NaN.
Tensor NanMean(const Operand& x, const Axes& axis = {}, bool keepdims = false);
Tensor NanVar(const Operand& x, const Axes& axis = {}, bool keepdims = false);
Tensor NanStd(const Operand& x, const Axes& axis = {}, bool keepdims = false);
Tensor NanMax(const Operand& x, const Axes& axis = {}, bool keepdims = false);
Tensor NanMin(const Operand& x, const Axes& axis = {}, bool keepdims = false);

// keras.ops.nanargmax, nanargmin: of nothing but NaN -1.
Tensor NanArgMax(const Operand& x, std::optional<int> axis = std::nullopt,
                 bool keepdims = false);
Tensor NanArgMin(const Operand& x, std::optional<int> axis = std::nullopt,
                 bool keepdims = false);

// keras.ops.nancumsum, nancumprod: NaN counts as 0 and 1.
Tensor NanCumSum(const Operand& x, std::optional<int> axis = std::nullopt,
                 std::optional<DType> dtype = std::nullopt);
Tensor NanCumProd(const Operand& x, std::optional<int> axis = std::nullopt,
                  std::optional<DType> dtype = std::nullopt);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_NAN_REDUCTION_H_

// Tensors of keras.ops made from sizes alone, and masks of triangles.
//
// Invariant: made in the current trace (an error without one); sizes may be
// unknown. int64 is int32, uint64 uint32.
//
// Example:
//   // 0, 1, ..., seq - 1
//   Tensor positions = ArangeSize(x.shape()[1], DType::kInt32);
#ifndef KERATIN_LAYERS_OPS_CREATION_H_
#define KERATIN_LAYERS_OPS_CREATION_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.full, zeros, ones.
Tensor Full(const Shape& shape, const Operand& value,
            DType dtype = DType::kFloat32);
Tensor Zeros(const Shape& shape, DType dtype = DType::kFloat32);
Tensor Ones(const Shape& shape, DType dtype = DType::kFloat32);
// keras.ops.full_like, zeros_like, ones_like; by default of x's type.
Tensor FullLike(const Operand& x, const Operand& value,
                std::optional<DType> dtype = std::nullopt);
Tensor ZerosLike(const Operand& x, std::optional<DType> dtype = std::nullopt);
Tensor OnesLike(const Operand& x, std::optional<DType> dtype = std::nullopt);

// keras.ops.arange(start, stop, step).
Tensor Arange(double start, double stop, double step, DType dtype);
// keras.ops.arange(size) of a size that may be unknown.
Tensor ArangeSize(const Dim& size, DType dtype = DType::kInt32);
// A size as a tensor without axes (keras.ops.shape(x)[i]).
Tensor SizeOf(const Dim& size, DType dtype = DType::kInt32);
// keras.ops.eye, tri; identity is Eye(n, n).
Tensor Eye(const Dim& rows, const Dim& columns, int64_t k = 0,
           DType dtype = DType::kFloat32);
Tensor Tri(const Dim& rows, const Dim& columns, int64_t k = 0,
           DType dtype = DType::kFloat32);
// keras.ops.tril, triu.
Tensor Tril(const Operand& x, int64_t k = 0);
Tensor Triu(const Operand& x, int64_t k = 0);
// keras.ops.meshgrid.
std::vector<Tensor> Meshgrid(absl::Span<const Operand> xs, bool xy = true);

// keras.ops.diagonal, trace, diag, diagflat.
Tensor Diagonal(const Operand& x, int64_t offset = 0, int axis1 = 0,
                int axis2 = 1);
Tensor MatrixTrace(const Operand& x, int64_t offset = 0, int axis1 = 0,
                   int axis2 = 1);
Tensor Diag(const Operand& x, int64_t k = 0);
Tensor DiagFlat(const Operand& x, int64_t k = 0);

// keras.ops.one_hot, multi_hot.
Tensor OneHot(const Operand& x, int64_t num_classes, int axis = -1,
              DType dtype = DType::kFloat32);
Tensor MultiHot(const Operand& x, int64_t num_classes, int axis = -1,
                DType dtype = DType::kFloat32);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_CREATION_H_

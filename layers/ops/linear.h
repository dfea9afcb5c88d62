// Products of matrices and tensors of keras.ops.
//
// Invariant: operands are promoted to their common type; int8 with int8 gives
// int32; 16-bit floats accumulate in 32 bits and are rounded once. Every
// product is one dot_general of the IR, with transposes and reshapes around it.
//
// Example:
//   Tensor y = MatMul(x, kernel) + bias;
//   Tensor z = Einsum("btnh,bsnh->bnts", {query, key});
#ifndef KERATIN_LAYERS_OPS_LINEAR_H_
#define KERATIN_LAYERS_OPS_LINEAR_H_

#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.matmul: over the last axis of x1 and the last but one of x2;
// leading axes broadcast.
Tensor MatMul(const Operand& x1, const Operand& x2);
// keras.ops.dot, inner, outer, vdot.
Tensor Dot(const Operand& x1, const Operand& x2);
Tensor Inner(const Operand& x1, const Operand& x2);
Tensor Outer(const Operand& x1, const Operand& x2);
Tensor VDot(const Operand& x1, const Operand& x2);
// keras.ops.tensordot over the last `axes` axes of x1 and the first of x2, or
// over listed pairs.
Tensor TensorDot(const Operand& x1, const Operand& x2, int axes = 2);
Tensor TensorDot(const Operand& x1, const Operand& x2,
                 absl::Span<const int> axes1, absl::Span<const int> axes2);
// keras.ops.einsum: any equation with letters, "..." and "->" (or none).
Tensor Einsum(absl::string_view equation, absl::Span<const Operand> operands);

// The sum over all labels that are not in `out` of the product of two tensors
// whose axes carry labels; an axis of size literally 1 stands beside any. What
// all of the above come down to.
Tensor Contract(const char* op, const Tensor& x1,
                const std::vector<int>& labels1, const Tensor& x2,
                const std::vector<int>& labels2, const std::vector<int>& out);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_LINEAR_H_

// Divisors and multiples of keras.ops, of integers.
//
// Example:
//   Tensor common = Gcd(x, 12);
#ifndef KERATIN_LAYERS_OPS_INTEGERS_H_
#define KERATIN_LAYERS_OPS_INTEGERS_H_

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.gcd, lcm: never negative; lcm is 0 where either is.
Tensor Gcd(const Operand& x1, const Operand& x2);
Tensor Lcm(const Operand& x1, const Operand& x2);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_INTEGERS_H_

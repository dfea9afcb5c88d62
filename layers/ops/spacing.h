// Evenly spaced numbers of keras.ops, between two tensors.
//
// Invariant: the bounds broadcast, and the numbers lie along a new axis. The
// result is of a float type at least, unless `dtype` says otherwise; it is
// computed in that type, for an integer type in float32, and rounded down.
//
// Example:
//   Tensor grid = Linspace(low, high, 16, {.axis = -1});    // [.., 16]
#ifndef KERATIN_LAYERS_OPS_SPACING_H_
#define KERATIN_LAYERS_OPS_SPACING_H_

#include <cstdint>
#include <optional>

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

struct SpacingOptions {
  bool endpoint = true;  // whether the last number is `stop`
  int axis = 0;
  std::optional<DType> dtype = std::nullopt;
};

// keras.ops.linspace.
Tensor Linspace(const Operand& start, const Operand& stop, int64_t num,
                const SpacingOptions& options = {});
// keras.ops.logspace: powers of `base` from base^start to base^stop.
Tensor Logspace(const Operand& start, const Operand& stop, int64_t num,
                double base = 10, const SpacingOptions& options = {});
// keras.ops.geomspace: each number is the same multiple of the one before.
Tensor Geomspace(const Operand& start, const Operand& stop, int64_t num,
                 const SpacingOptions& options = {});

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_SPACING_H_

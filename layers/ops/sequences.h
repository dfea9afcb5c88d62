// Neighbours along an axis of keras.ops: differences, integrals, correlation.
//
// Example:
//   Tensor steps = Diff(x);                 // x[.., 1:] - x[.., :-1]
#ifndef KERATIN_LAYERS_OPS_SEQUENCES_H_
#define KERATIN_LAYERS_OPS_SEQUENCES_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.diff, n times; of bools whether neighbours differ.
Tensor Diff(const Operand& x, int64_t n = 1, int axis = -1);

// keras.ops.trapezoid: the integral along an axis, at points `x` (of that axis,
// or of y's shape) or at the distance `dx`.
Tensor Trapezoid(const Operand& y, const std::optional<Operand>& x,
                 const Operand& dx = 1.0, int axis = -1);

// How far the sequences of a correlation overlap: wholly, so that the result is
// as long as the longer one, or at all.
enum class Overlap { kValid, kSame, kFull };
// "valid", ..; nothing for an unknown name.
std::optional<Overlap> OverlapOf(absl::string_view name);
// keras.ops.correlate of two tensors of one axis, the shorter of known size.
Tensor Correlate(const Operand& x1, const Operand& x2,
                 Overlap overlap = Overlap::kValid);

// keras.ops.extract_sequences: stretches of the last axis, [.., n, length].
Tensor ExtractSequences(const Operand& x, int64_t length, int64_t stride);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_SEQUENCES_H_

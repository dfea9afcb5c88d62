// keras.ops.pad: a tensor with more elements around it.
//
// Invariant: widths are known; sizes need not be.
//
// Example:
//   Tensor y = Pad(x, {{0, 0}, {1, 1}}, PadMode::kReflect);
#ifndef KERATIN_LAYERS_OPS_PADDING_H_
#define KERATIN_LAYERS_OPS_PADDING_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// numpy's modes, by what the new elements are: a constant; the nearest element;
// the tensor mirrored in its last element, or behind it; the tensor again; the
// greatest, least or mean element of the axis; zeros (empty).
enum class PadMode {
  kConstant,
  kEdge,
  kReflect,
  kSymmetric,
  kWrap,
  kMaximum,
  kMinimum,
  kMean
};

// "constant", "reflect", ..; nothing for an unknown name.
std::optional<PadMode> PadModeOf(absl::string_view name);

// Elements before and after, for each axis; one pair serves all axes.
using PadWidth = std::vector<std::pair<int64_t, int64_t>>;

Tensor Pad(const Operand& x, const PadWidth& width,
           PadMode mode = PadMode::kConstant, const Operand& value = 0);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_PADDING_H_

// Places and counts of keras.ops: where numbers stand in a sorted sequence, how
// many fall into each bin, which are members of a set.
//
// Invariant: each element is compared with the whole sequence, all of it
// vectorized: work is the product of the sizes.
//
// Example:
//   Tensor place = SearchSorted(edges, x);      // int32, of x's shape
#ifndef KERATIN_LAYERS_OPS_COUNTING_H_
#define KERATIN_LAYERS_OPS_COUNTING_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.searchsorted: how many elements of the sorted sequence, of one
// axis, are less than each value (`right`: less or equal); NaN is the greatest.
Tensor SearchSorted(const Operand& sorted, const Operand& values,
                    bool right = false);
// keras.ops.digitize: bins, of one axis, that rise or fall.
Tensor Digitize(const Operand& x, const Operand& bins);

// keras.ops.histogram of a tensor of one axis: counts, of x's type or float32,
// and the edges of the bins. Without a range, from the least to the greatest.
struct HistogramResult {
  Tensor counts;
  Tensor edges;
};
HistogramResult Histogram(
    const Operand& x, int64_t bins,
    const std::optional<std::pair<double, double>>& range = std::nullopt);

// keras.ops.isin: whether each element of x1 is one of x2's.
Tensor IsIn(const Operand& x1, const Operand& x2, bool invert = false);

// keras.ops.unravel_index: a tensor of positions along each axis of `shape`.
std::vector<Tensor> UnravelIndex(const Operand& indices,
                                 const std::vector<int64_t>& shape);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_COUNTING_H_

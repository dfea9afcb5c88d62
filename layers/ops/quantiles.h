// Quantiles of keras.ops.
//
// Invariant: computed on the sorted axis, as jax.numpy does; of a float type at
// least. A NaN among the elements makes the quantile NaN, unless it is skipped.
//
// Example:
//   Tensor m = Median(x, -1);
//   Tensor quartiles = Quantile(x, q, {.axis = 1});     // q [3]: [3, ..]
#ifndef KERATIN_LAYERS_OPS_QUANTILES_H_
#define KERATIN_LAYERS_OPS_QUANTILES_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// What stands for a quantile that lies between two elements; kInvertedCdf: the
// first at which so many elements are reached.
enum class Between {
  kLinear,
  kLower,
  kHigher,
  kNearest,
  kMidpoint,
  kInvertedCdf
};
// "linear", ..; nothing for an unknown name.
std::optional<Between> BetweenOf(absl::string_view name);

struct QuantileOptions {
  Axes axis = {};
  Between method = Between::kLinear;
  bool keepdims = false;
  bool skip_nan = false;
};

// keras.ops.quantile, nanquantile: q from 0 to 1, without axes or of one, which
// becomes the first of the result.
Tensor Quantile(const Operand& x, const Operand& q,
                const QuantileOptions& options = {});
// keras.ops.median, nanmedian: the middle one, or the mean of the middle two.
Tensor Median(const Operand& x, const Axes& axis = {}, bool keepdims = false,
              bool skip_nan = false);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_QUANTILES_H_

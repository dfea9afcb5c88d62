#include "layers/ops/crossentropy.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/activations.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/normalization.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

Tensor Inside(const Tensor& probabilities) {
  return Clip(probabilities, kEpsilon, 1 - kEpsilon);
}

Tensor LogProbabilities(const Tensor& output, bool from_logits, int axis) {
  if (from_logits) return LogSoftmax(output, axis);
  return Log(Inside(output / Sum(output, axis, /*keepdims=*/true)));
}

}  // namespace

Tensor BinaryCrossentropy(const Operand& target, const Operand& output,
                          bool from_logits) {
  if (!target.ok() || !output.ok()) return Tensor();
  const Tensor y = target.AsTensor();
  const Tensor p = output.AsTensor();
  if (from_logits)
    return -1.0 * y * LogSigmoid(p) - (1.0 - y) * LogSigmoid(Negative(p));
  const Tensor inside = Inside(p);
  return Negative(y * Log(inside) + (1.0 - y) * Log(1.0 - inside));
}

Tensor CategoricalCrossentropy(const Operand& target, const Operand& output,
                               bool from_logits, int axis) {
  if (!target.ok() || !output.ok()) return Tensor();
  const Tensor log = LogProbabilities(output.AsTensor(), from_logits, axis);
  return Negative(Sum(Multiply(target, log), axis));
}

Tensor SparseCategoricalCrossentropy(const Operand& target,
                                     const Operand& output, bool from_logits,
                                     int axis) {
  constexpr char kOp[] = "sparse_categorical_crossentropy";
  if (!target.ok() || !output.ok()) return Tensor();
  const Tensor p = output.AsTensor();
  const int along = CanonicalAxis(kOp, axis, p.rank());
  if (along < 0) return Tensor();
  const std::optional<int64_t> classes = p.dim(along).AsConstant();
  if (!classes.has_value())
    return Fail(kOp, "the number of classes must be known");
  Tensor labels = Cast(target, DType::kInt32);
  if (labels.rank() == p.rank() && labels.dim(-1).IsConstant(1))
    labels = Squeeze(labels, -1);
  const Tensor log = LogProbabilities(p, from_logits, axis);
  if (!log.ok()) return Tensor();
  const Tensor chosen = OneHot(labels, *classes, along, log.dtype());
  return Negative(Sum(chosen * log, along));
}

Tensor Psnr(const Operand& x1, const Operand& x2, double max_val) {
  if (!x1.ok() || !x2.ok()) return Tensor();
  const Tensor most = trace::Constant(max_val, x2.AsTensor().dtype());
  const Tensor error = Mean(Square(Subtract(x1, x2)));
  return 20 * Log10(most) - 10 * Log10(error);
}

}  // namespace keratin::ops

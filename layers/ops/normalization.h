// Softmax and normalization of keras.ops.
//
// Invariant: where Keras computes in float32 and rounds at the end, so do
// these.
//
// Example:
//   Tensor p = Softmax(logits);
//   Tensor y = LayerNormalization(x, gamma, beta, {-1}, 1e-3);
#ifndef KERATIN_LAYERS_OPS_NORMALIZATION_H_
#define KERATIN_LAYERS_OPS_NORMALIZATION_H_

#include <optional>

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// backend.epsilon().
inline constexpr double kEpsilon = 1e-7;

// keras.ops.softmax, log_softmax over axes together (all: of the flat tensor).
Tensor Softmax(const Operand& x, const Axes& axis = -1);
Tensor LogSoftmax(const Operand& x, const Axes& axis = -1);

// keras.ops.normalize: x / max(norm(x), epsilon), the norm of that order.
Tensor Normalize(const Operand& x, const Axes& axis = -1, int order = 2,
                 double epsilon = kEpsilon);

// keras.ops.batch_normalization; mean, variance, offset and scale have one
// axis.
Tensor BatchNormalization(const Operand& x, const Operand& mean,
                          const Operand& variance, int axis,
                          const std::optional<Operand>& offset = std::nullopt,
                          const std::optional<Operand>& scale = std::nullopt,
                          double epsilon = 1e-3);
// keras.ops.layer_normalization; gamma and beta have the shape of the axes.
Tensor LayerNormalization(const Operand& x,
                          const std::optional<Operand>& gamma = std::nullopt,
                          const std::optional<Operand>& beta = std::nullopt,
                          const Axes& axis = -1, double epsilon = kEpsilon,
                          bool rms_scaling = false);
// keras.ops.rms_normalization.
Tensor RmsNormalization(const Operand& x,
                        const std::optional<Operand>& scale = std::nullopt,
                        const Axes& axis = -1, double epsilon = kEpsilon);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_NORMALIZATION_H_

// Crossentropies of keras.ops, and the ratio of signal to noise: how far an
// output is from its target.
//
// Invariant: probabilities are kept away from 0 and 1 by backend.epsilon().
//
// Example:
//   Tensor loss = CategoricalCrossentropy(target, logits, true);
#ifndef KERATIN_LAYERS_OPS_CROSSENTROPY_H_
#define KERATIN_LAYERS_OPS_CROSSENTROPY_H_

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

// keras.ops.binary_crossentropy, of the common shape.
Tensor BinaryCrossentropy(const Operand& target, const Operand& output,
                          bool from_logits = false);
// keras.ops.categorical_crossentropy: classes lie along the axis, which the
// result lacks.
Tensor CategoricalCrossentropy(const Operand& target, const Operand& output,
                               bool from_logits = false, int axis = -1);
// keras.ops.sparse_categorical_crossentropy: targets are numbers of classes.
Tensor SparseCategoricalCrossentropy(const Operand& target,
                                     const Operand& output,
                                     bool from_logits = false, int axis = -1);

// keras.ops.psnr: in decibel, of all elements together.
Tensor Psnr(const Operand& x1, const Operand& x2, double max_val);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_CROSSENTROPY_H_

// Constants of a saved graph: arrays that a call was given, as Keras serializes
// them ({class_name: "__numpy__" or "__tensor__", config: {value, dtype}}).
#ifndef KERATIN_LAYERS_MODELS_CONSTANT_H_
#define KERATIN_LAYERS_MODELS_CONSTANT_H_

#include "ir/trace/tensor.h"
#include "layers/base/value.h"
#include "runtime/array.h"

namespace keratin {

bool IsConstant(const Value& value);
// An array as Keras serializes it.
Value WrittenConstant(const Array& array);
// As a tensor of the current trace, of 32 bits as ConstantOf of an array says;
// poisoned, with an error in the trace, if it is malformed.
Tensor ConstantOf(const Value& serialized);

// The same nest with tensors in place of all constants.
Value WithConstants(const Value& value);

}  // namespace keratin

#endif  // KERATIN_LAYERS_MODELS_CONSTANT_H_

// Operations of keras.ops as nodes of a model's graph: registered functions on
// the arguments that Keras serialized.
#ifndef KERATIN_LAYERS_MODELS_OPERATION_H_
#define KERATIN_LAYERS_MODELS_OPERATION_H_

#include <functional>
#include <string>

#include "layers/base/value.h"

namespace keratin {

// Computes a node: `config` is the operation's own, the arguments have tensors
// in place of references.
using OperationFunction =
    std::function<Value(const Value& config, const Arguments& arguments)>;

// By Keras's class name, as "Add" of keras.src.ops.numpy.
class OperationRegistry {
 public:
  static bool Register(const std::string& class_name,
                       OperationFunction function);
  // Null if it is unknown.
  static const OperationFunction* Find(const std::string& class_name);
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_MODELS_OPERATION_H_

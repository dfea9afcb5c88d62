// Operations of keras.ops on the tensors of a graph: each makes a node that is
// saved as Keras saves it.
//
//   KerasTensor y = (x + 1) * z;
//   KerasTensor m = ops::Operate("numpy", "Mean", {{Value(x)}, {}},
//                                {{"axis", 1}, {"keepdims", false}});
#ifndef KERATIN_LAYERS_OPS_NODES_SYMBOLIC_OPS_H_
#define KERATIN_LAYERS_OPS_NODES_SYMBOLIC_OPS_H_

#include <string>

#include "layers/base/keras_tensor.h"
#include "layers/base/value.h"

namespace keratin {
namespace ops {

// The operation `class_name` of keras.src.ops.<module>, with the arguments of
// its construction in `config` and those of its call. An error is that of the
// result.
KerasTensor Operate(const std::string& module, const std::string& class_name,
                    const Arguments& arguments, Value::Entries config = {});

}  // namespace ops

// A KerasTensor with another, or with a number.
KerasTensor operator+(const KerasTensor& a, const Value& b);
KerasTensor operator-(const KerasTensor& a, const Value& b);
KerasTensor operator*(const KerasTensor& a, const Value& b);
KerasTensor operator/(const KerasTensor& a, const Value& b);

}  // namespace keratin

#endif  // KERATIN_LAYERS_OPS_NODES_SYMBOLIC_OPS_H_

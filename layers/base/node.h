// Node: one call of a layer, or of an operation of keras.ops, in a model's
// graph. Keras: keras.src.ops.node.Node.
//
// A node keeps its layer and, through its arguments, the nodes before it alive.
#ifndef KERATIN_LAYERS_BASE_NODE_H_
#define KERATIN_LAYERS_BASE_NODE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "layers/base/value.h"

namespace keratin {

class Layer;

// An operation of keras.ops with its arguments of construction: the class by
// module and name, as archives name it.
struct GraphOperation {
  std::string module;
  std::string class_name;
  std::string name;
  Value config;
};

struct Node {
  // Counts the nodes of the process, so that calls of one layer have an order.
  int64_t number = 0;
  // One of these two.
  std::shared_ptr<Layer> layer;
  std::shared_ptr<const GraphOperation> operation;
  // With KerasTensors as leaves.
  Arguments arguments;

  ~Node();
};

// A new node, numbered.
std::shared_ptr<Node> MakeNode(Arguments arguments);

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_NODE_H_

// Graph: the operations of a functional model, their calls, and Keras's orders
// of both.
//
// Tensors are TensorReferences: output k of call j of an operation by name. The
// order of operations, on which that of variables and the names of saved
// weights rest, is Keras's map_graph.
#ifndef KERATIN_LAYERS_MODELS_GRAPH_H_
#define KERATIN_LAYERS_MODELS_GRAPH_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "layers/base/layer.h"
#include "layers/models/operation.h"

namespace keratin {

class Graph {
 public:
  struct Call {
    int operation = 0;
    Arguments arguments = {};  // with references in place of tensors
    std::vector<TensorReference> sources = {};
    int depth = -1;  // < 0: no part of the model
  };
  struct Operation {
    std::string name = {};
    std::string class_name = {};
    std::shared_ptr<Layer> layer = nullptr;       // of keras.layers
    const OperationFunction* function = nullptr;  // of keras.ops
    std::string module = {};                      // of keras.ops
    Value config = {};                            // of keras.ops
    std::vector<int> calls = {};
    int traversal = -1;
    int depth = -1;

    bool is_input() const { return class_name == "InputLayer"; }
  };
  struct Spec {
    Shape shape;
    DType dtype = DType::kFloat32;
  };

  // An operation with the arguments of its calls. A name that is taken is an
  // error.
  absl::Status Add(Operation operation, std::vector<Arguments> calls);
  // Orders what is between inputs and outputs. An error if there is a cycle.
  absl::Status Sort(const std::vector<TensorReference>& inputs,
                    const std::vector<TensorReference>& outputs);

  const std::vector<Operation>& operations() const { return operations_; }
  const std::vector<Call>& calls() const { return calls_; }
  // Calls in the order in which they run.
  const std::vector<int>& order() const { return order_; }
  // Operations in Keras's order of `model.operations`.
  const std::vector<int>& listed() const { return listed_; }
  // Null if there is no operation of that name.
  const Operation* Find(const std::string& name) const;
  // The number in calls() of what makes a tensor.
  absl::StatusOr<int> CallOf(const TensorReference& reference) const;
  // Which call of its operation a call is.
  int NumberOf(int call) const;

  // What is known of tensors before any trace.
  std::map<TensorReference, Spec>& specs() { return specs_; }

 private:
  absl::Status Visit(int call, std::vector<int>& finished,
                     std::vector<int>& state);

  std::vector<Operation> operations_;
  std::map<std::string, int> by_name_;
  std::vector<Call> calls_;
  std::vector<int> order_, listed_;
  std::map<TensorReference, Spec> specs_;
  int traversals_ = 0;
};

// The references in it, in the order of its leaves.
std::vector<TensorReference> References(const Value& value);

}  // namespace keratin

#endif  // KERATIN_LAYERS_MODELS_GRAPH_H_

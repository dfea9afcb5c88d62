// Operations of keras.ops as the nodes of a saved graph.
//
// Invariant: one row of a table for each class; a row names the class as Keras
// does and reads its arguments by Keras's names, from the call or the
// configuration, whichever holds them.
//
// Example:
//   const Operation* sum = FindOperation("keras.src.ops.numpy", "Sum");
//   absl::StatusOr<Value> y = Apply(*sum, config, {.positional = {x}});
#ifndef KERATIN_LAYERS_OPS_NODES_OPERATION_H_
#define KERATIN_LAYERS_OPS_NODES_OPERATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ir/trace/tensor.h"
#include "layers/base/value.h"
#include "layers/ops/convolution.h"
#include "layers/ops/operand.h"

namespace keratin::ops {

class NodeArguments;

// A class of operations that archives may name.
struct Operation {
  const char* module;      // "numpy": keras.src.ops.numpy
  const char* class_name;  // "Sum"
  const char* parameters;  // of its call, in order: "x1,x2"
  Value (*apply)(NodeArguments& arguments);
};

// The operation of a class that a configuration names; null if it is none of
// ours.
const Operation* FindOperation(absl::string_view module,
                               absl::string_view class_name);
// Whether a class of that module is an operation at all, known or not.
bool IsOperationModule(absl::string_view module);

// Applies it in the current trace. A missing or wrong argument, or one that is
// not supported, is an error in the trace, and the result poisoned.
Value Apply(const Operation& operation, const Value& config,
            const Arguments& arguments);

// Arguments of one application, by name.
class NodeArguments {
 public:
  NodeArguments(const Operation& operation, const Value& config,
                const Arguments& arguments)
      : operation_(operation), config_(config), arguments_(arguments) {}

  // Null if it is given nowhere, or is None.
  const Value* Find(absl::string_view name) const;
  bool Has(absl::string_view name) const { return Find(name) != nullptr; }

  // Tensors and numbers. Required; a missing one is an error.
  Operand operand(absl::string_view name);
  std::optional<Operand> maybe_operand(absl::string_view name);
  std::vector<Operand> operands(absl::string_view name);
  // All positional arguments from the first on.
  std::vector<Operand> all_operands();

  // Settings; `fallback` if the argument is not given.
  bool flag(absl::string_view name, bool fallback = false);
  int64_t integer(absl::string_view name,
                  std::optional<int64_t> fallback = std::nullopt);
  double number(absl::string_view name,
                std::optional<double> fallback = std::nullopt);
  std::string text(absl::string_view name, const char* fallback);
  std::optional<DType> dtype(absl::string_view name);
  // A number or several.
  std::vector<int64_t> integers(absl::string_view name,
                                std::vector<int64_t> fallback = {});
  std::vector<int> axis_list(absl::string_view name);
  // None: all axes.
  Axes axes(absl::string_view name, const Axes& fallback = {});
  std::optional<int> maybe_axis(absl::string_view name);
  int axis(absl::string_view name, int fallback) {
    return maybe_axis(name).value_or(fallback);
  }
  // None in a shape is -1.
  Shape shape(absl::string_view name);
  Padding padding();
  DataFormat data_format();

  // An error of this operation; poisoned.
  Tensor Error(const std::string& what) {
    return Fail(operation_.class_name, what);
  }
  // Likewise, of what Keras can do and this library cannot: `what` completes
  // "the operation keras.ops 'Unique' ..".
  Tensor Unsupported(const std::string& what);

 private:
  const Operation& operation_;
  const Value& config_;
  const Arguments& arguments_;
};

// How operations apply whose class has no arguments but the tensors x, or x1
// and x2.
template <Tensor (*function)(const Operand&)>
Value Unary(NodeArguments& a) {
  return function(a.operand("x"));
}
template <Tensor (*function)(const Operand&, const Operand&)>
Value Binary(NodeArguments& a) {
  return function(a.operand("x1"), a.operand("x2"));
}

// The tables, a file each.
absl::Span<const Operation> ArithmeticOperations();
absl::Span<const Operation> ReductionOperations();
absl::Span<const Operation> StatisticOperations();
absl::Span<const Operation> ShapeOperations();
absl::Span<const Operation> CreationOperations();
absl::Span<const Operation> ProductOperations();
absl::Span<const Operation> NeuralOperations();
// All of them.
std::vector<absl::Span<const Operation>> AllOperations();

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_NODES_OPERATION_H_

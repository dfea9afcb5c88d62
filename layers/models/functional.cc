// Functional: the call, which replays the graph on the tensors of a trace.
#include "layers/models/functional.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/base/symbolic.h"
#include "layers/core/input_layer.h"
#include "layers/models/constant.h"

namespace keratin {
namespace {

std::map<std::string, OperationFunction>& Operations() {
  static auto* operations = new std::map<std::string, OperationFunction>();
  return *operations;
}

}  // namespace

bool OperationRegistry::Register(const std::string& class_name,
                                 OperationFunction function) {
  return Operations().emplace(class_name, std::move(function)).second;
}

const OperationFunction* OperationRegistry::Find(
    const std::string& class_name) {
  auto it = Operations().find(class_name);
  return it == Operations().end() ? nullptr : &it->second;
}

KERATIN_REGISTER_LAYER("keras", Functional);
// What Keras calls a functional model of older files.
[[maybe_unused]] const bool kAlsoModel = LayerRegistry::Register(
    "Model", [] { return std::unique_ptr<Layer>(new Functional()); });

Value Functional::Run(const Graph::Call& call, std::optional<bool> training,
                      std::map<TensorReference, Value>& values) {
  const Graph::Operation& operation = graph_.operations()[call.operation];
  Arguments arguments = call.arguments.Map([&](const Value& leaf) {
    if (leaf.is_array()) return Value(ConstantOf(leaf.as_array()));
    if (!leaf.is_reference()) return leaf;
    auto it = values.find(leaf.as_reference());
    return it == values.end() ? Value(Tensor()) : it->second;
  });
  if (operation.layer != nullptr) {
    if (training.has_value()) {
      // It rules, whatever the graph was built with.
      std::erase_if(arguments.keyword, [](const auto& entry) {
        return entry.first == "training";
      });
      arguments.keyword.emplace_back("training", Value(*training));
    }
    for (Value& argument : arguments.positional)
      argument = WithConstants(argument);
    for (auto& [name, argument] : arguments.keyword)
      argument = WithConstants(argument);
    return (*operation.layer)(arguments);
  }
  Trace::LayerScope scope(operation.name);
  return (*operation.function)(operation.config, arguments);
}

bool Functional::sequential_like() const {
  std::map<int, int> at_depth;
  std::map<int, int> calls;
  for (int number : graph_.order()) {
    const Graph::Call& call = graph_.calls()[number];
    if (call.sources.size() > 1 || ++at_depth[call.depth] > 1 ||
        ++calls[call.operation] > 1) {
      return false;
    }
  }
  return true;
}

// Of every operation by number, what its calls told of it.
void Functional::Record(std::vector<LayerRecord> records) {
  std::vector<LayerRecord> listed;
  for (int number : graph_.listed()) {
    const Graph::Operation& operation = graph_.operations()[number];
    LayerRecord& record = records[number];
    record.name = operation.name;
    record.class_name = operation.class_name;
    record.layer = operation.layer.get();
    for (int call : operation.calls) {
      if (graph_.calls()[call].depth < 0) continue;  // no part of this model
      for (const TensorReference& source : graph_.calls()[call].sources)
        record.sources.push_back(source);
    }
    listed.push_back(std::move(record));
  }
  set_records(std::move(listed));
}

std::vector<std::string> Functional::output_layers() const {
  std::vector<std::string> names;
  for (const TensorReference& reference : References(outputs_))
    names.push_back(reference.operation);
  return names;
}

Value::Items Functional::OrderInputs(const Value& given) {
  Value::Items ordered;
  if (!given.is_dict() || input_nest_.is_dict()) {
    given.ForEachLeaf([&](const Value& leaf) { ordered.push_back(leaf); });
    return ordered;
  }
  // A dictionary by the names of the inputs.
  for (const ModelInput& input : inputs_) {
    const Value* found = given.Find(input.name);
    if (found == nullptr) {
      Fail(
          absl::StrCat("the model is called with a dictionary that lacks its "
                       "input '",
                       input.name, "'"));
      return {};
    }
    ordered.push_back(*found);
  }
  return ordered;
}

// As the graph was built with: its dtype, and its rank, where a last axis of
// size 1 is all that differs.
Value Functional::FitInput(const Value& value, const ModelInput& input) {
  if (value.is_none() && input.optional) return value;
  if (!value.is_tensor()) {
    return Value(Fail(
        absl::StrCat("the input '", input.name, "' ",
                     value.is_none() ? "is not optional" : "must be a tensor",
                     ", and is given ", value.ToString())));
  }
  Tensor x = value.as_tensor();
  if (!x.ok()) return value;
  const Tensor given = x;
  const int rank = input.shape.rank();
  if (x.dtype() != input.dtype) x = trace::Convert(x, input.dtype);
  if (x.rank() == rank + 1 && x.shape().back().IsConstant(1)) {
    std::vector<Dim> dims(x.shape().begin(), x.shape().end() - 1);
    x = trace::Reshape(x, Shape(std::move(dims)));
  } else if (x.rank() == rank - 1 && input.shape.back().IsConstant(1)) {
    Shape shape = x.shape();
    shape.push_back(1);
    x = trace::Reshape(x, shape);
  }
  bool fits = x.rank() == rank;
  for (int axis = 1; fits && axis < rank; ++axis) {
    const Dim& wanted = input.shape[axis];
    const Dim& size = x.dim(axis);
    fits = !wanted.IsConstant() || !size.IsConstant() || wanted == size;
  }
  if (!fits) {
    return Value(Fail(absl::StrCat("the input '", input.name, "' has shape ",
                                   input.shape.ToString(), ", and is given ",
                                   given.shape().ToString())));
  }
  CallScope* scope = CallScope::Current();
  if (x.id() != given.id()) scope->SetMask(x, scope->MaskOf(given));
  return Value(x);
}

Value Functional::CallWith(const CallContext& context,
                           const Arguments& arguments) {
  if (!arguments.positional.empty())
    TakeMasks(context, arguments.positional[0].tensors());
  const Value::Items given = arguments.positional.empty()
                                 ? Value::Items()
                                 : OrderInputs(arguments.positional[0]);
  if (given.size() != inputs_.size()) {
    return Value(
        Fail(absl::StrCat("the model has ", inputs_.size(),
                          " inputs, and is called with ", given.size())));
  }
  // That of this call, if it was said; each layer's own default if not.
  const std::optional<bool> training = CallScope::Current()->training();
  std::map<TensorReference, Value> values;
  std::map<std::string, const ModelInput*> inputs_by_name;
  for (size_t k = 0; k < given.size(); ++k) {
    values[input_references_[k]] = FitInput(given[k], inputs_[k]);
    inputs_by_name[inputs_[k].name] = &inputs_[k];
  }
  std::vector<LayerRecord> records(graph_.operations().size());
  for (int number : graph_.order()) {
    const Graph::Call& call = graph_.calls()[number];
    const Graph::Operation& operation = graph_.operations()[call.operation];
    LayerRecord& record = records[call.operation];
    if (operation.is_input()) {
      const ModelInput& input = *inputs_by_name.at(operation.name);
      record.output_shape = ShapeText(input.shape);
      record.output_dtype = std::string(DTypeName(input.dtype));
      continue;
    }
    int output = 0;
    const Value result = Run(call, training, values);
    if (graph_.NumberOf(number) == 0 || record.input_shape == "?") {
      Value::Items sources;
      for (const TensorReference& source : call.sources)
        sources.push_back(values[source]);
      record.input_shape = ShapeText(Value::List(std::move(sources)));
      record.output_dtype = DTypeText(result);
    }
    for (const Tensor& tensor : result.tensors()) {
      TensorReference reference{operation.name, graph_.NumberOf(number),
                                output++};
      if (tensor.ok())
        graph_.specs().try_emplace(reference,
                                   Graph::Spec{tensor.shape(), tensor.dtype()});
      values[std::move(reference)] = Value(tensor);
    }
    record.output_shape = ShapeText(result);
  }
  Record(std::move(records));
  return outputs_.MapLeaves([&](const Value& leaf) {
    if (!leaf.is_reference()) return leaf;
    auto it = values.find(leaf.as_reference());
    return it == values.end() ? Value(Tensor()) : it->second;
  });
}

}  // namespace keratin

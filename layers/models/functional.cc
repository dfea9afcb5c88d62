// Functional: a graph of operations between inputs and outputs, as Keras saves
// it (keras.Model built from tensors). The order of its layers, on which the
// order of variables and the names of saved weights rest, is Keras's map_graph.
#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/models/constant.h"
#include "layers/models/model.h"
#include "layers/models/operation.h"

namespace keratin {
namespace {

std::map<std::string, OperationFunction>& Operations() {
  static auto* operations = new std::map<std::string, OperationFunction>();
  return *operations;
}

class Functional : public Model {
 public:
  std::vector<ModelInput> inputs() const override { return inputs_; }
  std::vector<Layer*> layers() const override { return layers_; }
  bool sequential_like() const override;

 protected:
  void Describe(Fields& fields) override {
    fields("layers", layer_configs_)("input_layers", input_config_)(
        "output_layers", output_config_);
  }
  absl::Status Configured() override;
  absl::Status BuildFrom(const Arguments&) override { return absl::OkStatus(); }
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;

 private:
  struct Node {
    int operation = 0;
    Arguments arguments = {};
    std::vector<TensorReference> sources = {};
    int depth = -1;
  };
  struct Operation {
    std::string name;
    std::string class_name = "";
    Value config = {};
    Layer* layer = nullptr;                       // of keras.layers
    const OperationFunction* function = nullptr;  // of keras.ops
    std::vector<int> nodes = {};
    int traversal = -1;
    int depth = -1;
  };

  absl::Status AddOperation(const Value& serialized);
  absl::Status AddInput(const Operation& operation);
  absl::Status Sort();
  absl::Status Visit(int node, std::vector<int>& finished,
                     std::vector<int>& state);
  absl::StatusOr<int> NodeOf(const TensorReference& reference) const;
  Value Run(const Node& node, std::map<TensorReference, Tensor>& values);
  void Record(const std::vector<std::string>& shapes);

  Value layer_configs_, input_config_, output_config_;
  std::vector<ModelInput> inputs_;
  std::vector<TensorReference> input_references_;
  Value outputs_;  // with references as leaves
  std::vector<Operation> operations_;
  std::map<std::string, int> by_name_;
  std::vector<Node> nodes_;
  std::vector<int> order_;      // nodes, inputs first
  std::vector<Layer*> layers_;  // null: an InputLayer
  std::vector<int> listed_;     // operations, in Keras's order
  int traversals_ = 0;
};
KERATIN_REGISTER_LAYER("keras", Functional);
[[maybe_unused]] const bool kAlsoModel = LayerRegistry::Register(
    "Model", [] { return std::unique_ptr<Layer>(new Functional()); });

// Replaces {class_name: __keras_tensor__} by references, and serialized dtypes,
// slices and the like by plain values.
absl::StatusOr<Value> ParseArgument(const Value& value, int depth) {
  if (depth > 64)
    return absl::InvalidArgumentError("arguments are nested too deep");
  if (value.is_sequence()) {
    Value::Items items;
    for (const Value& item : value.items()) {
      auto parsed = ParseArgument(item, depth + 1);
      if (!parsed.ok()) return parsed;
      items.push_back(*std::move(parsed));
    }
    return value.is_tuple() ? Value::Tuple(std::move(items))
                            : Value::List(std::move(items));
  }
  if (!value.is_dict()) return value;
  const Value* class_name = value.Find("class_name");
  const Value* config = value.Find("config");
  if (class_name != nullptr && class_name->is_string() && config != nullptr) {
    if (class_name->as_string() == "__keras_tensor__") {
      const Value* history = config->Find("keras_history");
      if (history == nullptr || !history->is_sequence() ||
          history->items().size() != 3 || !history->items()[0].is_string() ||
          !history->items()[1].is_int() || !history->items()[2].is_int()) {
        return absl::InvalidArgumentError(
            "a __keras_tensor__ has no keras_history of a name and two "
            "numbers");
      }
      const auto& items = history->items();
      return Value(TensorReference{items[0].as_string(),
                                   static_cast<int>(items[1].as_int()),
                                   static_cast<int>(items[2].as_int())});
    }
    if (class_name->as_string() == "__tuple__" ||
        class_name->as_string() == "__slice__") {
      return value;
    }
  }
  Value::Entries entries;
  for (const auto& [key, entry] : value.entries()) {
    auto parsed = ParseArgument(entry, depth + 1);
    if (!parsed.ok()) return parsed;
    entries.emplace_back(key, *std::move(parsed));
  }
  return Value::Dict(std::move(entries));
}

// ["name", 0, 0], a nest of such, or a dictionary of them.
absl::StatusOr<Value> ParseReferences(const Value& value) {
  if (value.is_sequence() && value.items().size() == 3 &&
      value.items()[0].is_string() && value.items()[1].is_int() &&
      value.items()[2].is_int()) {
    return Value(TensorReference{value.items()[0].as_string(),
                                 static_cast<int>(value.items()[1].as_int()),
                                 static_cast<int>(value.items()[2].as_int())});
  }
  if (value.is_sequence()) {
    Value::Items items;
    for (const Value& item : value.items()) {
      auto parsed = ParseReferences(item);
      if (!parsed.ok()) return parsed;
      items.push_back(*std::move(parsed));
    }
    return Value::List(std::move(items));
  }
  if (value.is_dict()) {
    Value::Entries entries;
    for (const auto& [key, entry] : value.entries()) {
      auto parsed = ParseReferences(entry);
      if (!parsed.ok()) return parsed;
      entries.emplace_back(key, *std::move(parsed));
    }
    return Value::Dict(std::move(entries));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'input_layers' and 'output_layers' name tensors as [layer, "
                   "node, output], not ",
                   value.ToString()));
}

std::vector<TensorReference> References(const Value& value) {
  std::vector<TensorReference> found;
  value.ForEachLeaf([&](const Value& leaf) {
    if (leaf.is_reference()) found.push_back(leaf.as_reference());
  });
  return found;
}

absl::Status Functional::AddInput(const Operation& operation) {
  const Value* shape = operation.config.Find("batch_shape");
  if (shape == nullptr) shape = operation.config.Find("batch_input_shape");
  if (shape == nullptr || !shape->is_sequence()) {
    return absl::InvalidArgumentError(
        absl::StrCat("input '", operation.name, "' has no 'batch_shape'"));
  }
  ModelInput input{
      .name = operation.name, .dtype = DType::kFloat32, .shape = {}};
  const Value* dtype = operation.config.Find("dtype");
  if (dtype != nullptr && dtype->is_string()) {
    auto parsed = ParseDType(dtype->as_string());
    if (!parsed.ok()) {
      return absl::UnimplementedError(
          absl::StrCat("input '", operation.name, "' has the dtype '",
                       dtype->as_string(), "', which is not supported"));
    }
    input.dtype = *parsed;
  }
  for (const char* key : {"sparse", "ragged"}) {
    const Value* flag = operation.config.Find(key);
    if (flag != nullptr && flag->is_bool() && flag->as_bool()) {
      return absl::UnimplementedError(absl::StrCat(
          "input '", operation.name, "' is ", key, ", which is not supported"));
    }
  }
  for (const Value& size : shape->items()) {
    const size_t axis = input.shape.size();
    if (size.is_int() && size.as_int() >= 0) {
      input.shape.push_back(Dim(size.as_int()));
    } else {
      input.shape.push_back(Dim::Symbol(
          axis == 0 ? "batch" : absl::StrCat(operation.name, "_", axis)));
    }
  }
  inputs_.push_back(std::move(input));
  return absl::OkStatus();
}

absl::Status Functional::AddOperation(const Value& serialized) {
  const Value* class_name = serialized.Find("class_name");
  const Value* config = serialized.Find("config");
  const Value* name = serialized.Find("name");
  const Value* inbound = serialized.Find("inbound_nodes");
  if (class_name == nullptr || !class_name->is_string() || config == nullptr ||
      !config->is_dict() || name == nullptr || !name->is_string() ||
      inbound == nullptr || !inbound->is_sequence()) {
    return absl::InvalidArgumentError(
        "an entry of 'layers' needs 'class_name', 'config', 'name' and "
        "'inbound_nodes'");
  }
  Operation operation{.name = name->as_string(),
                      .class_name = class_name->as_string(),
                      .config = *config};
  const Value* module = serialized.Find("module");
  // keras.src.ops.*, and the operations among keras.src.activations.*.
  const bool is_op =
      module != nullptr && module->is_string() &&
      (module->as_string().find(".ops") != std::string::npos ||
       module->as_string().find(".activations") != std::string::npos);
  if (operation.class_name == "InputLayer") {
    // Values come from outside.
  } else if (is_op) {
    operation.function = OperationRegistry::Find(operation.class_name);
    if (operation.function == nullptr) {
      return absl::UnimplementedError(absl::StrCat(
          "node '", operation.name, "' is the operation keras.ops '",
          operation.class_name, "', which is not supported"));
    }
  } else {
    auto layer = LayerRegistry::Deserialize(serialized);
    if (!layer.ok()) return layer.status();
    operation.layer = Track(operation.name, *std::move(layer));
  }
  const int number = static_cast<int>(operations_.size());
  if (!by_name_.emplace(operation.name, number).second) {
    return absl::InvalidArgumentError(
        absl::StrCat("the name '", operation.name, "' is used by two layers"));
  }
  Value::Items calls = inbound->items();
  if (operation.class_name == "InputLayer") calls = {Value::Dict({})};
  for (const Value& call : calls) {
    Node node{.operation = number};
    if (const Value* arguments = call.Find("args");
        arguments != nullptr && arguments->is_sequence()) {
      for (const Value& argument : arguments->items()) {
        auto parsed = ParseArgument(argument, 0);
        if (!parsed.ok()) return parsed.status();
        for (TensorReference& source : References(*parsed))
          node.sources.push_back(std::move(source));
        node.arguments.positional.push_back(*std::move(parsed));
      }
    }
    if (const Value* arguments = call.Find("kwargs");
        arguments != nullptr && arguments->is_dict()) {
      for (const auto& [key, argument] : arguments->entries()) {
        auto parsed = ParseArgument(argument, 0);
        if (!parsed.ok()) return parsed.status();
        for (TensorReference& source : References(*parsed))
          node.sources.push_back(std::move(source));
        node.arguments.keyword.emplace_back(key, *std::move(parsed));
      }
    }
    operation.nodes.push_back(static_cast<int>(nodes_.size()));
    nodes_.push_back(std::move(node));
  }
  operations_.push_back(std::move(operation));
  return absl::OkStatus();
}

absl::StatusOr<int> Functional::NodeOf(const TensorReference& reference) const {
  auto it = by_name_.find(reference.operation);
  if (it == by_name_.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a tensor comes from the layer '", reference.operation,
                     "', which the model does not have"));
  }
  const Operation& operation = operations_[it->second];
  if (reference.node < 0 ||
      reference.node >= static_cast<int>(operation.nodes.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat("a tensor comes from call ", reference.node,
                     " of the layer '", reference.operation,
                     "', which is called ", operation.nodes.size(), " times"));
  }
  return operation.nodes[reference.node];
}

// Depth first, without recursion: a thousand layers deep is no problem.
absl::Status Functional::Visit(int root, std::vector<int>& finished,
                               std::vector<int>& state) {
  struct Frame {
    int node;
    size_t next = 0;
  };
  std::vector<Frame> stack;
  auto enter = [&](int node) -> absl::Status {
    if (state[node] == 2) return absl::OkStatus();
    if (state[node] == 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("the layer '", operations_[nodes_[node].operation].name,
                       "' is part of a cycle"));
    }
    state[node] = 1;
    Operation& operation = operations_[nodes_[node].operation];
    if (operation.traversal < 0) operation.traversal = traversals_++;
    stack.push_back({node});
    return absl::OkStatus();
  };
  absl::Status status = enter(root);
  while (status.ok() && !stack.empty()) {
    Frame& frame = stack.back();
    const Node& node = nodes_[frame.node];
    if (frame.next < node.sources.size()) {
      auto source = NodeOf(node.sources[frame.next++]);
      if (!source.ok()) return source.status();
      status = enter(*source);
      continue;
    }
    state[frame.node] = 2;
    finished.push_back(frame.node);
    stack.pop_back();
  }
  return status;
}

absl::Status Functional::Sort() {
  std::vector<int> finished, state(nodes_.size(), 0);
  for (const TensorReference& output : References(outputs_)) {
    auto node = NodeOf(output);
    if (!node.ok()) return node.status();
    absl::Status status = Visit(*node, finished, state);
    if (!status.ok()) return status;
  }
  // Keras's depths: of nodes, in the order in which they are first met.
  std::vector<int> met;
  auto meet = [&](int node) {
    if (nodes_[node].depth < 0) {
      nodes_[node].depth = 0;
      met.push_back(node);
    }
  };
  std::vector<int> operations_met;
  for (auto it = finished.rbegin(); it != finished.rend(); ++it) {
    meet(*it);
    Node& node = nodes_[*it];
    Operation& operation = operations_[node.operation];
    if (operation.depth < 0) operations_met.push_back(node.operation);
    node.depth = operation.depth =
        std::max(node.depth, std::max(operation.depth, 0));
    for (const TensorReference& source : node.sources) {
      const int parent = *NodeOf(source);
      meet(parent);
      nodes_[parent].depth = std::max(node.depth + 1, nodes_[parent].depth);
    }
  }
  for (const TensorReference& input : input_references_) {
    Operation& operation = operations_[by_name_.at(input.operation)];
    if (operation.depth >= 0) continue;
    operation.depth = 0;
    meet(operation.nodes[0]);
    operations_met.push_back(by_name_.at(input.operation));
  }
  std::sort(operations_met.begin(), operations_met.end(), [&](int a, int b) {
    const Operation &x = operations_[a], &y = operations_[b];
    return std::tuple(-x.depth, x.traversal, a) <
           std::tuple(-y.depth, y.traversal, b);
  });
  std::vector<std::pair<int, int>> by_depth;
  for (size_t place = 0; place < met.size(); ++place)
    by_depth.emplace_back(-nodes_[met[place]].depth, static_cast<int>(place));
  std::sort(by_depth.begin(), by_depth.end());
  for (const auto& [depth, place] : by_depth) order_.push_back(met[place]);
  listed_ = operations_met;
  std::vector<Child> ordered;
  for (int number : operations_met) {
    if (Layer* layer = operations_[number].layer) {
      layers_.push_back(layer);
      ordered.push_back({operations_[number].name, {layer}, false, nullptr});
    } else if (operations_[number].class_name == "InputLayer") {
      layers_.push_back(nullptr);
    }
  }
  set_children(std::move(ordered));
  return absl::OkStatus();
}

absl::Status Functional::Configured() {
  if (!layer_configs_.is_sequence())
    return absl::InvalidArgumentError(
        "a Functional model needs a list 'layers'");
  std::string unsupported;
  for (const Value& serialized : layer_configs_.items()) {
    absl::Status status = AddOperation(serialized);
    if (absl::IsUnimplemented(status)) {
      absl::StrAppend(&unsupported, unsupported.empty() ? "" : "; ",
                      status.message());
    } else if (!status.ok()) {
      return status;
    }
  }
  if (!unsupported.empty()) return absl::UnimplementedError(unsupported);
  auto inputs = ParseReferences(input_config_);
  if (!inputs.ok()) return inputs.status();
  auto outputs = ParseReferences(output_config_);
  if (!outputs.ok()) return outputs.status();
  // Keras counts the node inside a nested Functional model as its first one in
  // 'output_layers', and there alone.
  outputs_ = outputs->MapLeaves([&](const Value& leaf) {
    if (!leaf.is_reference()) return leaf;
    TensorReference reference = leaf.as_reference();
    auto it = by_name_.find(reference.operation);
    const Layer* layer =
        it == by_name_.end() ? nullptr : operations_[it->second].layer;
    if (layer != nullptr && layer->class_name() == "Functional" &&
        reference.node > 0) {
      --reference.node;
    }
    return Value(std::move(reference));
  });
  input_references_ = References(*inputs);
  for (const TensorReference& input : input_references_) {
    auto node = NodeOf(input);
    if (!node.ok()) return node.status();
    absl::Status status = AddInput(operations_[nodes_[*node].operation]);
    if (!status.ok()) return status;
  }
  return Sort();
}

Value Functional::Run(const Node& node,
                      std::map<TensorReference, Tensor>& values) {
  const Operation& operation = operations_[node.operation];
  Arguments arguments = node.arguments.Map([&](const Value& leaf) {
    if (!leaf.is_reference()) return leaf;
    auto it = values.find(leaf.as_reference());
    return it == values.end() ? Value(Tensor()) : Value(it->second);
  });
  if (operation.layer != nullptr) {
    // The model's own `training` rules, whatever the graph was built with.
    std::erase_if(arguments.keyword,
                  [](const auto& entry) { return entry.first == "training"; });
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
  for (int number : order_) {
    const Node& node = nodes_[number];
    if (node.sources.size() > 1 || ++at_depth[node.depth] > 1 ||
        ++calls[node.operation] > 1) {
      return false;
    }
  }
  return true;
}

void Functional::Record(const std::vector<std::string>& shapes) {
  std::vector<LayerRecord> records;
  for (int number : listed_) {
    const Operation& operation = operations_[number];
    LayerRecord record{.name = operation.name,
                       .class_name = operation.class_name,
                       .layer = operation.layer,
                       .output_shape = shapes[number]};
    for (int node : operation.nodes) {
      if (nodes_[node].depth < 0) continue;  // no part of this model
      for (const TensorReference& source : nodes_[node].sources)
        record.sources.push_back(source);
    }
    records.push_back(std::move(record));
  }
  set_records(std::move(records));
}

Value Functional::CallWith(const CallContext& context,
                           const Arguments& arguments) {
  std::vector<Tensor> given = arguments.positional.empty()
                                  ? std::vector<Tensor>()
                                  : arguments.positional[0].tensors();
  if (given.size() != inputs_.size()) {
    return Value(
        Fail(absl::StrCat("the model has ", inputs_.size(),
                          " inputs, and is called with ", given.size())));
  }
  std::map<TensorReference, Tensor> values;
  for (size_t k = 0; k < given.size(); ++k) {
    Tensor x = given[k];
    // Keras converts inputs to the dtype that the graph was built with.
    if (x.ok() && x.dtype() != inputs_[k].dtype) {
      Tensor converted = trace::Convert(x, inputs_[k].dtype);
      CallScope::Current()->SetMask(converted, CallScope::Current()->MaskOf(x));
      x = converted;
    }
    values[input_references_[k]] = x;
  }
  std::vector<std::string> shapes(operations_.size());
  for (size_t k = 0; k < inputs_.size(); ++k) {
    shapes[by_name_.at(input_references_[k].operation)] =
        ShapeText(inputs_[k].shape);
  }
  for (int number : order_) {
    const Node& node = nodes_[number];
    const Operation& operation = operations_[node.operation];
    if (operation.class_name == "InputLayer") continue;
    const int call = static_cast<int>(
        std::find(operation.nodes.begin(), operation.nodes.end(), number) -
        operation.nodes.begin());
    int output = 0;
    const Value result = Run(node, values);
    for (const Tensor& tensor : result.tensors())
      values[{operation.name, call, output++}] = tensor;
    shapes[node.operation] = ShapeText(result);
  }
  Record(shapes);
  return outputs_.MapLeaves([&](const Value& leaf) {
    if (!leaf.is_reference()) return leaf;
    auto it = values.find(leaf.as_reference());
    return Value(it == values.end() ? Tensor() : it->second);
  });
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

}  // namespace keratin

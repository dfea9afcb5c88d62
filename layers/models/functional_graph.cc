// The graph of a functional model, from KerasTensors, from a configuration, and
// into one.
#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "layers/base/issues.h"
#include "layers/base/names.h"
#include "layers/base/node.h"
#include "layers/core/input_layer.h"
#include "layers/models/functional.h"
#include "layers/models/graph_config.h"

namespace keratin {
namespace {

// Keras counts the node inside a nested Functional model as its first one in
// 'output_layers', and there alone: by so many.
int NodesBefore(const Graph& graph, const TensorReference& reference) {
  const Graph::Operation* operation = graph.Find(reference.operation);
  return operation != nullptr && operation->layer != nullptr &&
                 operation->class_name == "Functional"
             ? 1
             : 0;
}

// Walks from outputs back to inputs, and names what it meets.
class Collector {
 public:
  explicit Collector(std::map<TensorReference, Graph::Spec>& specs)
      : specs_(specs) {}

  // Ends the walk at this tensor, which `reference` stands for.
  void Stop(const KerasTensor& tensor, TensorReference reference) {
    specs_[reference] = {tensor.shape(), tensor.dtype()};
    stops_[PlaceOf(tensor)] = std::move(reference);
  }

  absl::Status Walk(const KerasTensor& output) {
    std::vector<KerasTensor> waiting = {output};
    while (!waiting.empty()) {
      const KerasTensor tensor = std::move(waiting.back());
      waiting.pop_back();
      if (!tensor.ok()) return tensor.status();
      if (stops_.contains(PlaceOf(tensor))) continue;
      const Node* node = tensor.node().get();
      if (node == nullptr ||
          dynamic_cast<InputLayer*>(node->layer.get()) != nullptr) {
        return absl::InvalidArgumentError(absl::StrCat(
            "the graph is disconnected: the outputs need the tensor ",
            tensor.ToString(), node == nullptr ? "" : " of the input '",
            node == nullptr ? "" : node->layer->name(),
            node == nullptr ? "" : "'", ", which is none of the inputs"));
      }
      if (!met_.insert(node).second) continue;
      node->arguments.ForEachLeaf([&](const Value& leaf) {
        if (leaf.is_keras_tensor()) waiting.push_back(leaf.as_keras_tensor());
      });
    }
    return absl::OkStatus();
  }

  // Adds everything met to the graph, by its first call.
  absl::Status AddTo(Graph& graph) {
    std::map<int64_t, const Node*> by_number;
    for (const Node* node : met_) by_number[node->number] = node;
    std::map<const void*, std::vector<const Node*>> calls;
    std::vector<const void*> operations;
    for (const auto& [number, node] : by_number) {
      const void* operation = node->layer != nullptr
                                  ? static_cast<const void*>(node->layer.get())
                                  : node->operation.get();
      std::vector<const Node*>& of_it = calls[operation];
      if (of_it.empty()) operations.push_back(operation);
      call_numbers_[node] = static_cast<int>(of_it.size());
      of_it.push_back(node);
    }
    for (const void* operation : operations) {
      const Node& first = *calls[operation][0];
      Graph::Operation added;
      if (first.layer != nullptr) {
        added = {.name = first.layer->name(),
                 .class_name = first.layer->class_name(),
                 .layer = first.layer};
      } else {
        added = {
            .name = first.operation->name,
            .class_name = first.operation->class_name,
            .function = OperationRegistry::Find(first.operation->class_name),
            .module = first.operation->module,
            .config = first.operation->config};
      }
      std::vector<Arguments> arguments;
      for (const Node* node : calls[operation]) {
        arguments.push_back(node->arguments.Map([&](const Value& leaf) {
          return leaf.is_keras_tensor() ? Value(NameOf(leaf.as_keras_tensor()))
                                        : leaf;
        }));
      }
      absl::Status status = graph.Add(std::move(added), std::move(arguments));
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  TensorReference NameOf(const KerasTensor& tensor) {
    auto stop = stops_.find(PlaceOf(tensor));
    if (stop != stops_.end()) return stop->second;
    const Node* node = tensor.node().get();
    TensorReference reference{
        node->layer != nullptr ? node->layer->name() : node->operation->name,
        call_numbers_.at(node), tensor.output()};
    specs_[reference] = {tensor.shape(), tensor.dtype()};
    return reference;
  }

 private:
  // What makes a tensor, and which of its outputs it is.
  using Place = std::pair<const void*, int>;
  static Place PlaceOf(const KerasTensor& tensor) {
    const Node* node = tensor.node().get();
    if (node == nullptr) return {tensor.id(), 0};
    if (dynamic_cast<InputLayer*>(node->layer.get()) != nullptr)
      return {node->layer.get(), 0};
    return {node, tensor.output()};
  }

  std::map<TensorReference, Graph::Spec>& specs_;
  std::map<Place, TensorReference> stops_;
  std::set<const Node*> met_;
  std::map<const Node*, int> call_numbers_;
};

}  // namespace

absl::Status Functional::Connect(const Value& inputs, const Value& outputs) {
  absl::Status status;
  const auto check = [&](const Value& leaf) {
    if (!status.ok()) return;
    status = leaf.is_keras_tensor()
                 ? leaf.as_keras_tensor().status()
                 : absl::InvalidArgumentError(absl::StrCat(
                       "inputs and outputs of a model must be KerasTensors, "
                       "not ",
                       leaf.ToString()));
  };
  inputs.ForEachLeaf(check);
  outputs.ForEachLeaf(check);
  if (!status.ok()) return status;

  Collector collector(graph_.specs());
  input_nest_ = inputs.MapLeaves([&](const Value& leaf) {
    const KerasTensor& tensor = leaf.as_keras_tensor();
    std::shared_ptr<Layer> layer =
        tensor.node() == nullptr ? nullptr : tensor.node()->layer;
    if (dynamic_cast<InputLayer*>(layer.get()) == nullptr) {
      // A tensor from inside of another graph: an input of that shape.
      KerasTensor begin = Input({.dtype = tensor.dtype(),
                                 .batch_shape = tensor.shape(),
                                 .name = AutoName("KerasTensor")});
      if (status.ok()) status = begin.status();
      if (!begin.ok()) return leaf;
      layer = begin.node()->layer;
    }
    TensorReference reference{layer->name(), 0, 0};
    collector.Stop(tensor, reference);
    if (status.ok()) {
      status = graph_.Add({.name = layer->name(),
                           .class_name = "InputLayer",
                           .layer = std::move(layer)},
                          {Arguments()});
    }
    return Value(std::move(reference));
  });
  for (const KerasTensor& output : outputs.keras_tensors()) {
    if (status.ok()) status = collector.Walk(output);
  }
  if (status.ok()) status = collector.AddTo(graph_);
  if (!status.ok()) return status;
  outputs_ = outputs.MapLeaves([&](const Value& leaf) {
    return Value(collector.NameOf(leaf.as_keras_tensor()));
  });
  return absl::OkStatus();
}

void Functional::Describe(Fields& fields) {
  fields("layers", layer_configs_)("input_layers", input_config_)(
      "output_layers", output_config_);
}

absl::Status Functional::ReadOperation(const Value& serialized) {
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
  Graph::Operation operation{.name = name->as_string(),
                             .class_name = class_name->as_string()};
  const Value* module = serialized.Find("module");
  // keras.src.ops.*, and the operations among keras.src.activations.*.
  const bool is_op =
      module != nullptr && module->is_string() &&
      (module->as_string().find(".ops") != std::string::npos ||
       module->as_string().find(".activations") != std::string::npos);
  if (is_op) {
    operation.module = module->as_string();
    operation.config = *config;
    operation.function = OperationRegistry::Find(operation.class_name);
    if (operation.function == nullptr) {
      return absl::UnimplementedError(absl::StrCat(
          "node '", operation.name, "' is the operation keras.ops '",
          operation.class_name, "', which is not supported"));
    }
  } else {
    auto layer = LayerRegistry::Deserialize(serialized);
    if (!layer.ok()) return layer.status();
    operation.layer = *std::move(layer);
    // Keras builds the layers of a graph as it reads them, outside of it.
    operation.layer->MakeRoot();
  }
  Value::Items nodes = inbound->items();
  if (operation.is_input()) nodes = {Value::Dict({})};
  std::vector<Arguments> calls;
  for (const Value& node : nodes) {
    Arguments arguments;
    if (const Value* given = node.Find("args");
        given != nullptr && given->is_sequence()) {
      for (const Value& argument : given->items()) {
        auto parsed = ReadArgument(argument, graph_.specs());
        if (!parsed.ok()) return parsed.status();
        arguments.positional.push_back(*std::move(parsed));
      }
    }
    if (const Value* given = node.Find("kwargs");
        given != nullptr && given->is_dict()) {
      for (const auto& [key, argument] : given->entries()) {
        auto parsed = ReadArgument(argument, graph_.specs());
        if (!parsed.ok()) return parsed.status();
        arguments.keyword.emplace_back(key, *std::move(parsed));
      }
    }
    calls.push_back(std::move(arguments));
  }
  return graph_.Add(std::move(operation), std::move(calls));
}

absl::Status Functional::Configured() {
  if (!graph_.calls().empty()) return Finish();  // connected in C++
  if (!layer_configs_.is_sequence())
    return absl::InvalidArgumentError(
        "a Functional model needs a list 'layers'");
  Issues unsupported;
  for (const Value& serialized : layer_configs_.items()) {
    absl::Status status = ReadOperation(serialized);
    if (!unsupported.Add(status)) return status;
  }
  if (!unsupported.status().ok()) return unsupported.status();
  auto inputs = ReadReferences(input_config_);
  if (!inputs.ok()) return inputs.status();
  auto outputs = ReadReferences(output_config_);
  if (!outputs.ok()) return outputs.status();
  input_nest_ = *std::move(inputs);
  outputs_ = outputs->MapLeaves([&](const Value& leaf) {
    if (!leaf.is_reference()) return leaf;
    TensorReference reference = leaf.as_reference();
    if (reference.node > 0) reference.node -= NodesBefore(graph_, reference);
    return Value(std::move(reference));
  });
  // The graph has them now.
  layer_configs_ = input_config_ = output_config_ = Value();
  return Finish();
}

absl::Status Functional::Finish() {
  input_references_ = References(input_nest_);
  for (const TensorReference& reference : input_references_) {
    auto call = graph_.CallOf(reference);
    if (!call.ok()) return call.status();
    const Graph::Operation& operation =
        graph_.operations()[graph_.calls()[*call].operation];
    auto* input = dynamic_cast<InputLayer*>(operation.layer.get());
    if (input == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'input_layers' names '", operation.name, "', which is no input"));
    }
    graph_.specs()[reference] = {input->batch_shape(), input->input_type()};
    inputs_.push_back({input->name(), input->input_type(), input->batch_shape(),
                       input->optional()});
  }
  absl::Status status = graph_.Sort(input_references_, References(outputs_));
  if (!status.ok()) return status;
  for (const Graph::Operation& operation : graph_.operations()) {
    if (operation.layer != nullptr) Track(operation.name, operation.layer);
  }
  std::vector<Child> ordered;
  for (int number : graph_.listed()) {
    const Graph::Operation& operation = graph_.operations()[number];
    if (operation.layer == nullptr) continue;
    layers_.push_back(operation.layer.get());
    ordered.push_back(
        {.attribute = operation.name, .layers = {operation.layer.get()}});
  }
  set_children(std::move(ordered));
  return absl::OkStatus();
}

Value Functional::GetBuildConfig() const {
  return Value::Dict({{"input_shape", Value()}});
}

Value Functional::GetConfig() {
  Value::Items layers;
  for (int number : graph_.listed()) {
    const Graph::Operation& operation = graph_.operations()[number];
    Value serialized;
    if (operation.layer != nullptr) {
      serialized = LayerRegistry::Serialize(*operation.layer);
    } else {
      serialized = Value::Dict({{"module", operation.module},
                                {"class_name", operation.class_name},
                                {"config", operation.config},
                                {"registered_name", operation.class_name}});
    }
    Value::Items nodes;
    for (int number_of_call : operation.calls) {
      const Graph::Call& call = graph_.calls()[number_of_call];
      if (call.depth < 0 || operation.is_input()) continue;
      Value::Items args;
      for (const Value& argument : call.arguments.positional)
        args.push_back(WrittenArgument(argument, graph_.specs()));
      Value::Entries kwargs;
      for (const auto& [key, argument] : call.arguments.keyword)
        kwargs.emplace_back(key, WrittenArgument(argument, graph_.specs()));
      nodes.push_back(
          Value::Dict({{"args", Value::List(std::move(args))},
                       {"kwargs", Value::Dict(std::move(kwargs))}}));
    }
    serialized.Set("name", operation.name);
    serialized.Set("inbound_nodes", Value::List(std::move(nodes)));
    layers.push_back(std::move(serialized));
  }
  const Value outputs = outputs_.MapLeaves([&](const Value& leaf) {
    TensorReference reference = leaf.as_reference();
    reference.node += NodesBefore(graph_, reference);
    return Value(std::move(reference));
  });
  return Value::Dict({{"name", name()},
                      {"trainable", trainable()},
                      {"layers", Value::List(std::move(layers))},
                      {"input_layers", WrittenReferences(input_nest_)},
                      {"output_layers", WrittenReferences(outputs)}});
}

absl::StatusOr<ModelPtr> MakeModel(const Value& inputs, const Value& outputs,
                                   LayerOptions options) {
  auto model = std::make_shared<Functional>();
  absl::Status status = model->Connect(inputs, outputs);
  if (!status.ok()) return status;
  model->Start(typeid(Functional), std::move(options));
  if (!model->status().ok()) return model->status();
  return ModelPtr(std::move(model));
}

absl::StatusOr<ModelPtr> MakeModel(const std::vector<KerasTensor>& inputs,
                                   const std::vector<KerasTensor>& outputs,
                                   LayerOptions options) {
  return MakeModel(Value::List(Value::Items(inputs.begin(), inputs.end())),
                   Value::List(Value::Items(outputs.begin(), outputs.end())),
                   std::move(options));
}

}  // namespace keratin

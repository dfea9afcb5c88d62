#include "tests/ops/node_cases.h"

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/ops/nodes/operation.h"
#include "layers/saving/json.h"
#include "runtime/dtype.h"

namespace keratin {
namespace {

TensorReference ReferenceOf(const Value& data) {
  const Value::Items& parts = data.items();
  return {parts[0].as_string(), static_cast<int>(parts[1].as_int()),
          static_cast<int>(parts[2].as_int())};
}

// With references where tensors of the graph are described.
Value WithReferences(const Value& data) {
  if (data.is_sequence()) {
    Value::Items items;
    for (const Value& item : data.items())
      items.push_back(WithReferences(item));
    return Value::List(std::move(items));
  }
  if (!data.is_dict()) return data;
  const Value* name = data.Find("class_name");
  if (name != nullptr && name->is_string() &&
      name->as_string() == "__keras_tensor__")
    return ReferenceOf(*data.Find("config")->Find("keras_history"));
  Value dict = Value::Dict({});
  for (const auto& [key, value] : data.entries())
    dict.Set(key, WithReferences(value));
  return dict;
}

double NumberOf(const Value& value) {
  if (value.is_string()) return std::stod(value.as_string());
  return value.is_int() ? static_cast<double>(value.as_int())
                        : value.as_double();
}

absl::StatusOr<Array> ArrayOf(const Value& data) {
  std::vector<double> values;
  for (const Value& value : data.Find("values")->items())
    values.push_back(NumberOf(value));
  std::vector<int64_t> sizes;
  for (const Value& size : data.Find("shape")->items())
    sizes.push_back(size.as_int());
  absl::StatusOr<DType> dtype = ParseDType(data.Find("dtype")->as_string());
  if (!dtype.ok()) return dtype.status();
  return Array::FromVector<double>(sizes, values).Cast(*dtype);
}

}  // namespace

absl::StatusOr<std::vector<NodeCase>> ReadNodeCases(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  absl::StatusOr<Value> data = ParseJson(text.str(), path);
  if (!data.ok()) return data.status();
  std::vector<NodeCase> cases;
  for (const Value& entry : data->items()) {
    NodeCase one;
    one.name = absl::StrCat(cases.size());
    for (const Value& node : entry.Find("nodes")->items()) {
      one.nodes.push_back(WithReferences(node));
      absl::StrAppend(&one.name, " ", node.Find("class_name")->as_string());
    }
    for (const Value& result : entry.Find("results")->items())
      one.results.push_back(ReferenceOf(result));
    for (const Value& input : entry.Find("inputs")->items()) {
      absl::StatusOr<Array> value = ArrayOf(*input.Find("value"));
      if (!value.ok()) return value.status();
      NodeCase::Input next = {input.Find("name")->as_string(), {}, *value};
      for (const Value& size : input.Find("shape")->items()) {
        int axis = next.shape.rank();
        if (!size.is_none())
          next.shape.push_back(size.as_int());
        else
          next.shape.push_back(Dim::Symbol(
              axis == 0 ? "batch" : absl::StrCat(next.name, "_", axis)));
      }
      one.inputs.push_back(std::move(next));
    }
    for (const Value& output : entry.Find("outputs")->items()) {
      absl::StatusOr<Array> value = ArrayOf(output);
      if (!value.ok()) return value.status();
      one.outputs.push_back(*value);
    }
    one.rtol = NumberOf(*entry.Find("rtol"));
    one.atol = NumberOf(*entry.Find("atol"));
    cases.push_back(std::move(one));
  }
  return cases;
}

absl::StatusOr<TracedNodeCase> TraceNodeCase(const NodeCase& one) {
  std::unique_ptr<Trace> trace = Trace::Create("case");
  Trace::Scope scope(*trace);
  std::map<TensorReference, Tensor> tensors;
  for (const NodeCase::Input& input : one.inputs) {
    tensors[{input.name, 0, 0}] = trace->Argument({.kind = "input",
                                                   .name = input.name,
                                                   .dtype = input.value.dtype(),
                                                   .shape = input.shape,
                                                   .notes = {}});
  }
  for (const Value& node : one.nodes) {
    const std::string& class_name = node.Find("class_name")->as_string();
    const std::string& name = node.Find("name")->as_string();
    const ops::Operation* operation =
        ops::FindOperation(node.Find("module")->as_string(), class_name);
    if (operation == nullptr)
      return absl::UnimplementedError(
          absl::StrCat("operation ", class_name, " is unknown"));
    Trace::LayerScope layer(name);
    int index = 0;
    for (const Value& call : node.Find("inbound_nodes")->items()) {
      auto resolve = [&](const Value& leaf) {
        return leaf.is_reference() ? Value(tensors[leaf.as_reference()]) : leaf;
      };
      Arguments arguments = {call.Find("args")->items(),
                             call.Find("kwargs")->entries()};
      std::vector<Tensor> results =
          ops::Apply(*operation, *node.Find("config"), arguments.Map(resolve))
              .tensors();
      for (size_t k = 0; k < results.size(); ++k)
        tensors[{name, index, static_cast<int>(k)}] = results[k];
      ++index;
    }
  }
  TracedNodeCase traced;
  std::vector<ResultSpec> results;
  for (const TensorReference& reference : one.results) {
    traced.results.push_back(tensors[reference]);
    results.push_back({.value = traced.results.back(),
                       .kind = "output",
                       .name = absl::StrCat(results.size())});
  }
  absl::Status status = trace->Return(results);
  if (!status.ok()) return status;
  traced.trace = std::move(trace);
  return traced;
}

std::string Difference(const NodeCase& one, const Array& result,
                       const Array& expected) {
  bool same =
      result.dtype() == expected.dtype() && result.sizes() == expected.sizes();
  for (int64_t i = 0; same && i < result.elements(); ++i) {
    double a = result.AtFlat(i);
    double b = expected.AtFlat(i);
    same = a == b || (std::isnan(a) && std::isnan(b)) ||
           std::abs(a - b) <= one.atol + one.rtol * std::abs(b);
  }
  return same ? "" : result.ToString() + " is not " + expected.ToString();
}

}  // namespace keratin

#include "tests/ops/node_cases.h"

#include <cmath>
#include <fstream>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/ops/nodes/operation.h"
#include "nlohmann/json.hpp"
#include "runtime/dtype.h"

namespace keratin {
namespace {

using nlohmann::json;

Value ValueOf(const json& data) {
  if (data.is_boolean()) return data.get<bool>();
  if (data.is_number_integer()) return data.get<int64_t>();
  if (data.is_number()) return data.get<double>();
  if (data.is_string()) return data.get<std::string>();
  if (data.is_array()) {
    Value::Items items;
    for (const json& item : data) items.push_back(ValueOf(item));
    return Value::List(std::move(items));
  }
  if (!data.is_object()) return Value();
  if (data.value("class_name", "") == "__keras_tensor__") {
    const json& history = data["config"]["keras_history"];
    return TensorReference{history[0], history[1], history[2]};
  }
  Value dict = Value::Dict({});
  for (const auto& [key, value] : data.items()) dict.Set(key, ValueOf(value));
  return dict;
}

absl::StatusOr<Array> ArrayOf(const json& data) {
  std::vector<double> values;
  for (const json& value : data["values"]) {
    values.push_back(value.is_string() ? std::stod(value.get<std::string>())
                                       : value.get<double>());
  }
  absl::StatusOr<DType> dtype = ParseDType(data["dtype"].get<std::string>());
  if (!dtype.ok()) return dtype.status();
  return Array::FromVector<double>(data["shape"].get<std::vector<int64_t>>(),
                                   values)
      .Cast(*dtype);
}

TensorReference ReferenceOf(const json& data) {
  return {data[0], data[1], data[2]};
}

}  // namespace

absl::StatusOr<std::vector<NodeCase>> ReadNodeCases(const std::string& path) {
  std::ifstream file(path);
  json data = json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!data.is_array())
    return absl::NotFoundError(absl::StrCat(path, " holds no cases"));
  std::vector<NodeCase> cases;
  for (const json& entry : data) {
    NodeCase one;
    one.name = absl::StrCat(cases.size());
    for (const json& node : entry["nodes"]) {
      one.nodes.push_back(ValueOf(node));
      absl::StrAppend(&one.name, " ", node["class_name"].get<std::string>());
    }
    for (const json& result : entry["results"])
      one.results.push_back(ReferenceOf(result));
    for (const json& input : entry["inputs"]) {
      absl::StatusOr<Array> value = ArrayOf(input["value"]);
      if (!value.ok()) return value.status();
      NodeCase::Input next = {input["name"], {}, *value};
      for (const json& size : input["shape"]) {
        int axis = next.shape.rank();
        if (!size.is_null())
          next.shape.push_back(size.get<int64_t>());
        else
          next.shape.push_back(Dim::Symbol(
              axis == 0 ? "batch" : absl::StrCat(next.name, "_", axis)));
      }
      one.inputs.push_back(std::move(next));
    }
    for (const json& output : entry["outputs"]) {
      absl::StatusOr<Array> value = ArrayOf(output);
      if (!value.ok()) return value.status();
      one.outputs.push_back(*value);
    }
    one.rtol = entry["rtol"];
    one.atol = entry["atol"];
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

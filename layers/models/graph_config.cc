#include "layers/models/graph_config.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/core/input_layer.h"
#include "layers/models/constant.h"

namespace keratin {
namespace {

using Specs = std::map<TensorReference, Graph::Spec>;

bool IsReference(const Value& value) {
  return value.is_sequence() && value.items().size() == 3 &&
         value.items()[0].is_string() && value.items()[1].is_int() &&
         value.items()[2].is_int();
}

TensorReference ReferenceOf(const Value& value) {
  return {value.items()[0].as_string(),
          static_cast<int>(value.items()[1].as_int()),
          static_cast<int>(value.items()[2].as_int())};
}

absl::StatusOr<Value> ReadTensor(const Value& config, Specs& specs) {
  const Value* history = config.Find("keras_history");
  if (history == nullptr || !IsReference(*history)) {
    return absl::InvalidArgumentError(
        "a __keras_tensor__ has no keras_history of a name and two numbers");
  }
  TensorReference reference = ReferenceOf(*history);
  const Value* shape = config.Find("shape");
  const Value* dtype = config.Find("dtype");
  if (shape != nullptr && dtype != nullptr && dtype->is_string()) {
    auto sizes = ShapeOf(*shape);
    auto type = ParseDType(dtype->as_string());
    if (sizes.ok() && type.ok())
      specs[reference] = {NameUnknownSizes(*sizes, reference.operation), *type};
  }
  return Value(std::move(reference));
}

absl::StatusOr<Value> Read(const Value& value, Specs& specs, int depth) {
  if (depth > 64)
    return absl::InvalidArgumentError("arguments are nested too deep");
  if (value.is_sequence()) {
    Value::Items items;
    for (const Value& item : value.items()) {
      auto parsed = Read(item, specs, depth + 1);
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
    if (class_name->as_string() == "__keras_tensor__")
      return ReadTensor(*config, specs);
    if (class_name->as_string() == "__tuple__" ||
        class_name->as_string() == "__slice__")
      return value;
  }
  Value::Entries entries;
  for (const auto& [key, entry] : value.entries()) {
    auto parsed = Read(entry, specs, depth + 1);
    if (!parsed.ok()) return parsed;
    entries.emplace_back(key, *std::move(parsed));
  }
  return Value::Dict(std::move(entries));
}

Value HistoryOf(const TensorReference& reference) {
  return Value::List({reference.operation, reference.node, reference.output});
}

}  // namespace

absl::StatusOr<Value> ReadArgument(const Value& value, Specs& specs) {
  return Read(value, specs, 0);
}

Value WrittenArgument(const Value& value, const Specs& specs) {
  return value.MapLeaves([&](const Value& leaf) {
    if (leaf.is_array()) return WrittenConstant(leaf.as_array());
    if (!leaf.is_reference()) return leaf;
    Value config = Value::Dict({});
    auto spec = specs.find(leaf.as_reference());
    if (spec != specs.end()) {
      config.Set("shape", ShapeValue(spec->second.shape));
      config.Set("dtype", std::string(DTypeName(spec->second.dtype)));
    }
    config.Set("keras_history", HistoryOf(leaf.as_reference()));
    return Value::Dict(
        {{"class_name", "__keras_tensor__"}, {"config", std::move(config)}});
  });
}

absl::StatusOr<Value> ReadReferences(const Value& value) {
  if (IsReference(value)) return Value(ReferenceOf(value));
  if (value.is_sequence()) {
    Value::Items items;
    for (const Value& item : value.items()) {
      auto parsed = ReadReferences(item);
      if (!parsed.ok()) return parsed;
      items.push_back(*std::move(parsed));
    }
    return Value::List(std::move(items));
  }
  if (value.is_dict()) {
    Value::Entries entries;
    for (const auto& [key, entry] : value.entries()) {
      auto parsed = ReadReferences(entry);
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

Value WrittenReferences(const Value& value) {
  return value.MapLeaves([](const Value& leaf) {
    return leaf.is_reference() ? HistoryOf(leaf.as_reference()) : leaf;
  });
}

}  // namespace keratin

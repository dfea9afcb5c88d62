#include "tests/layers/contract.h"

#include <cstdint>
#include <fstream>
#include <functional>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/base/names.h"
#include "layers/core/input_layer.h"
#include "layers/saving/json.h"
#include "runtime/array.h"
#include "tests/layers/contract_cases.h"

namespace keratin {
namespace {

const Value& Contract() {
  static const auto* contract = [] {
    std::ifstream file("tests/layers/contract.json");
    std::stringstream text;
    text << file.rdbuf();
    auto parsed = ParseJson(text.str(), "contract.json");
    return new Value(parsed.ok() ? *std::move(parsed) : Value::Dict({}));
  }();
  return *contract;
}

// The arguments of a case, each tensor made of its record and its number.
Arguments Mapped(
    const std::string& name,
    const std::function<Value(const Value& recorded, int number)>& make) {
  int number = 0;
  const std::function<Value(const Value&)> map = [&](const Value& recorded) {
    if (recorded.is_dict()) return make(recorded, number++);
    Value::Items items;
    for (const Value& item : recorded.items()) items.push_back(map(item));
    return Value::List(std::move(items));
  };
  Arguments arguments;
  for (const Value& argument : ContractOf(name).Find("arguments")->items())
    arguments.positional.push_back(map(argument));
  return arguments;
}

DType DTypeOf(const Value& recorded) {
  return *ParseDType(recorded.Find("dtype")->as_string());
}

}  // namespace

std::vector<std::string> ContractNames() {
  std::vector<std::string> names;
  for (const auto& [name, recorded] : Contract().entries())
    names.push_back(name);
  return names;
}

const Value& ContractOf(const std::string& name) {
  static const auto* none = new Value();
  const Value* recorded = Contract().Find(name);
  return recorded == nullptr ? *none : *recorded;
}

LayerPtr MakeContractLayer(const std::string& name) {
  ResetNames();
  auto maker = ContractCases().find(name);
  return maker == ContractCases().end() ? LayerPtr() : maker->second();
}

Arguments SymbolicArguments(const std::string& name, bool open) {
  return Mapped(name, [&](const Value& recorded, int number) {
    Shape shape;
    for (const Value& size : recorded.Find("shape")->items())
      shape.push_back(size.as_int());
    if (open) {
      for (const Value& axis : recorded.Find("open")->items())
        shape[axis.as_int() - 1] = kNone;
    }
    return Value(Input({.shape = shape,
                        .dtype = DTypeOf(recorded),
                        .name = absl::StrCat("x", number)}));
  });
}

Arguments ConcreteArguments(const std::string& name) {
  return Mapped(name, [&](const Value& recorded, int number) {
    std::vector<int64_t> sizes = {2};
    int64_t count = 2;
    for (const Value& size : recorded.Find("shape")->items()) {
      sizes.push_back(size.as_int());
      count *= size.as_int();
    }
    const Value& high = *recorded.Find("high");
    std::vector<double> values;
    for (int64_t k = 0; k < count; ++k) {
      const int64_t mixed = k * 37 + number * 11;
      values.push_back(high.is_int()
                           ? static_cast<double>(mixed % high.as_int())
                           : static_cast<double>(mixed % 19) / 10 - 0.9);
    }
    return Value(
        *Array::FromVector<double>(sizes, values).Cast(DTypeOf(recorded)));
  });
}

}  // namespace keratin

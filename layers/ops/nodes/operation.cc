#include "layers/ops/nodes/operation.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "ir/trace/trace.h"
#include "layers/base/numbers.h"
#include "layers/models/constant.h"
#include "layers/ops/elementwise.h"
#include "runtime/array.h"

namespace keratin::ops {
namespace {

constexpr char kOpsModule[] = "keras.src.ops.";
constexpr char kActivationsModule[] = "keras.src.activations.";

std::string Text(absl::string_view text) { return std::string(text); }

// A list of numbers, as keras.ops.convert_to_tensor takes it; nothing for a
// list of something else.
std::optional<Operand> ListOf(const Value& value) {
  Trace* trace = Trace::Current();
  if (trace == nullptr) return std::nullopt;
  DType dtype = DType::kBool;
  value.ForEachLeaf([&](const Value& leaf) {
    if (leaf.is_double()) dtype = DType::kFloat32;
    if (leaf.is_int() && dtype == DType::kBool) dtype = DType::kInt32;
  });
  absl::StatusOr<Array> array = ArrayOf(value, dtype);
  if (!array.ok()) return std::nullopt;
  return Operand(trace->Dense(*array));
}

std::optional<Operand> OperandOf(const Value& value) {
  if (value.is_tensor()) return Operand(value.as_tensor());
  if (value.is_bool()) return Operand(value.as_bool());
  if (value.is_int()) return Operand(value.as_int());
  if (value.is_double()) return Operand(value.as_double());
  if (IsConstant(value)) return Operand(ConstantOf(value));
  if (value.is_sequence()) return ListOf(value);
  return std::nullopt;
}

}  // namespace

bool IsOperationModule(absl::string_view module) {
  return absl::StartsWith(module, kOpsModule) ||
         absl::StartsWith(module, kActivationsModule);
}

const Operation* FindOperation(absl::string_view module,
                               absl::string_view class_name) {
  if (!IsOperationModule(module)) return nullptr;
  if (!absl::ConsumePrefix(&module, kOpsModule))
    absl::ConsumePrefix(&module, kActivationsModule);
  for (absl::Span<const Operation> table : AllOperations()) {
    for (const Operation& operation : table) {
      if (class_name == operation.class_name && module == operation.module)
        return &operation;
    }
  }
  return nullptr;
}

std::vector<absl::Span<const Operation>> AllOperations() {
  return {ArithmeticOperations(), ReductionOperations(), StatisticOperations(),
          ShapeOperations(),      CreationOperations(),  ProductOperations(),
          NeuralOperations()};
}

Value Apply(const Operation& operation, const Value& config,
            const Arguments& arguments) {
  NodeArguments named(operation, config, arguments);
  return operation.apply(named);
}

const Value* NodeArguments::Find(absl::string_view name) const {
  const Value* found = nullptr;
  std::vector<std::string> parameters =
      absl::StrSplit(operation_.parameters, ',');
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (name == parameters[i]) found = arguments_.Find(i, name);
  }
  if (found == nullptr) found = config_.Find(name);
  return found == nullptr || found->is_none() ? nullptr : found;
}

Tensor NodeArguments::Unsupported(const std::string& what) {
  Trace* trace = Trace::Current();
  if (trace == nullptr) return Tensor();
  return trace->Error(absl::UnimplementedError(absl::StrCat(
      "the operation keras.ops '", operation_.class_name, "' ", what)));
}

Operand NodeArguments::operand(absl::string_view name) {
  std::optional<Operand> found = maybe_operand(name);
  if (found.has_value()) return *found;
  if (!Has(name))
    return Error(absl::StrCat("argument '", Text(name), "' is missing"));
  return Tensor();
}

std::optional<Operand> NodeArguments::maybe_operand(absl::string_view name) {
  const Value* value = Find(name);
  if (value == nullptr) return std::nullopt;
  std::optional<Operand> operand = OperandOf(*value);
  if (!operand.has_value()) {
    Error(absl::StrCat("argument '", Text(name),
                       "' must be a tensor or a number, not ",
                       value->ToString()));
  }
  return operand;
}

std::vector<Operand> NodeArguments::operands(absl::string_view name) {
  const Value* value = Find(name);
  std::vector<Operand> result;
  if (value == nullptr) {
    Error(absl::StrCat("argument '", Text(name), "' is missing"));
    return result;
  }
  if (!value->is_sequence()) return {operand(name)};
  for (const Value& item : value->items()) {
    std::optional<Operand> one = OperandOf(item);
    if (!one.has_value()) {
      one = Error(absl::StrCat("argument '", Text(name),
                               "' must be a list of tensors, not ",
                               value->ToString()));
    }
    result.push_back(*one);
  }
  return result;
}

std::vector<Operand> NodeArguments::all_operands() {
  std::vector<Operand> result;
  for (const Value& item : arguments_.positional) {
    std::optional<Operand> one = OperandOf(item);
    if (!one.has_value())
      one = Error(
          absl::StrCat("arguments must be tensors, not ", item.ToString()));
    result.push_back(*one);
  }
  return result;
}

bool NodeArguments::flag(absl::string_view name, bool fallback) {
  const Value* value = Find(name);
  if (value == nullptr) return fallback;
  if (value->is_bool()) return value->as_bool();
  Error(absl::StrCat("argument '", Text(name), "' must be true or false, not ",
                     value->ToString()));
  return fallback;
}

int64_t NodeArguments::integer(absl::string_view name,
                               std::optional<int64_t> fallback) {
  const Value* value = Find(name);
  if (value != nullptr && value->is_int()) return value->as_int();
  if (value != nullptr || !fallback.has_value()) {
    Error(absl::StrCat(
        "argument '", Text(name), "' must be a whole number",
        value == nullptr ? "" : absl::StrCat(", not ", value->ToString())));
  }
  return fallback.value_or(0);
}

double NodeArguments::number(absl::string_view name,
                             std::optional<double> fallback) {
  const Value* value = Find(name);
  if (value != nullptr && value->is_number()) return value->as_double();
  if (value != nullptr || !fallback.has_value()) {
    Error(absl::StrCat(
        "argument '", Text(name), "' must be a number",
        value == nullptr ? "" : absl::StrCat(", not ", value->ToString())));
  }
  return fallback.value_or(0);
}

std::string NodeArguments::text(absl::string_view name, const char* fallback) {
  const Value* value = Find(name);
  if (value == nullptr) return fallback;
  if (value->is_string()) return value->as_string();
  Error(absl::StrCat("argument '", Text(name), "' must be a name, not ",
                     value->ToString()));
  return fallback;
}

std::optional<DType> NodeArguments::dtype(absl::string_view name) {
  const Value* value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) {
    absl::StatusOr<DType> dtype = ParseDType(value->as_string());
    if (dtype.ok()) return *dtype;
  }
  Error(absl::StrCat("argument '", Text(name),
                     "' must be an element type, not ", value->ToString()));
  return std::nullopt;
}

std::vector<int64_t> NodeArguments::integers(absl::string_view name,
                                             std::vector<int64_t> fallback) {
  const Value* value = Find(name);
  if (value == nullptr) return fallback;
  if (value->is_int()) return {value->as_int()};
  std::vector<int64_t> result;
  for (const Value& item :
       value->is_sequence() ? value->items() : Value::Items{*value}) {
    if (!item.is_int()) {
      Error(absl::StrCat("argument '", Text(name),
                         "' must be whole numbers, not ", value->ToString()));
      return fallback;
    }
    result.push_back(item.as_int());
  }
  return result;
}

std::vector<int> NodeArguments::axis_list(absl::string_view name) {
  std::vector<int64_t> wide = integers(name);
  // Beyond any rank: refused by whoever takes it as an axis.
  constexpr int64_t kFar = 1 << 20;
  std::vector<int> axes;
  for (int64_t axis : wide)
    axes.push_back(static_cast<int>(std::clamp(axis, -kFar, kFar)));
  return axes;
}

Axes NodeArguments::axes(absl::string_view name, const Axes& fallback) {
  return Has(name) ? Axes(axis_list(name)) : fallback;
}

std::optional<int> NodeArguments::maybe_axis(absl::string_view name) {
  if (!Has(name)) return std::nullopt;
  std::vector<int> axes = axis_list(name);
  if (axes.size() == 1) return axes[0];
  Error(absl::StrCat("argument '", Text(name), "' must be one axis"));
  return std::nullopt;
}

Shape NodeArguments::shape(absl::string_view name) {
  const Value* value = Find(name);
  Shape shape;
  if (value != nullptr && value->is_int()) return {value->as_int()};
  if (value == nullptr || !value->is_sequence()) {
    Error(absl::StrCat("argument '", Text(name), "' must be a shape"));
    return shape;
  }
  for (const Value& item : value->items()) {
    if (!item.is_int() && !item.is_none()) {
      Error(absl::StrCat("argument '", Text(name), "' must be a shape, not ",
                         value->ToString()));
    }
    shape.push_back(item.is_int() ? item.as_int() : -1);
  }
  return shape;
}

Padding NodeArguments::padding() {
  std::string name = text("padding", "valid");
  std::optional<Padding> padding = PaddingOf(name);
  if (!padding.has_value())
    Error(absl::StrCat("padding '", name, "' is unknown"));
  return padding.value_or(Padding::kValid);
}

DataFormat NodeArguments::data_format() {
  std::string name = text("data_format", "channels_last");
  std::optional<DataFormat> format = DataFormatOf(name);
  if (!format.has_value())
    Error(absl::StrCat("data_format '", name, "' is unknown"));
  return format.value_or(DataFormat::kChannelsLast);
}

}  // namespace keratin::ops

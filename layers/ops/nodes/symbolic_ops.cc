#include "layers/ops/nodes/symbolic_ops.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/base/names.h"
#include "layers/base/node.h"
#include "layers/base/symbolic.h"
#include "layers/ops/nodes/operation.h"

namespace keratin {
namespace ops {

KerasTensor Operate(const std::string& module, const std::string& class_name,
                    const Arguments& arguments, Value::Entries config) {
  auto made = std::make_shared<GraphOperation>();
  made->module = absl::StrCat("keras.src.ops.", module);
  made->class_name = class_name;
  const Operation* operation = FindOperation(made->module, class_name);
  if (operation == nullptr) {
    return KerasTensor::Failed(absl::UnimplementedError(
        absl::StrCat("the operation keras.ops '", class_name, "' of '", module,
                     "' is not supported")));
  }
  made->name = AutoName(class_name);
  config.emplace(config.begin(), "name", made->name);
  made->config = Value::Dict(std::move(config));
  auto spec = TraceSpec(made->name, arguments, [&](const Arguments& tensors) {
    return Apply(*operation, made->config, tensors);
  });
  if (!spec.ok()) return KerasTensor::Failed(spec.status());
  std::shared_ptr<Node> node = MakeNode(arguments);
  node->operation = std::move(made);
  const Value outputs = OutputsOf(node, *spec);
  if (outputs.is_keras_tensor()) return outputs.as_keras_tensor();
  return KerasTensor::Failed(absl::UnimplementedError(
      absl::StrCat("the operation '", class_name, "' has several results")));
}

}  // namespace ops

namespace {

KerasTensor Binary(const char* class_name, const KerasTensor& a,
                   const Value& b) {
  return ops::Operate("numpy", class_name, {{Value(a), b}, {}});
}

}  // namespace

KerasTensor operator+(const KerasTensor& a, const Value& b) {
  return Binary("Add", a, b);
}
KerasTensor operator-(const KerasTensor& a, const Value& b) {
  return Binary("Subtract", a, b);
}
KerasTensor operator*(const KerasTensor& a, const Value& b) {
  return Binary("Multiply", a, b);
}
KerasTensor operator/(const KerasTensor& a, const Value& b) {
  return Binary("TrueDivide", a, b);
}

}  // namespace keratin

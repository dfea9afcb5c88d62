#include "layers/base/layer.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ir/trace/ops.h"
#include "layers/base/names.h"
#include "layers/base/symbolic.h"

namespace keratin {
namespace {

// Unknown sizes are None.
Value ShapeValue(const Shape& shape) {
  Value::Items sizes;
  for (const Dim& dim : shape) {
    const std::optional<int64_t> size = dim.AsConstant();
    sizes.push_back(size.has_value() ? Value(*size) : Value());
  }
  return Value::List(std::move(sizes));
}

Value ShapesOf(const Value& argument) {
  return argument.MapLeaves([](const Value& leaf) {
    return leaf.is_tensor() ? ShapeValue(leaf.as_tensor().shape()) : Value();
  });
}

}  // namespace

std::string Layer::module() const {
  const size_t package = registered_name_.find('>');
  return package == std::string::npos ? "keras.layers"
                                      : registered_name_.substr(0, package);
}

std::string Layer::ToString() const {
  return absl::StrCat("<", class_name_, " name=", name_,
                      ", built=", built_ ? "True" : "False", ">");
}

void Layer::set_registered_name(const std::string& name) {
  registered_name_ = name;
  // Unless the class has said how Python calls it.
  if (class_name_.empty()) class_name_ = name.substr(name.rfind('>') + 1);
}

void Layer::Start(const std::type_info& type, LayerOptions options) {
  set_registered_name(LayerRegistry::NameOf(type));
  name_ = options.name.empty() ? AutoName(class_name_) : options.name;
  trainable_ = options.trainable;
  autocast_ = options.autocast;
  activity_regularizer_ = std::move(options.activity_regularizer);
  if (options.dtype.has_value()) policy_ = *std::move(options.dtype);
  FindPolicy("");
  Fields fields;
  fields("dtype", policy_)("activity_regularizer", activity_regularizer_);
  Describe(fields);
  made_ = fields.status();
  if (made_.ok()) made_ = CheckPolicy();
  if (name_.find('/') != std::string::npos) {
    made_ = absl::InvalidArgumentError(
        absl::StrCat("'name' cannot contain '/', as '", name_, "' does"));
  }
  if (made_.ok()) Refuse(Configured());
  if (!made_.ok()) {
    made_ = absl::Status(made_.code(),
                         absl::StrCat("layer '", name_, "' of class '",
                                      class_name_, "': ", made_.message()));
  }
}

absl::Status Layer::Configure(const Value& config) {
  Fields fields(config);
  fields("name", name_)("trainable", trainable_)("dtype", policy_)(
      "activity_regularizer", activity_regularizer_)("autocast", autocast_);
  FindPolicy("");
  Describe(fields);
  if (!fields.status().ok()) return fields.status();
  absl::Status policy = CheckPolicy();
  if (!policy.ok()) return policy;
  std::vector<std::string> unread = fields.UnreadKeys();
  if (!unread.empty()) {
    return absl::UnimplementedError(absl::StrCat(
        "the configuration has the unknown key '", unread[0], "'"));
  }
  if (name_.empty()) name_ = AutoName(class_name_);
  absl::Status configured = Configured();
  return configured.ok() ? made_ : configured;
}

Value Layer::GetConfig() {
  Fields fields;
  fields("name", name_)("trainable", trainable_)("dtype", policy_);
  if (!activity_regularizer_.is_none())
    fields("activity_regularizer", activity_regularizer_);
  Describe(fields);
  return fields.TakeConfig();
}

Value Layer::GetBuildConfig() const { return build_config_; }

absl::Status Layer::Build(const Shape&) {
  has_build_ = false;
  return absl::OkStatus();
}

absl::Status Layer::BuildFrom(const Arguments& arguments) {
  const std::vector<Tensor> tensors = arguments.positional.empty()
                                          ? std::vector<Tensor>()
                                          : arguments.positional[0].tensors();
  if (tensors.empty()) {
    return absl::InvalidArgumentError(
        "it is called without a tensor as its first argument");
  }
  return Build(tensors[0].shape());
}

absl::Status Layer::MakeVariables(const Arguments& arguments) {
  if (!made_.ok()) return made_;
  if (built_) return absl::OkStatus();
  built_ = true;
  path_ = CallScope::Current()->name_scope();
  absl::Status status = CheckPolicy();
  if (status.ok()) status = BuildFrom(arguments);
  if (status.ok()) status = Trace::Current()->status();
  if (!status.ok()) {
    built_ = false;
    return status;
  }
  built_arguments_ = arguments.Map([](const Value& leaf) {
    if (!leaf.is_tensor()) return leaf;
    const Tensor& tensor = leaf.as_tensor();
    return Value(KerasTensor(tensor.shape(), tensor.dtype()));
  });
  std::erase_if(built_arguments_.keyword,
                [](const auto& entry) { return entry.first == "mask"; });
  if (!arguments.positional.empty()) build_config_ = BuildConfigOf(arguments);
  locked_ = !grows();
  return absl::OkStatus();
}

// As Keras: one shape, or those of the tensors that the build names. A class
// without a build of its own takes one.
Value Layer::BuildConfigOf(const Arguments& arguments) const {
  if (!keeps_build_shapes()) return Value();
  const std::vector<std::string> wanted = signature().shapes;
  const Value::Entries given = TensorArguments(arguments);
  if (!has_build_ && given.size() > 1) return Value();
  Value::Entries found;
  for (const auto& [name, argument] : given) {
    if (wanted.size() == 1)
      return Value::Dict({{"input_shape", ShapesOf(argument)}});
    const std::string key = name + "_shape";
    if (std::find(wanted.begin(), wanted.end(), key) != wanted.end())
      found.emplace_back(key, ShapesOf(argument));
  }
  if (found.size() == 1)
    return Value::Dict({{"input_shape", std::move(found[0].second)}});
  return Value::Dict({{"shapes_dict", Value::Dict(std::move(found))}});
}

namespace {

// KerasTensors of such shapes, which may be nested; unknown sizes get names of
// their own.
Value TensorsOf(const Value& shapes, DType dtype, int& number) {
  const auto is_size = [](const Value& v) {
    return v.is_none() || (v.is_int() && v.as_int() >= 0);
  };
  if (shapes.is_sequence() &&
      std::all_of(shapes.items().begin(), shapes.items().end(), is_size)) {
    const std::string name = absl::StrCat("input_", number++);
    Shape shape;
    for (const Value& size : shapes.items()) {
      shape.push_back(size.is_int()
                          ? Dim(size.as_int())
                          : Dim::Symbol(absl::StrCat(name, "_", shape.size())));
    }
    return Value(KerasTensor(std::move(shape), dtype, name));
  }
  if (shapes.is_sequence()) {
    Value::Items items;
    for (const Value& item : shapes.items())
      items.push_back(TensorsOf(item, dtype, number));
    return Value::List(std::move(items));
  }
  if (!shapes.is_dict()) return Value();
  Value::Entries entries;
  for (const auto& [key, item] : shapes.entries())
    entries.emplace_back(key, TensorsOf(item, dtype, number));
  return Value::Dict(std::move(entries));
}

}  // namespace

absl::StatusOr<Arguments> Layer::BuildArguments(const Value& config) const {
  Arguments arguments;
  int number = 0;
  if (const Value* shape = config.Find("input_shape")) {
    arguments.positional.push_back(TensorsOf(*shape, compute_dtype(), number));
  } else if (const Value* shapes = config.Find("shapes_dict");
             shapes != nullptr && shapes->is_dict()) {
    for (const auto& [key, of] : shapes->entries()) {
      Value tensors = TensorsOf(of, compute_dtype(), number);
      if (arguments.positional.empty()) {
        arguments.positional.push_back(std::move(tensors));
      } else {
        arguments.keyword.emplace_back(absl::StripSuffix(key, "_shape"),
                                       std::move(tensors));
      }
    }
  }
  if (number > 0) return arguments;
  return absl::InvalidArgumentError(absl::StrCat(
      "layer '", name_,
      "': a build configuration has 'input_shape' or 'shapes_dict', a shape or "
      "a nest of shapes, not ",
      config.ToString()));
}

absl::Status Layer::BuildOn(const Arguments& arguments) {
  return TraceSpec(name_, arguments,
                   [this](const Arguments& tensors) {
                     absl::Status status = EnsureBuilt(tensors);
                     if (!status.ok())
                       Trace::Current()->Error(std::move(status));
                     return Value();
                   })
      .status();
}

absl::Status Layer::BuildFromConfig(const Value& config) {
  if (built_ || !made_.ok() || config.is_none()) return made_;
  absl::StatusOr<Arguments> arguments = BuildArguments(config);
  return arguments.ok() ? BuildOn(*arguments) : arguments.status();
}

absl::Status Layer::EnsureBuilt(const Shape& input) {
  if (built_ || !made_.ok()) return made_;
  return BuildOn({{Value(KerasTensor(input, compute_dtype(), "input"))}, {}});
}

void Layer::Refuse(absl::Status status) {
  if (Trace* trace = Trace::Current(); trace != nullptr && !status.ok()) {
    trace->Error(std::move(status));
  } else if (made_.ok()) {
    made_ = std::move(status);
  }
}

Tensor Layer::Fail(const std::string& message) {
  Trace* trace = Trace::Current();
  return trace == nullptr ? Tensor()
                          : trace->Error(absl::InvalidArgumentError(message));
}

Value Layer::ComputeMask(const Value&, const CallContext& context) {
  if (!supports_masking()) return Value();
  return Value::List(Value::Items(context.masks.begin(), context.masks.end()));
}

}  // namespace keratin

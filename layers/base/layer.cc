#include "layers/base/layer.h"

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/base/names.h"

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

// Whether tensors came by more than one argument.
bool HasSeveralTensorArguments(const Arguments& arguments) {
  int count = 0;
  for (const Value& argument : arguments.positional)
    count += !argument.tensors().empty();
  for (const auto& [name, argument] : arguments.keyword)
    count += name != "mask" && !argument.tensors().empty();
  return count > 1;
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
  Fields fields;
  fields("dtype", policy_)("activity_regularizer", activity_regularizer_);
  Describe(fields);
  made_ = fields.status();
  if (made_.ok()) made_ = CheckPolicy();
  if (name_.find('/') != std::string::npos) {
    made_ = absl::InvalidArgumentError(
        absl::StrCat("'name' cannot contain '/', as '", name_, "' does"));
  }
  if (made_.ok()) {
    const absl::Status configured = Configured();
    if (made_.ok()) made_ = configured;
  }
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
  const absl::Status configured = Configured();
  return made_.ok() ? configured : made_;
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

Value Layer::BuildConfigOf(const Arguments& arguments) const {
  if (!keeps_build_shapes()) return Value();
  Value::Entries shapes;
  const std::vector<std::string> names = build_arguments();
  for (size_t place = 0; place < names.size(); ++place) {
    const Value* argument = arguments.Find(place, names[place]);
    if (argument != nullptr && !argument->tensors().empty())
      shapes.emplace_back(names[place] + "_shape", ShapesOf(*argument));
  }
  if (!shapes.empty())
    return Value::Dict({{"shapes_dict", Value::Dict(std::move(shapes))}});
  // As Keras: a class without a build of its own takes one shape.
  if (!has_build_ && HasSeveralTensorArguments(arguments)) return Value();
  return Value::Dict({{"input_shape", ShapesOf(arguments.positional[0])}});
}

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
  absl::Status status = BuildFrom(arguments);
  if (status.ok()) status = Trace::Current()->status();
  if (!status.ok()) {
    built_ = false;
    return status;
  }
  if (!arguments.positional.empty()) {
    for (const Tensor& tensor : arguments.positional[0].tensors())
      built_inputs_.push_back(
          {.dtype = tensor.dtype(), .shape = tensor.shape()});
    build_config_ = BuildConfigOf(arguments);
  }
  locked_ = !grows();
  return absl::OkStatus();
}

absl::Status Layer::EnsureBuilt(const Shape& input) {
  if (built_ || !made_.ok()) return made_;
  std::unique_ptr<Trace> trace = Trace::Create(name_);
  CallScope scope(*trace);
  Tensor x = trace->Argument({.kind = "input",
                              .name = "input",
                              .dtype = compute_dtype(),
                              .shape = input,
                              .notes = {}});
  absl::Status status = EnsureBuilt(Arguments{{Value(x)}, {}});
  return status.ok() ? trace->status() : status;
}

Tensor Layer::Fail(const std::string& message) {
  Trace* trace = Trace::Current();
  return trace == nullptr ? Tensor()
                          : trace->Error(absl::InvalidArgumentError(message));
}

Tensor Layer::ComputeMask(const Value& inputs, const CallContext& context) {
  return supports_masking() ? context.mask : Tensor();
}

}  // namespace keratin

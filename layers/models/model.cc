#include "layers/models/model.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "layers/base/issues.h"
#include "layers/base/stateless_trace.h"
#include "layers/core/input_layer.h"

namespace keratin {

std::string ShapeText(const Shape& shape) {
  std::vector<std::string> sizes;
  for (const Dim& dim : shape) {
    const std::optional<int64_t> size = dim.AsConstant();
    sizes.push_back(size.has_value() ? absl::StrCat(*size) : "None");
  }
  return absl::StrCat("(", absl::StrJoin(sizes, ", "), ")");
}

namespace {

std::string OneOrAll(const std::vector<std::string>& texts) {
  if (texts.size() == 1) return texts[0];
  return absl::StrCat("[", absl::StrJoin(texts, ", "), "]");
}

}  // namespace

std::string ShapeText(const Value& value) {
  std::vector<std::string> shapes;
  for (const Tensor& tensor : value.tensors())
    shapes.push_back(tensor.ok() ? ShapeText(tensor.shape()) : "?");
  return OneOrAll(shapes);
}

std::string DTypeText(const Value& value) {
  std::vector<std::string> dtypes;
  for (const Tensor& tensor : value.tensors())
    dtypes.push_back(tensor.ok() ? std::string(DTypeName(tensor.dtype()))
                                 : "?");
  return OneOrAll(dtypes);
}

namespace {

std::string Under(const std::string& path, const std::string& part) {
  return path.empty() ? part : absl::StrCat(path, "_", part);
}

// The KerasTensors of an argument, in the order of its leaves.
void AppendInputs(const Value& value, const std::string& path,
                  std::vector<ModelInput>& inputs) {
  if (value.is_keras_tensor()) {
    const KerasTensor& tensor = value.as_keras_tensor();
    ModelInput input{
        .name = path, .dtype = tensor.dtype(), .shape = tensor.shape()};
    if (!absl::ascii_isalpha(path.empty() ? '0' : path[0]))
      input.name = absl::StrCat("input_", inputs.size());
    inputs.push_back(std::move(input));
  } else if (value.is_sequence()) {
    for (size_t k = 0; k < value.items().size(); ++k)
      AppendInputs(value.items()[k], Under(path, absl::StrCat(k)), inputs);
  } else if (value.is_dict()) {
    Value::Entries sorted = value.entries();
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [key, entry] : sorted)
      AppendInputs(entry, Under(path, key), inputs);
  }
}

}  // namespace

std::vector<ModelInput> Model::inputs() const {
  std::vector<ModelInput> inputs;
  const Arguments& arguments = built_arguments();
  const std::vector<std::string> names = signature().arguments;
  for (size_t k = 0; k < arguments.positional.size(); ++k) {
    AppendInputs(arguments.positional[k],
                 k == 0 || k >= names.size() ? "" : names[k], inputs);
  }
  for (const auto& [name, argument] : arguments.keyword)
    AppendInputs(argument, name, inputs);
  if (inputs.empty() || inputs[0].shape.empty()) return inputs;
  // What is as many as the examples of the first are examples too.
  const Dim batch = inputs[0].shape[0];
  std::set<std::string> used;
  for (ModelInput& input : inputs) {
    if (!input.shape.empty() && input.shape[0] == batch)
      input.shape[0] = Dim::Symbol("batch");
    for (int k = 1; !used.insert(input.name).second; ++k)
      input.name = absl::StrCat(input.name, "_", k);
  }
  return inputs;
}

Value Model::GetBuildConfig() const {
  const Arguments& built = built_arguments();
  if (saves_layers() || built.positional.size() + built.keyword.size() < 2)
    return Layer::GetBuildConfig();
  // Of several arguments Keras writes the first alone, and reads them all.
  const auto shapes = [](const Value& argument) {
    return argument.MapLeaves([](const Value& leaf) {
      return leaf.is_keras_tensor() ? ShapeValue(leaf.as_keras_tensor().shape())
                                    : Value();
    });
  };
  const std::vector<std::string> names = signature().arguments;
  Value::Entries entries;
  const auto add = [&](const std::string& name, const Value& argument) {
    if (!argument.keras_tensors().empty())
      entries.emplace_back(name + "_shape", shapes(argument));
  };
  for (size_t k = 0; k < built.positional.size(); ++k)
    add(names[k], built.positional[k]);
  for (const auto& [name, argument] : built.keyword) add(name, argument);
  if (entries.size() < 2) return Layer::GetBuildConfig();
  return Value::Dict({{"shapes_dict", Value::Dict(std::move(entries))}});
}

Arguments Model::ArgumentsOf(Value::Items tensors) const {
  if (!saves_layers()) {
    size_t next = 0;
    return built_arguments().Map([&](const Value& leaf) {
      return leaf.is_keras_tensor() ? tensors[next++] : leaf;
    });
  }
  if (tensors.size() == 1) return {std::move(tensors), {}};
  return {{Value::List(std::move(tensors))}, {}};
}

absl::StatusOr<Layer*> Model::GetLayer(const std::string& name) const {
  std::string names;
  for (Layer* layer : layers()) {
    if (layer->name() == name) return layer;
    absl::StrAppend(&names, names.empty() ? "'" : ", '", layer->name(), "'");
  }
  return absl::NotFoundError(absl::StrCat("model '", this->name(),
                                          "' has no layer '", name,
                                          "'; its layers are ", names));
}

absl::Status Model::Quantize(const QuantizationConfig& config,
                             const QuantizeOptions& options) {
  if (absl::Status status = ResolveQuantization(config).status(); !status.ok())
    return Issues::Within(absl::StrCat("model '", name(), "': "), status);
  for (Layer* layer : FlattenLayers()) {
    // Those that hold others are quantized by parts.
    if (!layer->sublayers().empty()) continue;
    const absl::StatusOr<bool> taken = options.filters.Takes(*layer);
    if (!taken.ok()) return taken.status();
    if (!*taken) continue;
    absl::Status status = layer->Quantize(config, options);
    if (!status.ok() && !absl::IsUnimplemented(status)) return status;
  }
  return absl::OkStatus();
}

void Model::TakeMasks(const CallContext& context,
                      const std::vector<Tensor>& inputs) {
  for (size_t k = 0; k < inputs.size() && k < context.masks.size(); ++k) {
    if (context.masks[k].ok())
      CallScope::Current()->SetMask(inputs[k], context.masks[k]);
  }
}

absl::Status Model::BuildAll() {
  Value::Items tensors;
  for (const ModelInput& input : inputs())
    tensors.push_back(Value(KerasTensor(input.shape, input.dtype, input.name)));
  if (tensors.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "model '", name(),
        "' has no defined inputs yet; build it by calling it on an Input"));
  }
  return ComputeOutputSpec(ArgumentsOf(std::move(tensors))).status();
}

absl::Status Model::BuildFromConfig(const Value& config) {
  return saves_layers() && !inputs().empty() ? BuildAll()
                                             : Layer::BuildFromConfig(config);
}

absl::StatusOr<std::unique_ptr<Trace>> Model::TraceStatelessCall(
    const TraceOptions& options) {
  if (inputs().empty()) return BuildAll();  // which says so
  auto traced = TraceStateless(Function(), [&](Trace& trace) {
    Value::Items tensors;
    for (const ModelInput& input : inputs()) {
      Shape shape = input.shape;
      if (options.batch > 0)
        shape = shape.Substitute({{"batch", Dim(options.batch)}});
      tensors.push_back(Value(trace.Argument({.kind = "input",
                                              .name = input.name,
                                              .dtype = input.dtype,
                                              .shape = std::move(shape),
                                              .notes = {}})));
    }
    Arguments arguments = ArgumentsOf(std::move(tensors));
    arguments.keyword.emplace_back("training", Value(options.training));
    return arguments;
  });
  if (!traced.ok()) return traced.status();
  return std::move(traced->trace);
}

}  // namespace keratin

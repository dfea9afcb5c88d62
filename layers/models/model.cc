#include "layers/models/model.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "layers/base/issues.h"
#include "layers/base/stateless_trace.h"

namespace keratin {
namespace {

// The inputs as arguments of the current trace.
Arguments BindInputs(Trace& trace, const std::vector<ModelInput>& inputs,
                     int64_t batch) {
  Value::Items tensors;
  for (const ModelInput& input : inputs) {
    Shape shape = input.shape;
    if (batch > 0) shape = shape.Substitute({{"batch", Dim(batch)}});
    tensors.push_back(Value(trace.Argument({.kind = "input",
                                            .name = input.name,
                                            .dtype = input.dtype,
                                            .shape = shape,
                                            .notes = {}})));
  }
  if (tensors.size() == 1) return {{tensors[0]}, {}};
  return {{Value::List(std::move(tensors))}, {}};
}

// The inputs as tensors of a graph.
Arguments InputsOf(const std::vector<ModelInput>& inputs) {
  Value::Items tensors;
  for (const ModelInput& input : inputs) {
    tensors.push_back(Value(KerasTensor(input.shape, input.dtype, input.name)));
  }
  if (tensors.size() == 1) return {{tensors[0]}, {}};
  return {{Value::List(std::move(tensors))}, {}};
}

}  // namespace

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

std::vector<ModelInput> Model::inputs() const {
  std::vector<ModelInput> inputs;
  for (const InputSpec& built : built_inputs()) {
    ModelInput input{.name = absl::StrCat("input_", inputs.size()),
                     .dtype = built.dtype,
                     .shape = *built.shape};
    if (!input.shape.empty()) input.shape[0] = Dim::Symbol("batch");
    inputs.push_back(std::move(input));
  }
  return inputs;
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
  if (inputs().empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "model '", name(),
        "' has no defined inputs yet; build it by calling it on an Input"));
  }
  return ComputeOutputSpec(InputsOf(inputs())).status();
}

absl::StatusOr<std::unique_ptr<Trace>> Model::TraceStatelessCall(
    const TraceOptions& options) {
  auto traced = TraceStateless(Function(), [&](Trace& trace) {
    Arguments arguments = BindInputs(trace, inputs(), options.batch);
    arguments.keyword.emplace_back("training", Value(options.training));
    return arguments;
  });
  if (!traced.ok()) return traced.status();
  return std::move(traced->trace);
}

}  // namespace keratin

#include "layers/models/sequential.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/base/issues.h"
#include "layers/base/node.h"

namespace keratin {

[[maybe_unused]] const bool kSequential = LayerRegistry::Register(
    "Sequential", typeid(SequentialModel),
    [] { return std::unique_ptr<Layer>(new SequentialModel()); });

void SequentialModel::Describe(Fields& fields) {
  if (fields.reading())
    fields("layers", layer_configs_)("build_input_shape", build_input_shape_);
}

absl::Status SequentialModel::Configured() {
  if (layer_configs_.is_none()) return absl::OkStatus();  // made in C++
  if (!layer_configs_.is_sequence())
    return absl::InvalidArgumentError(
        "a Sequential model needs a list 'layers'");
  Issues unsupported;
  for (const Value& serialized : layer_configs_.items()) {
    auto layer = LayerRegistry::Deserialize(serialized);
    if (!layer.ok()) {
      if (!unsupported.Add(layer.status())) return layer.status();
      continue;
    }
    absl::Status added = Append(*std::move(layer));
    if (!added.ok()) return added;
  }
  if (!unsupported.status().ok()) return unsupported.status();
  if (input_ != nullptr || build_input_shape_.is_none()) return Rebuild();
  auto shape = ShapeOf(build_input_shape_);
  if (!shape.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'build_input_shape' ", shape.status().message()));
  }
  absl::Status status = Begin(*shape);
  return status.ok() ? Rebuild() : status;
}

// The Input that Keras adds where the first layer is none.
absl::Status SequentialModel::Begin(const Shape& batch_shape) {
  const DType dtype =
      layers_.empty() ? DType::kInvalid : layers_[0]->compute_dtype();
  const KerasTensor input = Input({.dtype = dtype, .batch_shape = batch_shape});
  if (!input.ok()) return input.status();
  input_ = std::static_pointer_cast<InputLayer>(input.node()->layer);
  return absl::OkStatus();
}

absl::Status SequentialModel::Add(std::shared_ptr<Layer> layer) {
  absl::Status status = Append(std::move(layer));
  return status.ok() ? Rebuild() : status;
}

// Builds what is not built yet, if the input is known.
absl::Status SequentialModel::Rebuild() {
  if (layers_.size() > 1 && input_ == nullptr) {
    const auto first = std::dynamic_pointer_cast<Model>(layers_[0]);
    if (first == nullptr || !first->saves_layers()) return absl::OkStatus();
    const std::vector<ModelInput> inputs = first->inputs();
    if (inputs.size() != 1) return absl::OkStatus();
    absl::Status status = Begin(inputs[0].shape);
    if (!status.ok()) return status;
  }
  if (input_ == nullptr || layers_.empty()) return absl::OkStatus();
  if (!built()) return BuildOn({{Value(input_->output())}, {}});
  absl::Status status = Extend();
  if (!status.ok()) set_built(false);
  return status;
}

// Calls the layers that are not reached yet on what those before return.
absl::Status SequentialModel::Extend() {
  if (reached_ == 0) output_ = Value(input_->output());
  auto output = SpecWithin({{output_}, {}}, [this](const Arguments& arguments) {
    Value x = arguments.positional[0];
    for (size_t k = reached_; k < layers_.size(); ++k)
      x = (*layers_[k])(Arguments{{x}, {}});
    return x;
  });
  if (!output.ok()) return output.status();
  output_ = *std::move(output);
  reached_ = layers_.size();
  return absl::OkStatus();
}

absl::Status SequentialModel::Append(std::shared_ptr<Layer> layer) {
  if (layer == nullptr)
    return absl::InvalidArgumentError("a Sequential model takes layers");
  if (!layer->status().ok()) return layer->status();
  if (auto input = std::dynamic_pointer_cast<InputLayer>(layer)) {
    if (input_ != nullptr || !layers_.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Sequential model '", name(),
          "' cannot have a second input, or one after its first layer"));
    }
    input_ = std::move(input);
    return absl::OkStatus();
  }
  for (const std::shared_ptr<Layer>& other : layers_) {
    if (other == layer || other->name() == layer->name()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "layers of a Sequential model need names of their own, and '",
          layer->name(), "' is in it already"));
    }
  }
  layers_.push_back(layer);
  TrackList("layers", std::vector{std::move(layer)});
  set_records({});
  return status();
}

absl::Status SequentialModel::Pop() {
  if (layers_.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("Sequential model '", name(), "' has no layers"));
  }
  set_records({});  // they name the layer that goes
  layers_.pop_back();
  reached_ = 0;
  set_built(false);
  Untrack("layers");
  TrackList("layers", layers_);
  return Rebuild();
}

std::vector<Layer*> SequentialModel::layers() const {
  std::vector<Layer*> layers;
  for (const std::shared_ptr<Layer>& layer : layers_)
    layers.push_back(layer.get());
  return layers;
}

std::vector<ModelInput> SequentialModel::inputs() const {
  if (input_ == nullptr) return {};
  return {{input_->name(), input_->input_type(), input_->batch_shape(),
           input_->optional()}};
}

Value SequentialModel::GetConfig() {
  Value config = Model::GetConfig();
  Value::Items layers;
  if (input_ != nullptr) layers.push_back(LayerRegistry::Serialize(*input_));
  for (const std::shared_ptr<Layer>& layer : layers_)
    layers.push_back(LayerRegistry::Serialize(*layer));
  config.Set("layers", Value::List(std::move(layers)));
  if (input_ != nullptr && !layers_.empty())
    config.Set("build_input_shape", ShapeValue(input_->batch_shape()));
  return config;
}

// Of one tensor: the first says what the input is. Layers that take a nest are
// built by the call.
absl::Status SequentialModel::BuildFrom(const Arguments& arguments) {
  if (layers_.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("Sequential model '", name(),
                     "' cannot be built because it has no layers; add some"));
  }
  if (input_ == nullptr) {
    if (arguments.positional.size() != 1 ||
        !arguments.positional[0].is_tensor())
      return absl::OkStatus();
    absl::Status status = Begin(arguments.positional[0].as_tensor().shape());
    if (!status.ok()) return status;
  }
  reached_ = 0;
  return Extend();
}

Value SequentialModel::CallWith(const CallContext& context,
                                const Arguments& arguments) {
  if (arguments.positional.size() != 1)
    return Value(Fail("a Sequential model takes one input"));
  Value x = arguments.positional[0];
  if (x.is_tensor() && x.as_tensor().ok() && input_ != nullptr &&
      x.as_tensor().dtype() != input_->input_type()) {
    const Tensor given = x.as_tensor();
    Tensor converted = trace::Convert(given, input_->input_type());
    CallScope* scope = CallScope::Current();
    scope->SetMask(converted, scope->MaskOf(given));
    x = Value(converted);
  }
  TakeMasks(context, x.tensors());
  // That of this call, if it was said; each layer's own default if not.
  const std::optional<bool> training = CallScope::Current()->training();
  std::vector<LayerRecord> records;
  for (const std::shared_ptr<Layer>& layer : layers_) {
    std::string input_shape = ShapeText(x);
    Arguments call{{x}, {}};
    if (training.has_value())
      call.keyword.emplace_back("training", Value(*training));
    x = (*layer)(call);
    records.push_back({.name = layer->name(),
                       .class_name = layer->class_name(),
                       .layer = layer.get(),
                       .output_shape = ShapeText(x),
                       .input_shape = std::move(input_shape),
                       .output_dtype = DTypeText(x)});
  }
  set_records(std::move(records));
  return x;
}

Sequential::Item::Item(const KerasTensor& input) : status_(input.status()) {
  if (!status_.ok()) return;
  if (input.node() != nullptr)
    layer_ = std::dynamic_pointer_cast<InputLayer>(input.node()->layer);
  if (layer_ == nullptr) {
    status_ = absl::InvalidArgumentError(
        "a Sequential model takes layers and an Input, no other KerasTensor");
  }
}

Sequential::Sequential(std::initializer_list<Item> layers, LayerOptions options)
    : Sequential(std::vector<Item>(layers), std::move(options)) {}

Sequential::Sequential(const std::vector<Item>& layers, LayerOptions options)
    : LayerPtrTo(Make<SequentialModel>(std::move(options))) {
  for (const Item& item : layers) {
    absl::Status status = Add(item);
    if (!status.ok()) {
      (*this)->set_status(std::move(status));
      return;
    }
  }
}

absl::Status Sequential::Add(const Item& item) const {
  if (!item.status().ok()) return item.status();
  return (*this)->Add(item.layer());
}

}  // namespace keratin

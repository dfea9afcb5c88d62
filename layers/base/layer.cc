#include "layers/base/layer.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ir/trace/ops.h"

namespace keratin {
namespace {

std::map<std::string, LayerRegistry::Factory>& Factories() {
  static auto* factories = new std::map<std::string, LayerRegistry::Factory>();
  return *factories;
}

}  // namespace

bool LayerRegistry::Register(const std::string& name, Factory factory) {
  return Factories().emplace(name, std::move(factory)).second;
}

bool LayerRegistry::Has(const std::string& class_name) {
  return Factories().contains(class_name);
}

std::unique_ptr<Layer> LayerRegistry::Create(const std::string& class_name) {
  auto it = Factories().find(class_name);
  if (it == Factories().end()) return nullptr;
  std::unique_ptr<Layer> layer = it->second();
  const size_t package = class_name.rfind('>');
  if (layer->class_name_.empty()) {
    layer->class_name_ = package == std::string::npos
                             ? class_name
                             : class_name.substr(package + 1);
  }
  return layer;
}

absl::StatusOr<std::unique_ptr<Layer>> LayerRegistry::Deserialize(
    const Value& serialized) {
  const Value* class_name = serialized.Find("class_name");
  const Value* config = serialized.Find("config");
  if (class_name == nullptr || !class_name->is_string() || config == nullptr ||
      !config->is_dict()) {
    return absl::InvalidArgumentError(
        "a serialized layer needs 'class_name' and 'config'");
  }
  const Value* registered = serialized.Find("registered_name");
  std::string key = class_name->as_string();
  if (registered != nullptr && registered->is_string() &&
      registered->as_string().find('>') != std::string::npos) {
    key = registered->as_string();
  }
  const Value* name = config->Find("name");
  const std::string shown =
      name != nullptr && name->is_string() ? name->as_string() : "?";
  std::unique_ptr<Layer> layer = Create(key);
  if (layer == nullptr && key == "Lambda") {
    return absl::UnimplementedError(absl::StrCat(
        "layer '", shown,
        "' is of class 'Lambda', which carries Python code "
        "that is never run here: write it with keras.ops or as a layer, and "
        "save the model again"));
  }
  if (layer == nullptr) {
    return absl::UnimplementedError(absl::StrCat(
        "layer '", shown, "' is of class '", key, "', which is not supported",
        key.find('>') == std::string::npos
            ? ""
            : "; register it with KERATIN_REGISTER_LAYER"));
  }
  absl::Status status = layer->Configure(*config);
  if (!status.ok()) {
    return absl::Status(status.code(),
                        absl::StrCat("layer '", shown, "' of class '", key,
                                     "': ", status.message()));
  }
  return layer;
}

absl::Status Layer::Configure(const Value& config) {
  Fields fields(config);
  fields("name", name_)("trainable", trainable_)("dtype", policy_)(
      "activity_regularizer", activity_regularizer_);
  // Kept by Keras in every configuration where they were given; nothing else
  // may differ from its default.
  fields.Only("quantization_config", Value())
      .Only("lora_rank", Value())
      .Only("lora_alpha", Value())
      .Only("autocast", Value(true));
  Describe(fields);
  if (!fields.status().ok()) return fields.status();
  std::vector<std::string> unread = fields.UnreadKeys();
  if (!unread.empty()) {
    return absl::UnimplementedError(absl::StrCat(
        "the configuration has the unknown key '", unread[0], "'"));
  }
  return Configured();
}

Value Layer::GetConfig() {
  Fields fields;
  fields("name", name_)("trainable", trainable_)("dtype", policy_);
  Describe(fields);
  return fields.TakeConfig();
}

Tensor Layer::Fail(const std::string& message) {
  Trace* trace = Trace::Current();
  return trace == nullptr ? Tensor()
                          : trace->Error(absl::InvalidArgumentError(message));
}

void Layer::AddLoss(const Tensor& loss) {
  if (CallScope* scope = CallScope::Current()) scope->AddLoss(loss);
}

Variable* Layer::AddWeight(WeightSpec spec) {
  if (spec.dtype == DType::kInvalid) spec.dtype = variable_dtype();
  CallScope* scope = CallScope::Current();
  const std::string prefix =
      scope == nullptr || scope->path().empty() ? name_ : scope->path();
  std::string path = absl::StrCat(prefix, "/", spec.name);
  weights_.push_back(
      {std::make_unique<Variable>(std::move(spec), std::move(path)), false});
  return weights_.back().variable.get();
}

Variable* Layer::AddState(const std::string& name, const Shape& shape) {
  states_.push_back(std::make_unique<Variable>(
      WeightSpec{.name = name,
                 .shape = shape,
                 .dtype = variable_dtype(),
                 .trainable = false,
                 .initializer = Value::Dict({{"class_name", "Zeros"}})},
      absl::StrCat(CallScope::Current()->path(), "/", name)));
  Variable* state = states_.back().get();
  // Of the right type and shape, so it cannot fail.
  if (auto sizes = shape.AsSizes())
    state->Assign(Array::Zeros(state->dtype(), *sizes)).IgnoreError();
  return state;
}

Variable* Layer::AddSeed(const std::string& attribute,
                         std::optional<int64_t> seed) {
  WeightSpec spec{.name = "seed_generator_state",
                  .shape = {2},
                  .dtype = DType::kUInt32,
                  .trainable = false,
                  .autocast = false};
  CallScope* scope = CallScope::Current();
  const std::string prefix =
      scope == nullptr || scope->path().empty() ? name_ : scope->path();
  weights_.push_back(
      {std::make_unique<Variable>(
           std::move(spec),
           absl::StrCat(prefix, "/seed_generator/seed_generator_state")),
       true});
  Variable* state = weights_.back().variable.get();
  // Of the right type and shape, so it cannot fail.
  state
      ->Assign(Array::FromVector<uint32_t>(
          {2}, {static_cast<uint32_t>(seed.value_or(0)), 0}))
      .IgnoreError();
  children_.push_back({attribute, {}, false, state});
  return state;
}

Tensor Layer::NextSeed(const Variable& state) {
  Tensor key = state.value();
  state.Assign(trace::Add(key, trace::Iota(0, DType::kUInt32, {2})));
  return key;
}

void Layer::TrackList(const std::string& attribute,
                      std::vector<std::unique_ptr<Layer>> layers) {
  Child child{attribute, {}, true, nullptr};
  for (std::unique_ptr<Layer>& layer : layers) {
    child.layers.push_back(layer.get());
    owned_.push_back(std::move(layer));
  }
  children_.push_back(std::move(child));
}

std::vector<Layer*> Layer::sublayers() const {
  std::vector<Layer*> layers;
  for (const Child& child : children_) {
    for (Layer* layer : child.layers) {
      if (std::find(layers.begin(), layers.end(), layer) == layers.end())
        layers.push_back(layer);
    }
  }
  return layers;
}

namespace {

void Append(Variable* variable, std::set<const Variable*>& seen,
            std::vector<Variable*>& all) {
  if (seen.insert(variable).second) all.push_back(variable);
}

}  // namespace

std::vector<Variable*> Layer::variables() const {
  std::set<const Variable*> seen;
  std::vector<Variable*> all;
  for (bool trainable : {true, false}) {
    for (const Weight& weight : weights_) {
      if (!weight.is_seed && weight.variable->trainable() == trainable)
        Append(weight.variable.get(), seen, all);
    }
  }
  for (const Weight& weight : weights_) {
    if (weight.is_seed) Append(weight.variable.get(), seen, all);
  }
  for (Layer* layer : sublayers()) {
    for (Variable* variable : layer->variables()) Append(variable, seen, all);
  }
  return all;
}

namespace {

// Variables below a layer that is not trainable are not trainable either.
void CollectTrainable(const Layer& layer, bool trainable,
                      std::set<const Variable*>& result) {
  trainable = trainable && layer.trainable();
  std::set<const Variable*> below;
  for (Layer* sublayer : layer.sublayers()) {
    for (Variable* variable : sublayer->variables()) below.insert(variable);
    CollectTrainable(*sublayer, trainable, result);
  }
  if (!trainable) return;
  for (Variable* variable : layer.variables()) {
    if (!below.contains(variable) && variable->trainable())
      result.insert(variable);
  }
}

}  // namespace

std::vector<Variable*> Layer::trainable_variables() const {
  std::set<const Variable*> trainable;
  CollectTrainable(*this, true, trainable);
  std::vector<Variable*> result;
  for (Variable* variable : variables()) {
    if (trainable.contains(variable)) result.push_back(variable);
  }
  return result;
}

std::vector<Variable*> Layer::non_trainable_variables() const {
  std::vector<Variable*> trainable = trainable_variables();
  std::vector<Variable*> result;
  for (Variable* variable : variables()) {
    if (std::find(trainable.begin(), trainable.end(), variable) ==
        trainable.end())
      result.push_back(variable);
  }
  return result;
}

std::vector<Variable*> Layer::states() const {
  std::vector<Variable*> all;
  for (const std::unique_ptr<Variable>& state : states_)
    all.push_back(state.get());
  for (Layer* layer : sublayers()) {
    for (Variable* state : layer->states()) all.push_back(state);
  }
  return all;
}

std::vector<Variable*> Layer::non_trainable_arguments() const {
  std::vector<Variable*> all = non_trainable_variables();
  for (Variable* state : states()) all.push_back(state);
  return all;
}

std::vector<Variable*> Layer::own_variables() const {
  std::vector<Variable*> own;
  for (bool trainable : {true, false}) {
    for (const Weight& weight : weights_) {
      if (!weight.is_seed && weight.variable->trainable() == trainable)
        own.push_back(weight.variable.get());
    }
  }
  return own;
}

int64_t Layer::count_params() const {
  int64_t count = 0;
  for (Variable* variable : variables()) {
    if (auto elements = variable->shape().Elements().AsConstant())
      count += *elements;
  }
  return count;
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

class Layer::Entered {
 public:
  Entered(const Layer& layer, bool training)
      : scope_(*CallScope::Current()),
        path_(scope_.path().empty()
                  ? layer.name_
                  : absl::StrCat(scope_.path(), "/", layer.name_)),
        layer_scope_(path_) {
    scope_.frames().push_back({.path = path_,
                               .training = training,
                               .autocast = layer.casts_inputs()
                                               ? layer.compute_dtype()
                                               : DType::kInvalid});
  }
  ~Entered() { scope_.frames().pop_back(); }

 private:
  CallScope& scope_;
  std::string path_;
  Trace::LayerScope layer_scope_;
};

absl::Status Layer::MakeVariables(const Arguments& arguments) {
  if (built_) return absl::OkStatus();
  built_ = true;
  absl::Status status = BuildFrom(arguments);
  if (!status.ok()) built_ = false;
  return status;
}

absl::Status Layer::EnsureBuilt(const Arguments& arguments) {
  Entered entered(*this, CallScope::Current()->training());
  return MakeVariables(arguments);
}

Value Layer::CallOf(Layer& layer, const CallContext& context,
                    const Arguments& arguments) {
  Entered entered(layer, context.training);
  absl::Status status = layer.MakeVariables(arguments);
  if (!status.ok()) return Value(Trace::Current()->Error(status));
  return layer.CallWith(context, arguments);
}

Tensor Layer::Call(const Tensor& x) {
  return Fail(absl::StrCat("class '", class_name_, "' has no computation"));
}

Value Layer::CallWith(const CallContext& context, const Arguments& arguments) {
  if (arguments.positional.size() != 1 ||
      !arguments.positional[0].is_tensor()) {
    return Value(Fail(absl::StrCat(
        "class '", class_name_, "' takes one tensor, not ",
        arguments.positional.empty() ? "nothing"
                                     : arguments.positional[0].ToString())));
  }
  return Value(Call(arguments.positional[0].as_tensor()));
}

Tensor Layer::ComputeMask(const Value& inputs, const CallContext& context) {
  return supports_masking() ? context.mask : Tensor();
}

Tensor Layer::operator()(const Tensor& x) {
  Value result = (*this)(Arguments{{Value(x)}, {}});
  return result.is_tensor() ? result.as_tensor() : Tensor();
}

absl::StatusOr<ConcreteResults> Layer::CallOnArrays(
    const Arguments& arguments) {
  return concrete_calls_.Call(*this, arguments);
}

absl::StatusOr<Array> Layer::operator()(const Array& x) {
  absl::StatusOr<ConcreteResults> results = CallOnArrays({{Value(x)}, {}});
  if (!results.ok()) return results.status();
  if (results->outputs.is_array()) return results->outputs.as_array();
  return absl::InvalidArgumentError(
      absl::StrCat("layer '", name_, "' returns ", results->outputs.ToString(),
                   ", not one array: use CallOnArrays"));
}

Value Layer::operator()(const Arguments& given) {
  CallScope* scope = CallScope::Current();
  if (scope == nullptr) return Value(Tensor());
  const DType compute = compute_dtype();

  const Value* asked = given.Find(SIZE_MAX, "training");
  const bool training = asked != nullptr && asked->is_bool()
                            ? asked->as_bool()
                            : scope->training();
  Entered entered(*this, training);

  Arguments arguments = given.Map([&](const Value& leaf) {
    if (!leaf.is_tensor() || !casts_inputs()) return leaf;
    const Tensor& tensor = leaf.as_tensor();
    if (!tensor.ok() || !IsFloating(tensor.dtype()) ||
        tensor.dtype() == compute)
      return leaf;
    Tensor cast = trace::Convert(tensor, compute);
    scope->SetMask(cast, scope->MaskOf(tensor));
    return Value(cast);
  });
  arguments.keyword.erase(
      std::remove_if(
          arguments.keyword.begin(), arguments.keyword.end(),
          [](const auto& entry) { return entry.first == "training"; }),
      arguments.keyword.end());
  for (const Tensor& tensor : arguments.tensors()) {
    if (!tensor.ok()) return Value(Tensor());
  }
  absl::Status status = MakeVariables(arguments);
  if (!status.ok()) {
    Trace::Current()->Error(status);
    return Value(Tensor());
  }

  CallContext context;
  context.training = training;
  if (!arguments.positional.empty()) {
    for (const Tensor& tensor : arguments.positional[0].tensors())
      context.masks.push_back(scope->MaskOf(tensor));
  }
  const Value* mask = given.Find(SIZE_MAX, "mask");
  if (mask != nullptr && mask->is_tensor()) {
    context.mask = mask->as_tensor();
  } else if (!context.masks.empty()) {
    context.mask = context.masks[0];
  }
  Value result = CallWith(context, arguments);

  const bool any_mask = context.mask.ok() ||
                        std::any_of(context.masks.begin(), context.masks.end(),
                                    [](const Tensor& m) { return m.ok(); });
  std::vector<Tensor> outputs = result.tensors();
  Tensor output_mask = ComputeMask(
      arguments.positional.empty() ? Value() : arguments.positional[0],
      context);
  if (output_mask.ok() || any_mask) {
    for (const Tensor& output : outputs) {
      // A layer that is a model or keeps its own masks has set them already.
      if (output_mask.ok() && !scope->MaskOf(output).ok())
        scope->SetMask(output, output_mask);
      if (!output_mask.ok() && !keeps_masks()) scope->SetMask(output, Tensor());
    }
  }
  if (!activity_regularizer_.is_none()) {
    for (const Tensor& output : outputs) {
      if (!output.ok() || output.rank() == 0) continue;
      Tensor loss = Regularize(activity_regularizer_, output);
      if (!loss.ok()) continue;
      Tensor batch = trace::Size(Shape{output.dim(0)}, loss.dtype());
      scope->AddLoss(trace::Divide(loss, batch));
    }
  }
  return result;
}

}  // namespace keratin

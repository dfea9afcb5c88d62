// Layer.__call__, on the tensors of a trace and on those of a graph.
#include <algorithm>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/base/layer.h"
#include "layers/base/node.h"
#include "layers/base/symbolic.h"
#include "layers/base/warning.h"

namespace keratin {
namespace {

// The frame of a layer that is being called, popped at the end.
class FrameScope {
 public:
  FrameScope(CallScope& scope, CallScope::Frame frame)
      : scope_(scope), layer_scope_(frame.path) {
    scope_.frames().push_back(std::move(frame));
  }
  ~FrameScope() {
    scope_.frames().pop_back();
    if (scope_.frames().empty()) scope_.set_training(std::nullopt);
  }

 private:
  CallScope& scope_;
  Trace::LayerScope layer_scope_;
};

// Guards the losses that layers keep of their last call on Arrays: a call on
// one layer notes those of its sublayers.
std::mutex& LossesMutex() {
  static auto* mutex = new std::mutex();
  return *mutex;
}

// Takes `training` out of the keywords; where it is not given, `otherwise`.
// Given as None, it is none.
std::optional<bool> TakeTraining(Arguments& arguments,
                                 std::optional<bool> otherwise) {
  if (const Value* given = arguments.Find(SIZE_MAX, "training")) {
    otherwise = std::nullopt;
    if (given->is_bool()) otherwise = given->as_bool();
    if (given->is_int()) otherwise = given->as_int() != 0;
  }
  std::erase_if(arguments.keyword,
                [](const auto& entry) { return entry.first == "training"; });
  return otherwise;
}

}  // namespace

// Where a layer is, and whether variables are cast while it is called, and to
// what: Keras's name scope and AutocastScope.
CallScope::Frame Layer::FrameIn(const CallScope& scope) {
  CallScope::Frame frame;
  frame.layer = this;
  frame.path =
      scope.path().empty() ? name_ : absl::StrCat(scope.path(), "/", name_);
  frame.name_scope = scope.name_scope().empty() || is_root_
                         ? name_
                         : absl::StrCat(scope.name_scope(), "/", name_);
  frame.remat_activation = remat_.mode == "activations";
  if (!built_) FindPolicy(frame.name_scope);
  const DType compute = compute_dtype();
  if (!scope.frames().empty() && scope.frames().back().has_autocast) {
    frame.has_autocast = true;
    frame.autocast =
        autocast_ && IsFloating(compute) ? compute : DType::kInvalid;
  } else if (compute != variable_dtype()) {
    frame.has_autocast = true;
    frame.autocast = compute;
  }
  return frame;
}

absl::Status Layer::EnsureBuilt(const Arguments& arguments) {
  CallScope& scope = *CallScope::Current();
  {
    FrameScope frame_scope(scope, FrameIn(scope));
    absl::Status status = MakeVariables(arguments);
    if (!status.ok()) return status;
  }
  return BuildParts();
}

absl::Status Layer::BuildParts() {
  const std::vector<Layer*> parts = FlattenLayers();
  if (has_build_ || std::all_of(parts.begin(), parts.end(),
                                [](const Layer* part) { return part->built_; }))
    return absl::OkStatus();
  return TraceSpec(
             name_, built_arguments_,
             [this](const Arguments& tensors) { return (*this)(tensors); })
      .status();
}

Value Layer::CallOf(Layer& layer, const CallContext& context,
                    const Arguments& arguments) {
  CallScope& scope = *CallScope::Current();
  CallScope::Frame frame = layer.FrameIn(scope);
  // Variables are cast as for the caller.
  const CallScope::Frame& outer = scope.frames().back();
  frame.has_autocast = outer.has_autocast;
  frame.autocast = outer.autocast;
  FrameScope frame_scope(scope, std::move(frame));
  absl::Status status = layer.MakeVariables(arguments);
  if (!status.ok()) return Value(Trace::Current()->Error(status));
  return layer.RematerializedCall(context, arguments);
}

Tensor Layer::Call(const Tensor& x) {
  return Fail(absl::StrCat("class '", class_name_, "' has no computation"));
}

Tensor Layer::CallIn(const CallContext&, const Tensor& x) { return Call(x); }

Value Layer::CallWith(const CallContext& context, const Arguments& arguments) {
  if (arguments.positional.size() != 1 ||
      !arguments.positional[0].is_tensor()) {
    return Value(Fail(absl::StrCat(
        "class '", class_name_, "' takes one tensor, not ",
        arguments.positional.empty() ? "nothing"
                                     : arguments.positional[0].ToString())));
  }
  return Value(CallIn(context, arguments.positional[0].as_tensor()));
}

Tensor Layer::operator()(const Tensor& x) {
  Value result = (*this)(Arguments{{Value(x)}, {}});
  return result.is_tensor() ? result.as_tensor() : Tensor();
}

KerasTensor Layer::operator()(const KerasTensor& x) {
  Value result = (*this)(Arguments{{Value(x)}, {}});
  if (result.is_keras_tensor()) return result.as_keras_tensor();
  return KerasTensor::Failed(absl::InvalidArgumentError(absl::StrCat(
      "layer '", name_, "' returns several tensors; call it with Arguments")));
}

absl::StatusOr<ConcreteResults> Layer::CallOnArrays(
    const Arguments& arguments) {
  if (!made_.ok()) return made_;
  absl::StatusOr<ConcreteResults> results =
      concrete_calls_.Call(Function(), arguments);
  if (!results.ok()) return results;
  // What this call added is what `losses` has, in every layer that it reached.
  std::lock_guard<std::mutex> lock(LossesMutex());
  ClearLosses();
  for (size_t k = 0; k < results->losses.size(); ++k) {
    if (Layer* owner = results->loss_owners[k])
      owner->losses_.push_back(results->losses[k]);
  }
  return results;
}

void Layer::ClearLosses() {
  losses_.clear();
  for (const Child& child : children_) {
    for (Layer* layer : child.layers) layer->ClearLosses();
  }
}

StatefulFunction Layer::Function() {
  return {.kind = "layer",
          .name = name_,
          .trainable = [this] { return trainable_variables(); },
          .non_trainable = [this] { return non_trainable_arguments(); },
          .version = [this] { return version(); },
          .call = [this](const Arguments& a) { return (*this)(a); },
          .losses =
              [this] {
                std::vector<CallScope::Loss> losses =
                    CallScope::Current()->LossesOf(*this);
                for (const Tensor& penalty : Penalties())
                  losses.push_back({nullptr, penalty});
                return losses;
              }};
}

// Of the weights that have a regularizer, in the current trace.
std::vector<Tensor> Layer::Penalties() const {
  std::vector<Tensor> penalties;
  for (const Variable* variable : trainable_weights()) {
    if (variable->spec().regularizer.is_none()) continue;
    auto regularizer = variable->spec().regularizer.Get();
    penalties.push_back(
        regularizer.ok()
            ? (**regularizer)(CallScope::Current()->Read(*variable))
            : Trace::Current()->Error(regularizer.status()));
  }
  return penalties;
}

absl::StatusOr<std::vector<Array>> Layer::losses() {
  StatefulFunction function = Function();
  function.entry = "losses";
  function.call = [this](const Arguments&) {
    const std::vector<Tensor> penalties = Penalties();
    return Value::List(Value::Items(penalties.begin(), penalties.end()));
  };
  function.losses = [] { return std::vector<CallScope::Loss>(); };
  std::vector<Array> losses;
  {
    std::lock_guard<std::mutex> lock(LossesMutex());
    losses = losses_;
    for (const Layer* layer : FlattenLayers())
      losses.insert(losses.end(), layer->losses_.begin(), layer->losses_.end());
  }
  const std::vector<Variable*> weights = trainable_weights();
  if (std::all_of(weights.begin(), weights.end(), [](const Variable* weight) {
        return weight->spec().regularizer.is_none();
      })) {
    return losses;
  }
  absl::StatusOr<ConcreteResults> penalties =
      concrete_calls_.Call(function, {});
  if (!penalties.ok()) return penalties.status();
  for (Array& penalty : penalties->outputs.arrays())
    losses.push_back(std::move(penalty));
  return losses;
}

absl::StatusOr<StatelessCallResults> Layer::StatelessCall(
    const std::vector<Array>& trainable,
    const std::vector<Array>& non_trainable, const Arguments& arguments) {
  if (!built_) {
    return absl::FailedPreconditionError(absl::StrCat(
        "layer '", name_,
        "' is not built, so it has no variables to be given; call it on an "
        "Input or on data first"));
  }
  return concrete_calls_.StatelessCall(Function(), trainable, non_trainable,
                                       arguments);
}

absl::StatusOr<Array> Layer::operator()(const Array& x) {
  absl::StatusOr<ConcreteResults> results = CallOnArrays({{Value(x)}, {}});
  if (!results.ok()) return results.status();
  if (results->outputs.is_array()) return results->outputs.as_array();
  return absl::InvalidArgumentError(
      absl::StrCat("layer '", name_, "' returns ", results->outputs.ToString(),
                   ", not one array: use CallOnArrays"));
}

Value Layer::operator()(const Arguments& arguments) {
  bool symbolic = false;
  arguments.ForEachLeaf([&](const Value& leaf) {
    symbolic = symbolic || leaf.is_keras_tensor();
  });
  return symbolic ? SymbolicCall(arguments) : TraceCall(arguments);
}

Value Layer::TraceCall(const Arguments& given) {
  CallScope* scope = CallScope::Current();
  if (scope == nullptr) return Value(Tensor());
  FrameScope frame_scope(*scope, FrameIn(*scope));

  Arguments arguments = CastInputs(WithFirstArgument(given));
  const std::optional<bool> outer = scope->training();
  const std::optional<bool> training =
      TakeTraining(arguments, outer.has_value() ? outer : training_default());
  scope->set_training(training);
  for (const Tensor& tensor : arguments.tensors()) {
    if (!tensor.ok()) return Value(Tensor());
  }
  absl::Status status = CheckArguments(arguments);
  if (status.ok()) status = CheckInputs(arguments);
  if (status.ok()) {
    const bool was_built = built_;
    status = MakeVariables(arguments);
    // The build may have said more of its inputs.
    if (status.ok() && !was_built) status = CheckInputs(arguments);
  }
  if (!status.ok()) {
    Trace::Current()->Error(status);
    return Value(Tensor());
  }

  AddMasks(arguments);
  const CallContext context = ContextOf(arguments, training);
  Value result = RematerializedCall(context, arguments);
  const std::vector<Tensor> outputs = result.tensors();
  SetMasks(arguments, context, outputs);
  Regularize(outputs);
  return result;
}

// What is known after its arguments were fitted to the signature.
CallContext Layer::ContextOf(const Arguments& arguments,
                             std::optional<bool> training) const {
  CallContext context;
  context.training = training.value_or(false);
  const CallScope& scope = *CallScope::Current();
  if (!arguments.positional.empty()) {
    for (const Tensor& tensor : arguments.positional[0].tensors())
      context.masks.push_back(scope.MaskOf(tensor));
  }
  const std::vector<std::string> names = signature().arguments;
  const Value* given = arguments.Find(
      std::find(names.begin(), names.end(), "mask") - names.begin(), "mask");
  if (given == nullptr || given->is_none()) {
    if (!context.masks.empty() && TensorArguments(arguments).size() == 1)
      context.mask = context.masks[0];
    return context;
  }
  std::vector<Tensor> masks;
  given->ForEachLeaf([&](const Value& leaf) {
    masks.push_back(leaf.is_tensor() ? leaf.as_tensor() : Tensor());
  });
  if (!masks.empty()) context.mask = masks[0];
  // Keras looks for it among the keywords alone.
  if (arguments.Find(SIZE_MAX, "mask") != nullptr) {
    masks.resize(std::max<size_t>(context.masks.size(), 1));
    context.masks = std::move(masks);
  }
  return context;
}

// As Keras: what bears a mask already keeps it.
void Layer::SetMasks(const Arguments& arguments, const CallContext& context,
                     const std::vector<Tensor>& outputs) {
  CallScope& scope = *CallScope::Current();
  const auto is_masked = [&](const Tensor& output) {
    return scope.MaskOf(output).ok();
  };
  if (std::all_of(outputs.begin(), outputs.end(), is_masked)) return;
  size_t place = 0;
  ComputeMask(arguments.positional.empty() ? Value() : arguments.positional[0],
              context)
      .ForEachLeaf([&](const Value& mask) {
        if (place < outputs.size() && mask.is_tensor() &&
            mask.as_tensor().ok() && !is_masked(outputs[place]))
          scope.SetMask(outputs[place], mask.as_tensor());
        ++place;
      });
  if (supports_masking() || warned_of_mask_ ||
      std::none_of(context.masks.begin(), context.masks.end(),
                   [](const Tensor& mask) { return mask.ok(); }) ||
      std::any_of(outputs.begin(), outputs.end(), is_masked))
    return;
  warned_of_mask_ = true;
  Warn(absl::StrCat(
      "Layer '", name_, "' (of type ", class_name_,
      ") was passed an input with a mask attached to it. However, this layer "
      "does not support masking and will therefore destroy the mask "
      "information. Downstream layers will not see the mask."));
}

// The penalty of activity_regularizer, per element of the batch.
void Layer::Regularize(const std::vector<Tensor>& outputs) {
  if (activity_regularizer_.is_none()) return;
  auto regularizer = activity_regularizer_.Get();
  if (!regularizer.ok()) {
    Trace::Current()->Error(regularizer.status());
    return;
  }
  for (const Tensor& output : outputs) {
    if (!output.ok()) continue;
    Tensor loss = (**regularizer)(output);
    if (loss.ok() && output.rank() > 0) {
      // Of a batch of none, none.
      loss = trace::Divide(
          loss, trace::Maximum(trace::Size(Shape{output.dim(0)}, loss.dtype()),
                               Trace::Current()->Full({}, 1, loss.dtype())));
    }
    AddLoss(loss);
  }
}

void Layer::AddLoss(const Tensor& loss) {
  if (CallScope* scope = CallScope::Current()) scope->AddLoss(*this, loss);
}

absl::StatusOr<Value> Layer::ComputeOutputSpec(const Arguments& arguments) {
  if (!made_.ok()) return made_;
  absl::StatusOr<Value> spec = TraceSpec(
      name_, arguments,
      [this](const Arguments& tensors) { return TraceCall(tensors); });
  if (!spec.ok() || supports_masking()) return spec;
  // The output is a tensor of its own here, also if the input goes through.
  return spec->MapLeaves([](const Value& leaf) {
    if (!leaf.is_keras_tensor()) return leaf;
    const KerasTensor& output = leaf.as_keras_tensor();
    return Value(KerasTensor(output.shape(), output.dtype()));
  });
}

absl::StatusOr<Value> Layer::SpecWithin(
    const Arguments& arguments,
    const std::function<Value(const Arguments&)>& call) {
  return TraceSpec(name_, arguments, [&](const Arguments& tensors) {
    CallScope& scope = *CallScope::Current();
    std::optional<FrameScope> frame;
    if (scope.frames().empty() || scope.frames().back().layer != this)
      frame.emplace(scope, FrameIn(scope));
    return call(tensors);
  });
}

absl::StatusOr<Shape> Layer::ComputeOutputShape(const Shape& input) {
  auto spec =
      ComputeOutputSpec({{Value(KerasTensor(input, compute_dtype()))}, {}});
  if (!spec.ok()) return spec.status();
  if (!spec->is_keras_tensor()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "layer '", name_, "' returns several tensors; use ComputeOutputSpec"));
  }
  return spec->as_keras_tensor().shape();
}

Value Layer::SymbolicCall(const Arguments& arguments) {
  std::shared_ptr<Layer> self = weak_from_this().lock();
  if (self == nullptr) {
    return Value(KerasTensor::Failed(absl::FailedPreconditionError(
        absl::StrCat("layer '", name_,
                     "' is held by no LayerPtr, so no graph can keep it"))));
  }
  absl::StatusOr<Value> spec = ComputeOutputSpec(arguments);
  if (!spec.ok()) return Value(KerasTensor::Failed(spec.status()));
  std::shared_ptr<Node> node = MakeNode(arguments);
  node->layer = std::move(self);
  return OutputsOf(node, *spec);
}

}  // namespace keratin

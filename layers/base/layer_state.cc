// What a layer tracks: variables, seed states, sublayers.
#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/base/initialize.h"
#include "layers/base/layer.h"

namespace keratin {

bool Layer::MayGrow(const std::string& what) {
  absl::Status status;
  if (name_.empty()) {
    status = absl::FailedPreconditionError(absl::StrCat(
        what,
        " is added in the constructor of a layer; add it in Configured or "
        "Build"));
  } else if (locked_) {
    status = absl::FailedPreconditionError(absl::StrCat(
        what, " is added to layer '", path_.empty() ? name_ : path_,
        "', which is already built; all state must be made in "
        "Configured or Build"));
  } else {
    return true;
  }
  Note(status);
  return false;
}

void Layer::Note(const absl::Status& status) {
  if (Trace* trace = Trace::Current()) {
    trace->Error(status);
  } else if (made_.ok()) {
    made_ = status;
  }
}

std::string Layer::PathOf(const std::string& name) const {
  CallScope* scope = CallScope::Current();
  if (scope == nullptr || scope->name_scope().empty())
    return absl::StrCat(path_.empty() ? name_ : path_, "/", name);
  return absl::StrCat(scope->name_scope(), "/", name);
}

Weight Layer::AddWeight(WeightSpec spec) {
  if (spec.dtype == DType::kInvalid) spec.dtype = variable_dtype();
  if (spec.initializer.is_none())
    spec.initializer = IsFloating(spec.dtype) ? "glorot_uniform" : "zeros";
  const std::string what = absl::StrCat("the weight '", spec.name, "'");
  absl::Status wrong;
  if (!spec.shape.IsStatic()) {
    wrong = absl::InvalidArgumentError(
        absl::StrCat(what, " of layer '", name_,
                     "' must have known sizes, not ", spec.shape.ToString()));
  } else if (spec.aggregation != "none" && spec.aggregation != "mean" &&
             spec.aggregation != "sum" &&
             spec.aggregation != "only_first_replica") {
    wrong = absl::InvalidArgumentError(
        absl::StrCat("'aggregation' of ", what, " of layer '", name_,
                     "' must be none, mean, sum or only_first_replica, not '",
                     spec.aggregation, "'"));
  } else {
    Fields fields;
    fields("initializer", spec.initializer)("regularizer", spec.regularizer)(
        "constraint", spec.constraint);
    wrong = fields.status();
  }
  const bool trainable = spec.trainable;
  if (!trainable_) spec.trainable = false;
  std::string path = PathOf(spec.name);
  auto variable = std::make_shared<Variable>(std::move(spec), std::move(path));
  if (!wrong.ok()) {
    Note(wrong);
  } else if (MayGrow(what)) {
    own_.push_back({variable, trainable, false});
  }
  return Weight(std::move(variable));
}

void Layer::Track(const Weight& weight) {
  if (!weight || !MayGrow(absl::StrCat("the weight '", weight->path(), "'")))
    return;
  for (const Own& own : own_) {
    if (own.variable != weight.shared()) continue;
    Fail(absl::StrCat("the weight '", weight->path(),
                      "' is tracked twice by layer '", name_, "'"));
    return;
  }
  own_.push_back({weight.shared(), weight->trainable(), false});
}

void Layer::RemoveWeight(const Weight& weight) {
  std::erase_if(
      own_, [&](const Own& own) { return own.variable == weight.shared(); });
}

Variable* Layer::AddState(const std::string& name, const Shape& shape) {
  states_.push_back(
      std::make_unique<Variable>(WeightSpec{.name = name,
                                            .shape = shape,
                                            .dtype = variable_dtype(),
                                            .trainable = false,
                                            .initializer = "zeros"},
                                 PathOf(name)));
  Variable* state = states_.back().get();
  // Of the right type and shape, so it cannot fail.
  if (auto sizes = shape.AsSizes())
    state->Assign(Array::Zeros(state->dtype(), *sizes)).IgnoreError();
  return state;
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

Tensor Layer::NextSeed(const Variable& state) {
  Tensor key = state.value();
  state.Assign(trace::Add(key, trace::Iota(0, DType::kUInt32, {2})));
  return key;
}

Variable* Layer::AddSeed(const std::string& attribute,
                         std::optional<int64_t> seed) {
  WeightSpec spec{.name = "seed_generator_state",
                  .shape = {2},
                  .dtype = DType::kUInt32,
                  .trainable = false,
                  .autocast = false};
  auto state = std::make_shared<Variable>(
      std::move(spec), PathOf("seed_generator/seed_generator_state"));
  // Of the right type and shape, so it cannot fail.
  state
      ->Assign(Array::FromVector<uint32_t>(
          {2}, {static_cast<uint32_t>(seed.value_or(0)), 0}))
      .IgnoreError();
  if (MayGrow("a seed generator"))
    children_.push_back({attribute, {}, false, state.get()});
  own_.push_back({state, false, true});
  return state.get();
}

void Layer::Attach(Child child, std::vector<std::shared_ptr<Layer>> layers) {
  const bool may =
      MayGrow(absl::StrCat("the layer under '", child.attribute, "'"));
  for (std::shared_ptr<Layer>& layer : layers) {
    if (layer == nullptr || layer.get() == this) {
      Note(absl::InvalidArgumentError(absl::StrCat(
          "'", child.attribute, "' of layer '", name_,
          layer == nullptr ? "' holds no layer" : "' holds the layer itself")));
      return;
    }
    // Owned even where it is refused: what points to it stays good.
    owned_.push_back(std::move(layer));
  }
  if (may) children_.push_back(std::move(child));
}

void Layer::TrackList(const std::string& attribute,
                      std::vector<std::shared_ptr<Layer>> layers) {
  Child child{attribute, {}, true, nullptr};
  for (const std::shared_ptr<Layer>& layer : layers)
    child.layers.push_back(layer.get());
  Attach(std::move(child), std::move(layers));
}

void Layer::Untrack(const std::string& attribute) {
  std::erase_if(children_, [&](const Child& child) {
    return child.attribute == attribute;
  });
  const std::vector<Layer*> kept = sublayers();
  std::erase_if(owned_, [&](const std::shared_ptr<Layer>& layer) {
    return std::find(kept.begin(), kept.end(), layer.get()) == kept.end();
  });
}

std::vector<Layer*> Layer::sublayers() const {
  std::set<const Layer*> seen;
  std::vector<Layer*> layers;
  for (const Child& child : children_) {
    for (Layer* layer : child.layers) {
      if (seen.insert(layer).second) layers.push_back(layer);
    }
  }
  return layers;
}

void Layer::set_trainable(bool trainable) {
  trainable_ = trainable;
  for (const Own& own : own_) {
    // What was made not to be trained never is.
    if (own.trainable) own.variable->set_trainable(trainable);
  }
  for (Layer* layer : sublayers()) layer->set_trainable(trainable);
}

std::vector<Variable*> Layer::own_variables() const {
  std::vector<Variable*> own;
  for (bool trainable : {true, false}) {
    for (const Own& one : own_) {
      if (!one.is_seed && one.trainable == trainable)
        own.push_back(one.variable.get());
    }
  }
  return own;
}

std::vector<Variable*> Layer::Collect(bool seeds) const {
  std::set<const Variable*> seen;
  std::vector<Variable*> all;
  const auto add = [&](Variable* variable) {
    if (seen.insert(variable).second) all.push_back(variable);
  };
  for (bool trainable : {true, false}) {
    for (const Own& own : own_) {
      if (!own.is_seed && own.trainable == trainable) add(own.variable.get());
    }
  }
  for (const Own& own : own_) {
    if (seeds && own.is_seed) add(own.variable.get());
  }
  for (Layer* layer : sublayers()) {
    for (Variable* variable : layer->Collect(seeds)) add(variable);
  }
  return all;
}

std::vector<Variable*> Layer::weights() const { return Collect(false); }
std::vector<Variable*> Layer::variables() const { return Collect(true); }

namespace {

std::vector<Variable*> Only(std::vector<Variable*> variables, bool trainable) {
  std::erase_if(variables, [&](const Variable* variable) {
    return variable->trainable() != trainable;
  });
  return variables;
}

}  // namespace

std::vector<Variable*> Layer::trainable_weights() const {
  if (!trainable_) return {};
  return Only(weights(), true);
}

std::vector<Variable*> Layer::non_trainable_weights() const {
  return trainable_ ? Only(weights(), false) : weights();
}

std::vector<Variable*> Layer::trainable_variables() const {
  if (!trainable_) return {};
  return Only(variables(), true);
}

std::vector<Variable*> Layer::non_trainable_variables() const {
  return trainable_ ? Only(variables(), false) : variables();
}

absl::Status Layer::SaveOwnVariables(VariableStore& store) const {
  return SaveInOrder(own_variables(), store);
}

absl::Status Layer::LoadOwnVariables(const VariableStore& store) {
  return LoadInOrder(own_variables(), store, name_);
}

absl::StatusOr<std::vector<Array>> Layer::GetWeights() const {
  return ValuesOf(weights());
}

absl::Status Layer::SetWeights(const std::vector<Array>& values) {
  return AssignAll(weights(), values, name_);
}

int64_t Layer::count_params() const {
  int64_t count = 0;
  for (const Variable* variable : weights())
    count += variable->shape().Elements().AsConstant().value_or(0);
  return count;
}

}  // namespace keratin

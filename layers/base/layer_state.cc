// What a layer tracks: variables, seed states, sublayers.
#include <algorithm>
#include <deque>
#include <set>

#include "absl/strings/str_cat.h"
#include "layers/base/initialize.h"
#include "layers/base/layer.h"
#include "layers/base/names.h"
#include "layers/base/version.h"

namespace keratin {

// Each once, in the order of the first time.
template <typename T>
struct Layer::Distinct {
  std::vector<T*> items;
  std::set<const T*> seen;
  void Add(T* item) {
    if (seen.insert(item).second) items.push_back(item);
  }
};

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
  Refuse(std::move(status));
  return false;
}

std::string Layer::PathOf(const std::string& name) const {
  const CallScope* scope = CallScope::Current();
  if (scope == nullptr || scope->frames().empty())
    return absl::StrCat(path_.empty() ? name_ : path_, "/", name);
  // Made within another layer, before it is called itself.
  if (scope->frames().back().layer != this)
    return absl::StrCat(scope->name_scope(), "/", name_, "/", name);
  return absl::StrCat(scope->name_scope(), "/", name);
}

Weight Layer::AddWeight(WeightSpec spec) {
  if (spec.dtype == DType::kInvalid) spec.dtype = variable_dtype();
  if (spec.initializer.is_none())
    spec.initializer = IsFloating(spec.dtype) ? "glorot_uniform" : "zeros";
  if (spec.name.empty()) spec.name = AutoName("Variable");
  const std::string what = absl::StrCat("the weight '", spec.name, "'");
  absl::Status wrong;
  if (spec.name.find('/') != std::string::npos) {
    wrong = absl::InvalidArgumentError(absl::StrCat(
        "the name of ", what, " of layer '", name_, "' cannot contain '/'"));
  } else if (!spec.shape.IsStatic()) {
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
    Refuse(std::move(wrong));
  } else if (MayGrow(what)) {
    own_.push_back({variable, trainable, false});
    Changed();
  }
  return Weight(std::move(variable));
}

void Layer::Track(const Weight& weight) {
  if (!weight || !MayGrow(absl::StrCat("the weight '", weight->path(), "'")))
    return;
  for (const Own& own : own_) {
    if (own.variable != weight.shared()) continue;
    Refuse(absl::InvalidArgumentError(
        absl::StrCat("the weight '", weight->path(),
                     "' is tracked twice by layer '", name_, "'")));
    return;
  }
  own_.push_back({weight.shared(), weight->trainable(), false});
  Changed();
}

void Layer::RemoveWeight(const Weight& weight) {
  std::erase_if(
      own_, [&](const Own& own) { return own.variable == weight.shared(); });
  Changed();
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
  Changed();
  return state;
}

void Layer::CollectStates(Distinct<Variable>& all) const {
  for (const std::unique_ptr<Variable>& state : states_) all.Add(state.get());
  for (const Child& child : children_) {
    for (const Layer* layer : child.layers) layer->CollectStates(all);
  }
}

std::vector<Variable*> Layer::states() const {
  Distinct<Variable> all;
  CollectStates(all);
  return std::move(all.items);
}

std::vector<Variable*> Layer::non_trainable_arguments() const {
  std::vector<Variable*> all = non_trainable_variables();
  for (Variable* state : states()) all.push_back(state);
  return all;
}

Variable* Layer::AddSeed(const std::string& attribute,
                         std::optional<int64_t> seed) {
  return TrackSeed(attribute, SeedState(PathOf("seed_generator"), seed));
}

void Layer::Track(const std::string& attribute,
                  const SeedGenerator& generator) {
  TrackSeed(attribute, generator.state());
}

Variable* Layer::TrackSeed(const std::string& attribute,
                           std::shared_ptr<Variable> state) {
  Variable* raw = state.get();
  if (MayGrow(absl::StrCat("the seed generator '", attribute, "'")))
    children_.push_back({.attribute = attribute, .seed = raw});
  own_.push_back({std::move(state), false, true});
  Changed();
  return raw;
}

void Layer::Attach(Child child, std::vector<std::shared_ptr<Layer>> layers) {
  bool may = MayGrow(absl::StrCat("the layer under '", child.attribute, "'"));
  for (std::shared_ptr<Layer>& layer : layers) {
    std::string wrong;
    if (layer == nullptr) {
      wrong = "holds no layer";
    } else if (layer.get() == this) {
      wrong = "holds the layer itself";
    } else if (const std::vector<Layer*> inside = layer->FlattenLayers();
               std::find(inside.begin(), inside.end(), this) != inside.end()) {
      wrong = absl::StrCat("holds the layer '", layer->name_,
                           "', of which it is a part: a cycle");
    }
    if (!wrong.empty()) {
      Refuse(absl::InvalidArgumentError(absl::StrCat(
          "'", child.attribute, "' of layer '", name_, "' ", wrong)));
      may = false;
    }
    // Owned even where it is refused: what points to it stays good.
    if (layer != nullptr && layer.get() != this)
      owned_.push_back(std::move(layer));
  }
  if (!may) return;
  for (Child& other : children_) {
    // Several under one attribute may come one by one.
    if (!child.is_list || !other.is_list || other.attribute != child.attribute)
      continue;
    other.layers.insert(other.layers.end(), child.layers.begin(),
                        child.layers.end());
    return Changed();
  }
  children_.push_back(std::move(child));
  Changed();
}

void Layer::TrackList(const std::string& attribute,
                      std::vector<std::shared_ptr<Layer>> layers) {
  Child child{.attribute = attribute, .is_list = true};
  for (const std::shared_ptr<Layer>& layer : layers)
    child.layers.push_back(layer.get());
  Attach(std::move(child), std::move(layers));
}

void Layer::Untrack(const std::string& attribute) {
  std::erase_if(children_, [&](const Child& child) {
    return child.attribute == attribute;
  });
  Changed();
  const std::vector<Layer*> kept = sublayers();
  std::erase_if(owned_, [&](const std::shared_ptr<Layer>& layer) {
    return std::find(kept.begin(), kept.end(), layer.get()) == kept.end();
  });
}

void Layer::Track(const std::string& attribute, const MetricPtr& metric) {
  if (metric == nullptr) {
    Refuse(absl::InvalidArgumentError(absl::StrCat(
        "'", attribute, "' of layer '", name_, "' holds no metric")));
    return;
  }
  if (!MayGrow(absl::StrCat("the metric '", attribute, "'"))) return;
  children_.push_back({.attribute = attribute, .metric = metric});
  Changed();
}

void Layer::Changed() { version_ = NextVersion(); }

int64_t Layer::version() const {
  int64_t latest = version_;
  for (const Own& own : own_)
    latest = std::max(latest, own.variable->trainable_since());
  for (const Child& child : children_) {
    for (const Layer* layer : child.layers)
      latest = std::max(latest, layer->version());
  }
  return latest;
}

std::vector<Layer*> Layer::FlattenLayers() const {
  std::vector<Layer*> order;
  std::set<const Layer*> seen;
  const std::vector<Layer*> top = sublayers();
  std::deque<Layer*> waiting(top.begin(), top.end());
  while (!waiting.empty()) {
    Layer* layer = waiting.front();
    waiting.pop_front();
    if (!seen.insert(layer).second) continue;
    order.push_back(layer);
    for (Layer* below : layer->sublayers()) waiting.push_front(below);
  }
  return order;
}

std::vector<Layer*> Layer::sublayers() const {
  Distinct<Layer> layers;
  for (const Child& child : children_) {
    for (Layer* layer : child.layers) layers.Add(layer);
  }
  return std::move(layers.items);
}

void Layer::set_trainable(bool trainable) {
  trainable_ = trainable;
  Changed();
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

void Layer::Collect(bool seeds, Distinct<Variable>& all) const {
  for (bool trainable : {true, false}) {
    for (const Own& own : own_) {
      if (!own.is_seed && own.trainable == trainable)
        all.Add(own.variable.get());
    }
  }
  for (const Own& own : own_) {
    if (seeds && own.is_seed) all.Add(own.variable.get());
  }
  for (const Child& child : children_) {
    for (const Layer* layer : child.layers) layer->Collect(seeds, all);
  }
}

std::vector<Variable*> Layer::weights() const {
  Distinct<Variable> all;
  Collect(false, all);
  return std::move(all.items);
}

std::vector<Variable*> Layer::variables() const {
  Distinct<Variable> all;
  Collect(true, all);
  return std::move(all.items);
}

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
  std::vector<Variable*> all =
      trainable_ ? Only(variables(), false) : variables();
  const std::vector<Variable*> metric_state = metrics_variables();
  all.insert(all.end(), metric_state.begin(), metric_state.end());
  return all;
}

void Layer::Collect(Distinct<Metric>& all) const {
  for (const Child& child : children_) {
    if (child.metric != nullptr) all.Add(child.metric.get());
  }
  for (const Child& child : children_) {
    for (const Layer* layer : child.layers) layer->Collect(all);
  }
}

std::vector<Metric*> Layer::metrics() const {
  Distinct<Metric> all;
  Collect(all);
  return std::move(all.items);
}

std::vector<Variable*> Layer::metrics_variables() const {
  Distinct<Variable> all;
  for (const Metric* metric : metrics()) {
    for (Variable* variable : metric->variables()) all.Add(variable);
  }
  return std::move(all.items);
}

absl::Status Layer::AddMetric() const {
  return absl::UnimplementedError(absl::StrCat(
      "layer '", name_,
      "': AddMetric is not supported; attach a metric with Track in Configured "
      "or Build, and call its UpdateState in Call"));
}

absl::Status Layer::SaveOwnVariables(VariableStore& store) const {
  return SaveInOrder(own_variables(), store);
}

absl::Status Layer::LoadOwnVariables(const VariableStore& store) {
  return LoadInOrder(own_variables(), store,
                     absl::StrCat("layer '", name_, "'"));
}

absl::StatusOr<std::vector<Array>> Layer::GetWeights() const {
  return ValuesOf(weights());
}

absl::Status Layer::SetWeights(const std::vector<Array>& values) {
  return AssignAll(weights(), values, name_);
}

absl::StatusOr<int64_t> Layer::count_params() const {
  if (!built_) {
    return absl::FailedPreconditionError(absl::StrCat(
        "layer '", name_,
        "' is not built, so its parameters cannot be counted; call it on an "
        "Input or on data first"));
  }
  int64_t count = 0;
  for (const Variable* variable : weights())
    count += variable->shape().Elements().AsConstant().value_or(0);
  return count;
}

}  // namespace keratin

// Layer: state and a computation on tensors. Keras: keras.Layer.
//
// A layer describes its configuration, makes its variables from the shape of
// its input (Build) and computes (Call). Everything else -- casting, building
// on the first call, masks, `training`, losses -- happens in the call operator,
// as Keras does it. Layers are held by LayerPtr (layer_ptr.h), which makes
// them.
//
//   struct ScaleOptions {
//     Initializer initializer = "ones";
//     void Describe(Fields& f) { f("initializer", initializer); }
//   };
//   class Scale : public LayerWith<ScaleOptions> {
//     absl::Status Build(const Shape& input) override {
//       scale_ = AddWeight({.name = "scale", .shape = {input.back()},
//                           .initializer = options_.initializer});
//       return absl::OkStatus();
//     }
//     Tensor Call(const Tensor& x) override { return x * scale_; }
//     Weight scale_;
//   };
//   KERATIN_REGISTER_LAYER("my_package", Scale);
#ifndef KERATIN_LAYERS_BASE_LAYER_H_
#define KERATIN_LAYERS_BASE_LAYER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "layers/base/call_scope.h"
#include "layers/base/concrete_call.h"
#include "layers/base/config.h"
#include "layers/base/dtype_policy.h"
#include "layers/base/fields.h"
#include "layers/base/input_spec.h"
#include "layers/base/layer_registry.h"
#include "layers/base/metric.h"
#include "layers/base/object.h"
#include "layers/base/quantization.h"
#include "layers/base/remat_scope.h"
#include "layers/base/seed_generator.h"
#include "layers/base/stateless_trace.h"
#include "layers/base/value.h"
#include "layers/base/variable.h"
#include "layers/base/variable_store.h"

namespace keratin {

// What the computation of a layer takes, as the parameters of Keras's call and
// build: by them masks find the argument `<name>_mask`, and shapes are kept as
// `<name>_shape`.
struct CallSignature {
  // In order. `training` is every call's; a mask may be given as `mask` where
  // that is named.
  std::vector<std::string> arguments = {"inputs"};
  int required = 1;  // of the first arguments, those without a default
  // Whether other names are taken too, and mean nothing.
  bool takes_others = false;
  // Whether required arguments may have None in them; input_spec says it too.
  bool takes_none = false;
  // What the build takes: the shape of the first tensors, or of several
  // arguments, each named `<argument>_shape`.
  std::vector<std::string> shapes = {"input_shape"};
};

// What every layer takes besides its own options. Keras: Layer.__init__.
struct LayerOptions {
  std::string name = {};  // empty: the class in snake_case, counted
  bool trainable = true;
  std::optional<DTypePolicy> dtype = {};  // none: config::dtype_policy()
  bool autocast = true;
  Regularizer activity_regularizer = {};
};

// What a call knows besides its arguments.
struct CallContext {
  bool training = false;
  // The mask of each tensor of the first argument (not ok(): none): what the
  // caller gave as `mask`, or what the tensors bear. Keras: previous_mask.
  std::vector<Tensor> masks;
  // Keras's argument `mask`, of several the first: what the caller gave, else
  // the first of `masks` if no other argument has tensors.
  Tensor mask;
};

class Layer : public std::enable_shared_from_this<Layer> {
 public:
  virtual ~Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  const std::string& name() const { return name_; }
  // Keras's class name; for a custom class with its package: "package>Name".
  const std::string& class_name() const { return class_name_; }
  const std::string& registered_name() const { return registered_name_; }
  // Where Keras has the class: "keras.layers".
  virtual std::string module() const;
  // "model/block/dense"; empty before the layer is built.
  const std::string& path() const { return path_; }
  // What was wrong with the options it was made with; every call says it again.
  const absl::Status& status() const { return made_; }
  // "<Dense name=dense, built=True>"
  std::string ToString() const;

  bool built() const { return built_; }
  bool trainable() const { return trainable_; }
  // Moves the weights of the layer and its sublayers between trainable_weights
  // and non_trainable_weights.
  void set_trainable(bool trainable);

  // As it was given: of a DTypePolicyMap, the map.
  const DTypePolicy& dtype_policy() const { return policy_; }
  // The layer's own: of a map, the default until the layer has a path.
  const DTypePolicy& own_policy() const { return own_policy_; }
  DType compute_dtype() const { return own_policy_.compute_dtype(); }
  DType variable_dtype() const { return own_policy_.variable_dtype(); }
  DType dtype() const { return variable_dtype(); }
  DType input_dtype() const { return compute_dtype(); }
  // "int8" and so on; "" if it is not quantized.
  const std::string& quantization_mode() const {
    return own_policy_.quantization_mode();
  }
  // A quantized policy quantizes a layer that is built. The policy of a map is
  // set in the map. Keras: the setter of Layer.dtype_policy.
  absl::Status set_dtype_policy(const DTypePolicy& policy);
  bool autocast() const { return autocast_; }
  // What inputs must be; checked by every call.
  const std::vector<InputSpec>& input_spec() const { return input_spec_; }
  void set_input_spec(std::vector<InputSpec> specs) {
    input_spec_ = std::move(specs);
  }

  // Calls the layer: on Tensors in the current CallScope, where an error
  // poisons the result and is kept by the trace; on KerasTensors, which adds a
  // node to their graph (Keras: symbolic_call), where an error is that of the
  // results.
  Value operator()(const Arguments& arguments);
  Tensor operator()(const Tensor& x);
  KerasTensor operator()(const KerasTensor& x);
  // Calls the layer on Arrays, through the compiler that the program links
  // (evaluator.h), and assigns the variables that the call writes.
  absl::StatusOr<Array> operator()(const Array& x);
  absl::StatusOr<ConcreteResults> CallOnArrays(const Arguments& arguments);
  // The same with these values of trainable_variables() and
  // non_trainable_arguments(), touching nothing: outputs, new values of the
  // latter, losses. An error if the layer is not built, or says
  // which of the lists does not fit. Keras: stateless_call(return_losses=True).
  absl::StatusOr<StatelessCallResults> StatelessCall(
      const std::vector<Array>& trainable,
      const std::vector<Array>& non_trainable, const Arguments& arguments);
  // The losses of the last call on Arrays of the layer or of one it is part
  // of, in Keras's order, then the regularizers of its weights as they are
  // now. Keras: losses.
  absl::StatusOr<std::vector<Array>> losses();
  // The call as what is traced, compiled and run; it refers to the layer.
  StatefulFunction Function();

  // What a call on such tensors returns, without a node: KerasTensors in the
  // structure of its outputs. Builds the layer. Keras: compute_output_spec,
  // compute_output_shape.
  absl::StatusOr<Value> ComputeOutputSpec(const Arguments& arguments);
  absl::StatusOr<Shape> ComputeOutputShape(const Shape& input);

  // Variables in Keras's order: own first, then sublayers'. `variables` has
  // seed states too, `non_trainable_variables` that of metrics besides.
  std::vector<Variable*> weights() const;
  std::vector<Variable*> trainable_weights() const;
  std::vector<Variable*> non_trainable_weights() const;
  std::vector<Variable*> variables() const;
  std::vector<Variable*> trainable_variables() const;
  std::vector<Variable*> non_trainable_variables() const;
  // Metrics attached to the layer, then its sublayers', and their variables.
  // Their state is the last of non_trainable_variables, in this order.
  std::vector<Metric*> metrics() const;
  std::vector<Variable*> metrics_variables() const;
  // Always an error that says what to do instead, as Keras's.
  absl::Status AddMetric() const;
  // Variables that save_own_variables stores, in its order.
  virtual std::vector<Variable*> own_variables() const;
  // The values of weights(), in its order; an error names what does not fit.
  absl::StatusOr<std::vector<Array>> GetWeights() const;
  absl::Status SetWeights(const std::vector<Array>& values);
  // Scalars in the weights; an error before the layer is built.
  absl::StatusOr<int64_t> count_params() const;

  // Replaces weights by what a mode of quantization keeps of them: "int8", or a
  // configuration made in C++. An error if the layer is not built, is quantized
  // already, has no such mode, or if its class is derived from the one that has
  // it (see QuantizeOptions). Of a model: all its layers that have the mode.
  // Keras: Layer.quantize, Model.quantize.
  virtual absl::Status Quantize(const QuantizationConfig& config,
                                const QuantizeOptions& options = {});
  // Adds a low-rank adaptation to a built layer. Keras: Dense.enable_lora.
  absl::Status EnableLora(const LoraOptions& options);

  // What is saved of the layer's own, without sublayers: own_variables() as
  // "0", "1" and so on, unless the class says otherwise. A store that does not
  // fit is an error that names both sides. Keras: save_own_variables,
  // load_own_variables.
  virtual absl::Status SaveOwnVariables(VariableStore& store) const;
  virtual absl::Status LoadOwnVariables(const VariableStore& store);
  // What calls carry on beside the variables: the states of recurrent layers,
  // sublayers' too. Written by every call, never saved, and not among Keras's
  // variables; keras.layers.RNN.states.
  std::vector<Variable*> states() const;
  // What compiled functions take as non-trainable variables: Keras's, then
  // states().
  std::vector<Variable*> non_trainable_arguments() const;

  // What stands under the name of an attribute: one layer, several (saved under
  // their class names), the seed state of a generator, or a metric.
  struct Child {
    std::string attribute;
    std::vector<Layer*> layers = {};
    bool is_list = false;
    Variable* seed = nullptr;
    std::shared_ptr<Metric> metric = nullptr;
  };
  // In order of attachment.
  const std::vector<Child>& children() const { return children_; }
  std::vector<Layer*> sublayers() const;
  // Sublayers of all depths in the order of Keras's _flatten_layers: first to
  // last, but those of sublayers last to first.
  std::vector<Layer*> FlattenLayers() const;

  // The configuration as Keras writes it. Errors of Configure name the key.
  absl::Status Configure(const Value& config);
  virtual Value GetConfig();
  // The shapes that the layer was built from: {"input_shape": ...}, or
  // {"shapes_dict": ...} of several; None before.
  virtual Value GetBuildConfig() const;
  // Builds the layer from such a configuration; None does nothing. Keras:
  // build_from_config.
  virtual absl::Status BuildFromConfig(const Value& config);
  // What a model is trained with; None of other layers.
  virtual Value GetCompileConfig() const { return Value(); }

  // Makes the variables for a call with these arguments, or from a shape alone,
  // if they are not there yet: for wrappers; the call operator does it too. The
  // first needs a CallScope.
  absl::Status EnsureBuilt(const Arguments& arguments);
  absl::Status EnsureBuilt(const Shape& input);

  // What it was built by: the arguments of that call, their tensors described
  // by KerasTensors. Empty before.
  const Arguments& built_arguments() const { return built_arguments_; }

  // The masks of the outputs, in their order, from the first argument and its
  // masks: a tensor, or a nest of tensors and None. Of a layer that supports
  // masking, those of the inputs by default; an output that bears a mask
  // already keeps it. Of one that does not, masks are dropped, with a warning
  // (warning.h). Keras: compute_mask.
  virtual Value ComputeMask(const Value& inputs, const CallContext& context);
  virtual bool supports_masking() const { return false; }

  // For the makers of layers: starts a layer made in C++, and names the class.
  void Start(const std::type_info& type, LayerOptions options);
  void set_registered_name(const std::string& name);
  // Lets the paths of its variables begin with it, wherever it is built.
  void MakeRoot() { is_root_ = true; }
  bool is_root() const { return is_root_; }
  void set_status(absl::Status status) { made_ = std::move(status); }

 protected:
  Layer() : remat_(RematScope::Current()) {}

  // For layers to override: the configuration, the variables, the computation.
  virtual void Describe(Fields& fields) {}
  // After the options are there: makes sublayers and weights that need no
  // shape, checks options.
  virtual absl::Status Configured() { return absl::OkStatus(); }
  virtual absl::Status Build(const Shape& input);
  virtual absl::Status BuildFrom(const Arguments& arguments);
  // One of these: of one tensor; of one tensor, by training or its mask; of
  // whatever the call is given.
  virtual Tensor Call(const Tensor& x);
  virtual Tensor CallIn(const CallContext& context, const Tensor& x);
  // What calls and builds take, in order: a class that takes more than its
  // inputs names it all here, for a call is refused what is not named.
  virtual CallSignature signature() const { return {}; }
  virtual Value CallWith(const CallContext& context,
                         const Arguments& arguments);
  // The modes of quantization that the layer has; CallWith computes in the one
  // that dtype_policy() says.
  virtual std::vector<std::string> quantization_modes() const { return {}; }
  // The class that they were written for: one derived from it is refused while
  // types are checked.
  virtual const std::type_info& quantized_class() const {
    return typeid(*this);
  }
  // Replaces the weights by those of `policy`, which is that of the layer from
  // then on; Quantize has checked its mode.
  virtual absl::Status QuantizeWeights(const QuantizationConfig& config,
                                       const DTypePolicy& policy);
  // Adds the weights of an adaptation.
  virtual absl::Status AddLora(const LoraOptions& options);
  // CallWith, its operations marked for rematerialization as the RematScope
  // asks for that the layer was made in. Keras: rematerialized_call.
  virtual Value RematerializedCall(const CallContext& context,
                                   const Arguments& arguments);
  // Whether inputs are cast to the compute dtype.
  virtual bool casts_inputs() const { return true; }
  // Whether state may be added after the layer was built.
  virtual bool grows() const { return false; }
  // `training` where neither the call nor an outer one says it: the default of
  // Keras's argument. None leaves it to the layers that this one calls.
  virtual std::optional<bool> training_default() const { return std::nullopt; }

  // False of classes that Keras builds when they are made (_build_at_init),
  // which have no build configuration.
  virtual bool keeps_build_shapes() const { return true; }

  // In Configured or Build. Errors are those of the call, or of status().
  Weight AddWeight(WeightSpec spec);
  // Lets go of a weight of its own.
  void RemoveWeight(const Weight& weight);
  // Adds a state of zeros, see states().
  Variable* AddState(const std::string& name, const Shape& shape);
  // Tracks a variable that another layer made; once only.
  void Track(const Weight& weight);
  // Adds the seed state of a generator under an attribute; null if the dropout
  // rate or the like means that none is needed.
  // The state begins as [seed, 0], as Keras's does; without a seed Keras draws
  // one, and here it is 0.
  Variable* AddSeed(const std::string& attribute,
                    std::optional<int64_t> seed = std::nullopt);
  // Takes a sublayer under an attribute.
  template <typename T>
  T* Track(const std::string& attribute, std::shared_ptr<T> layer) {
    T* raw = layer.get();
    Attach({.attribute = attribute, .layers = {raw}}, {std::move(layer)});
    return raw;
  }
  template <typename T>
  T* Track(const std::string& attribute, std::unique_ptr<T> layer) {
    return Track(attribute, std::shared_ptr<T>(std::move(layer)));
  }
  // Takes a seed generator: its state becomes the layer's.
  void Track(const std::string& attribute, const SeedGenerator& generator);
  // Takes a metric: its state becomes the layer's.
  void Track(const std::string& attribute, const MetricPtr& metric);
  // Several under one attribute; those of a second time come after the first.
  void TrackList(const std::string& attribute,
                 std::vector<std::shared_ptr<Layer>> layers);
  void TrackList(const std::string& attribute,
                 std::vector<std::unique_ptr<Layer>> layers) {
    TrackList(attribute, std::vector<std::shared_ptr<Layer>>(
                             std::make_move_iterator(layers.begin()),
                             std::make_move_iterator(layers.end())));
  }
  // Lets go of what stands under an attribute.
  void Untrack(const std::string& attribute);
  void set_children(std::vector<Child> children) {
    children_ = std::move(children);
    Changed();
  }
  // What is traced of the layer is another computation from now on: its
  // variables, its parts, or options that its call reads.
  void Changed();

  // For a class whose name in files is not that of Keras's Python class, by
  // which weights and default names go.
  void set_class_name(std::string name) { class_name_ = std::move(name); }

  // The computation of `layer` alone: without the casts, masks and losses that
  // the call operator adds. Keras: layer.call.
  static Value CallOf(Layer& layer, const CallContext& context,
                      const Arguments& arguments);
  // What `call` returns within this layer, see ComputeOutputSpec.
  absl::StatusOr<Value> SpecWithin(
      const Arguments& arguments,
      const std::function<Value(const Arguments&)>& call);
  // Builds on such arguments, in a trace that is thrown away.
  absl::Status BuildOn(const Arguments& arguments);
  // For what can be taken apart again.
  void set_built(bool built) { built_ = built; }

  // Notes an error in the current trace.
  static Tensor Fail(const std::string& message);
  // Adds a scalar loss to those of this call.
  void AddLoss(const Tensor& loss);
  const Regularizer& activity_regularizer() const {
    return activity_regularizer_;
  }
  void set_activity_regularizer(Regularizer regularizer) {
    activity_regularizer_ = std::move(regularizer);
  }
  void set_autocast(bool autocast) { autocast_ = autocast; }

 private:
  struct Own {
    std::shared_ptr<Variable> variable;
    // Which of Keras's lists it is in, whatever became of it since.
    bool trainable = true;
    bool is_seed = false;
  };

  void Attach(Child child, std::vector<std::shared_ptr<Layer>> layers);
  // Notes what is wrong: an error of the current trace, else of status().
  void Refuse(absl::Status status);
  // False, with the error noted, if no state may be added now.
  bool MayGrow(const std::string& what);
  Variable* TrackSeed(const std::string& attribute,
                      std::shared_ptr<Variable> state);
  int64_t version() const;
  void ClearLosses();
  std::vector<Tensor> Penalties() const;
  std::string PathOf(const std::string& name) const;
  absl::Status CheckPolicy() const;
  // Finds the policy of its own path, in a map.
  void FindPolicy(const std::string& path);
  CallScope::Frame FrameIn(const CallScope& scope);
  // The arguments that a build configuration describes, as KerasTensors.
  absl::StatusOr<Arguments> BuildArguments(const Value& config) const;
  absl::Status MakeVariables(const Arguments& arguments);
  // Builds the sublayers of a class without a Build, by a call on what the
  // layer was built by. Keras: a symbolic run.
  absl::Status BuildParts();
  // Gather from the layer and its sublayers.
  template <typename T>
  struct Distinct;
  void Collect(bool seeds, Distinct<Variable>& all) const;
  void Collect(Distinct<Metric>& all) const;
  void CollectStates(Distinct<Variable>& all) const;
  absl::Status CheckInputs(const Arguments& arguments) const;
  Arguments CastInputs(const Arguments& given) const;
  Arguments WithFirstArgument(const Arguments& given) const;
  // Whether the signature can take them.
  absl::Status CheckArguments(const Arguments& arguments) const;
  // The tensor arguments by name, in order; `<name>` of those that the
  // signature does not name.
  Value::Entries TensorArguments(const Arguments& arguments) const;
  void AddMasks(Arguments& arguments) const;
  CallContext ContextOf(const Arguments& arguments,
                        std::optional<bool> training) const;
  void SetMasks(const Arguments& arguments, const CallContext& context,
                const std::vector<Tensor>& outputs);
  Value BuildConfigOf(const Arguments& arguments) const;
  Value TraceCall(const Arguments& arguments);
  Value SymbolicCall(const Arguments& arguments);
  void Regularize(const std::vector<Tensor>& outputs);

  std::string name_;
  std::string class_name_;
  std::string registered_name_;
  std::string path_;
  absl::Status made_;
  bool trainable_ = true;
  bool autocast_ = true;
  bool built_ = false;
  bool locked_ = false;
  bool is_root_ = false;
  bool has_build_ = true;  // whether the class has a Build of its own
  bool warned_of_mask_ = false;
  DTypePolicy policy_ = config::dtype_policy(), own_policy_;
  RematMode remat_;
  Regularizer activity_regularizer_;
  std::vector<InputSpec> input_spec_;
  Value build_config_;
  Arguments built_arguments_;
  std::vector<Own> own_;
  std::vector<std::unique_ptr<Variable>> states_;
  std::vector<std::shared_ptr<Layer>> owned_;
  std::vector<Child> children_;
  std::vector<Array> losses_;
  int64_t version_ = 0;
  ConcreteCalls concrete_calls_;
};

// A layer whose configuration is a struct of options: its fields, named as
// Keras's arguments, and a member `void Describe(Fields&)`.
template <typename O>
class LayerWith : public Layer {
 public:
  using Options = O;
  const Options& options() const { return options_; }
  // Before the layer is started.
  void set_options(Options options) { options_ = std::move(options); }

 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  Options options_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_LAYER_H_

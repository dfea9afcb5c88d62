// Layer: state and a computation on tensors. Keras: keras.Layer.
//
// A layer describes its configuration (Describe), makes its variables from the
// shape of its input (Build) and computes (Call). Everything else -- casting,
// building on the first call, masks, `training`, losses -- happens in the call
// operator, as Keras does it.
//
//   class Scale : public Layer {
//    public:
//     absl::Status Build(const Shape& input) override {
//       scale_ = AddWeight({.name = "scale", .shape = {input.back()}});
//       return absl::OkStatus();
//     }
//     Tensor Call(const Tensor& x) override { return x * *scale_; }
//    private:
//     Variable* scale_;
//   };
//   KERATIN_REGISTER_LAYER("my_package", Scale);
#ifndef KERATIN_LAYERS_BASE_LAYER_H_
#define KERATIN_LAYERS_BASE_LAYER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "layers/base/call_scope.h"
#include "layers/base/concrete_call.h"
#include "layers/base/dtype_policy.h"
#include "layers/base/fields.h"
#include "layers/base/value.h"
#include "layers/base/variable.h"

namespace keratin {

// What a call knows besides its arguments.
struct CallContext {
  bool training = false;
  // The mask of each tensor of the first argument (not ok(): none).
  std::vector<Tensor> masks;
  // The mask that the caller gave, or the one that the only tensor bears.
  Tensor mask;
};

class Layer {
 public:
  virtual ~Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  const std::string& name() const { return name_; }
  // Keras's class name.
  const std::string& class_name() const { return class_name_; }
  bool built() const { return built_; }
  bool trainable() const { return trainable_; }
  void set_trainable(bool trainable) { trainable_ = trainable; }
  const DTypePolicy& dtype_policy() const { return policy_; }
  DType compute_dtype() const { return policy_.compute_dtype(); }
  DType variable_dtype() const { return policy_.variable_dtype(); }

  // Calls the layer in the current CallScope. An error poisons the result and
  // is kept by the trace.
  Value operator()(const Arguments& arguments);
  Tensor operator()(const Tensor& x);
  // Calls the layer on Arrays, through the compiler that the program links
  // (evaluator.h), and assigns the variables that the call writes.
  absl::StatusOr<Array> operator()(const Array& x);
  absl::StatusOr<ConcreteResults> CallOnArrays(const Arguments& arguments);

  // Variables in Keras's order: own first, then seed states, then sublayers'.
  std::vector<Variable*> variables() const;
  std::vector<Variable*> trainable_variables() const;
  std::vector<Variable*> non_trainable_variables() const;
  // Variables that save_own_variables stores, in its order.
  virtual std::vector<Variable*> own_variables() const;
  int64_t count_params() const;
  // What calls carry on beside the variables: the states of recurrent layers,
  // sublayers' too. Written by every call, never saved, and not among Keras's
  // variables; keras.layers.RNN.states.
  std::vector<Variable*> states() const;
  // What a compiled call takes as non-trainable variables: Keras's, then
  // states().
  std::vector<Variable*> non_trainable_arguments() const;

  // A part that is saved under the name of an attribute: one layer, several
  // (saved under their class names), or the seed state of a generator.
  struct Child {
    std::string attribute;
    std::vector<Layer*> layers;
    bool is_list = false;
    Variable* seed = nullptr;
  };
  // In order of attachment.
  const std::vector<Child>& children() const { return children_; }
  std::vector<Layer*> sublayers() const;

  // The configuration. Errors name the key.
  absl::Status Configure(const Value& config);
  Value GetConfig();

  // Makes the variables for a call with these arguments, if they are not there
  // yet: for wrappers; the call operator does it too. Needs a CallScope.
  absl::Status EnsureBuilt(const Arguments& arguments);

  // The mask of the outputs, from the inputs and their masks (not ok(): none).
  // By default the mask of the input if the layer supports masking.
  virtual Tensor ComputeMask(const Value& inputs, const CallContext& context);
  virtual bool supports_masking() const { return false; }
  // Whether the call itself gives its outputs their masks, as a model does.
  virtual bool keeps_masks() const { return false; }

 protected:
  Layer() = default;

  // For layers to override: the configuration, the variables, the computation.
  virtual void Describe(Fields& fields) {}
  // After the configuration has been read: makes sublayers, checks fields.
  virtual absl::Status Configured() { return absl::OkStatus(); }
  virtual absl::Status Build(const Shape& input) { return absl::OkStatus(); }
  virtual absl::Status BuildFrom(const Arguments& arguments);
  virtual Tensor Call(const Tensor& x);
  virtual Value CallWith(const CallContext& context,
                         const Arguments& arguments);
  // Whether inputs are cast to the compute dtype (and variables while called).
  virtual bool casts_inputs() const { return true; }

  Variable* AddWeight(WeightSpec spec);
  // Adds a state of zeros, see states().
  Variable* AddState(const std::string& name, const Shape& shape);
  // Adds the seed state of a generator under an attribute; null if the dropout
  // rate or the like means that none is needed.
  // The state begins as [seed, 0], as Keras's does; without a seed Keras draws
  // one, and here it is 0.
  Variable* AddSeed(const std::string& attribute,
                    std::optional<int64_t> seed = std::nullopt);
  // The key to draw from now, [seed, counter]; counts the generator's state
  // on. Keras: SeedGenerator.next.
  static Tensor NextSeed(const Variable& state);
  // Takes a sublayer under an attribute.
  template <typename T>
  T* Track(const std::string& attribute, std::unique_ptr<T> layer) {
    T* raw = layer.get();
    owned_.push_back(std::move(layer));
    children_.push_back({attribute, {raw}, false, nullptr});
    return raw;
  }
  // Several under one attribute.
  void TrackList(const std::string& attribute,
                 std::vector<std::unique_ptr<Layer>> layers);
  void set_children(std::vector<Child> children) {
    children_ = std::move(children);
  }

  // The computation of `layer` alone: without the casts, masks and losses that
  // the call operator adds. Keras: layer.call.
  static Value CallOf(Layer& layer, const CallContext& context,
                      const Arguments& arguments);
  // For a class whose name in files is not that of Keras's Python class, by
  // which weights and default names go.
  void set_class_name(std::string name) { class_name_ = std::move(name); }

  // Notes an error in the current trace.
  static Tensor Fail(const std::string& message);
  static void AddLoss(const Tensor& loss);
  void set_activity_regularizer(Value regularizer) {
    activity_regularizer_ = std::move(regularizer);
  }

 private:
  friend class LayerRegistry;
  // Enters the layer's path and types for as long as it lives.
  class Entered;

  absl::Status MakeVariables(const Arguments& arguments);

  struct Weight {
    std::unique_ptr<Variable> variable;
    bool is_seed = false;
  };

  std::string name_;
  std::string class_name_;
  bool trainable_ = true;
  bool built_ = false;
  DTypePolicy policy_;
  Value activity_regularizer_;
  std::vector<Weight> weights_;
  std::vector<std::unique_ptr<Variable>> states_;
  std::vector<std::unique_ptr<Layer>> owned_;
  std::vector<Child> children_;
  ConcreteCalls concrete_calls_;
};

// The classes that files may name: by class name, or `package>Name` for custom
// ones.
class LayerRegistry {
 public:
  using Factory = std::function<std::unique_ptr<Layer>()>;
  static bool Register(const std::string& name, Factory factory);
  // Null if the class is unknown.
  static std::unique_ptr<Layer> Create(const std::string& class_name);
  static bool Has(const std::string& class_name);
  // A configured layer from Keras's serialized form {class_name, config, ..}.
  static absl::StatusOr<std::unique_ptr<Layer>> Deserialize(
      const Value& serialized);
};

// Registers a layer of Keras, or a custom one under its package.
#define KERATIN_REGISTER_LAYER(package, Class)                                 \
  [[maybe_unused]] static const bool keratin_registered_##Class =              \
      ::keratin::LayerRegistry::Register(                                      \
          std::string(package) == "keras" ? #Class                             \
                                          : std::string(package) + ">" #Class, \
          [] { return std::unique_ptr<::keratin::Layer>(new Class()); })

// The value of a regularizer, as Keras serializes it, at x; an error in the
// trace for one that is unknown.
Tensor Regularize(const Value& regularizer, const Tensor& x);

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_LAYER_H_

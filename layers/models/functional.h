// Functional: a graph of layers between inputs and outputs. Keras: keras.Model
// built from tensors.
//
//   KerasTensor x = Input({.shape = {{8}}});
//   KerasTensor y = Dense({.units = 2})(x);
//   absl::StatusOr<ModelPtr> model = MakeModel(x, y, {.name = "two"});
#ifndef KERATIN_LAYERS_MODELS_FUNCTIONAL_H_
#define KERATIN_LAYERS_MODELS_FUNCTIONAL_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "layers/base/layer_ptr.h"
#include "layers/models/graph.h"
#include "layers/models/model.h"

namespace keratin {

class Functional : public Model {
 public:
  std::vector<ModelInput> inputs() const override { return inputs_; }
  bool saves_layers() const override { return true; }
  std::vector<Layer*> layers() const override { return layers_; }
  std::vector<std::string> output_layers() const override;
  bool sequential_like() const override;
  std::string module() const override { return "keras.src.models.functional"; }
  Value GetConfig() override;
  Value GetBuildConfig() const override;

  // Before the layer is started: the graph between these KerasTensors, nests of
  // them as Keras takes them. An error names the tensor or layer.
  absl::Status Connect(const Value& inputs, const Value& outputs);

 protected:
  void Describe(Fields& fields) override;
  absl::Status Configured() override;
  absl::Status BuildFrom(const Arguments&) override { return absl::OkStatus(); }
  CallSignature signature() const override {
    return {.arguments = {"inputs", "training", "mask"},
            .takes_others = true,
            .takes_none = true};  // for optional inputs
  }
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;
  bool casts_inputs() const override { return false; }
  bool grows() const override { return true; }

 private:
  absl::Status ReadOperation(const Value& serialized);
  absl::Status Finish();
  // The leaves of an argument in the order of the inputs.
  Value::Items OrderInputs(const Value& given);
  Value FitInput(const Value& given, const ModelInput& input);
  Value Run(const Graph::Call& call, std::optional<bool> training,
            std::map<TensorReference, Value>& values);
  void Record(std::vector<LayerRecord> records);

  Value layer_configs_, input_config_, output_config_;
  Value input_nest_, outputs_;  // with references as leaves
  std::vector<ModelInput> inputs_;
  std::vector<TensorReference> input_references_;
  Graph graph_;
  std::vector<Layer*> layers_;
};

using ModelPtr = LayerPtrTo<Model>;

// A model of everything between `inputs` and `outputs`: KerasTensors, or lists
// or dictionaries of them. Keras: keras.Model(inputs, outputs).
absl::StatusOr<ModelPtr> MakeModel(const Value& inputs, const Value& outputs,
                                   LayerOptions options = {});
absl::StatusOr<ModelPtr> MakeModel(const std::vector<KerasTensor>& inputs,
                                   const std::vector<KerasTensor>& outputs,
                                   LayerOptions options = {});

}  // namespace keratin

#endif  // KERATIN_LAYERS_MODELS_FUNCTIONAL_H_

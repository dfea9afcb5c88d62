// Sequential: layers one after the other. Keras: keras.Sequential.
//
//   Sequential model({Input({.shape = {{784}}}), Dense({.units = 64}),
//                     Dense({.units = 10, .activation = "softmax"})});
//   absl::Status status = model.Add(Softmax());
#ifndef KERATIN_LAYERS_MODELS_SEQUENTIAL_H_
#define KERATIN_LAYERS_MODELS_SEQUENTIAL_H_

#include <initializer_list>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "layers/base/layer_ptr.h"
#include "layers/core/input_layer.h"
#include "layers/models/model.h"

namespace keratin {

// With an Input first, or a model of one input, layers are built as they are
// added; without, by the first call.
class SequentialModel : public Model {
 public:
  std::vector<ModelInput> inputs() const override;
  bool saves_layers() const override { return true; }
  std::vector<Layer*> layers() const override;
  std::vector<std::string> output_layers() const override {
    return layers_.empty() ? std::vector<std::string>()
                           : std::vector{layers_.back()->name()};
  }
  std::string module() const override { return "keras"; }
  Value GetConfig() override;

  // At the end. An error if the name is taken, if it is a second input, or that
  // of its build; the layer is in the model then, as in Keras.
  absl::Status Add(std::shared_ptr<Layer> layer);
  // Takes the last layer away; an error if there is none.
  absl::Status Pop();

 protected:
  void Describe(Fields& fields) override;
  absl::Status Configured() override;
  absl::Status BuildFrom(const Arguments& arguments) override;
  CallSignature signature() const override {
    return {.arguments = {"inputs", "training", "mask"},
            .takes_others = true,
            .takes_none = true};  // as its first layer says
  }
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;
  bool casts_inputs() const override { return false; }
  bool grows() const override { return true; }

 private:
  absl::Status Begin(const Shape& batch_shape);
  absl::Status Append(std::shared_ptr<Layer> layer);
  absl::Status Rebuild();
  absl::Status Extend();

  Value layer_configs_, build_input_shape_;
  std::shared_ptr<InputLayer> input_;  // null: not known yet
  std::vector<std::shared_ptr<Layer>> layers_;
  // What the first `reached_` of them make of the input, as KerasTensors.
  Value output_;
  size_t reached_ = 0;
};

class Sequential : public LayerPtrTo<SequentialModel> {
 public:
  // A layer, or an Input as the first.
  class Item {
   public:
    Item(const LayerPtr& layer) : layer_(layer.shared()) {}  // NOLINT
    Item(const KerasTensor& input);                          // NOLINT
    const std::shared_ptr<Layer>& layer() const { return layer_; }
    const absl::Status& status() const { return status_; }

   private:
    std::shared_ptr<Layer> layer_;
    absl::Status status_;
  };

  // What cannot be added is the error of its status(), and of every call.
  explicit Sequential(std::initializer_list<Item> layers = {},
                      LayerOptions options = {});
  explicit Sequential(const std::vector<Item>& layers,
                      LayerOptions options = {});

  absl::Status Add(const Item& item) const;
  absl::Status Pop() const { return (*this)->Pop(); }
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_MODELS_SEQUENTIAL_H_

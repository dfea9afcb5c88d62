// Bidirectional: a recurrent layer forwards and one backwards, their outputs
// merged. Keras: keras.layers.Bidirectional.
//
// The backward layer is given, or a copy of the first that runs backwards; its
// outputs are turned round, so that all are in the order of the steps. The
// first half of `initial_state` is the forward layer's.
#ifndef KERATIN_LAYERS_RNN_BIDIRECTIONAL_H_
#define KERATIN_LAYERS_RNN_BIDIRECTIONAL_H_

#include <optional>
#include <string>

#include "layers/base/layer.h"
#include "layers/rnn/recurrent_layer.h"

namespace keratin {

struct BidirectionalOptions {
  // Layers as Keras serializes them; none: made from the first.
  Value layer = {};
  Value backward_layer = {};
  // "sum", "mul", "concat" or "ave"; none: both outputs are returned.
  std::optional<std::string> merge_mode = "concat";

  void Describe(Fields& f) {
    f.Required("layer")("layer", layer)("backward_layer", backward_layer)(
        "merge_mode", merge_mode);
  }
};

class Bidirectional : public Layer {
 public:
  bool supports_masking() const override { return true; }
  bool keeps_masks() const override { return true; }

 protected:
  void Describe(Fields& f) override { options_.Describe(f); }
  absl::Status Configured() override;
  absl::Status BuildFrom(const Arguments&) override { return absl::OkStatus(); }
  CallSignature signature() const override {
    return {.arguments = {"sequences", "initial_state", "mask", "training"},
            .shapes = {"sequences_shape", "initial_state_shape"}};
  }
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;
  Tensor ComputeMask(const Value& inputs, const CallContext& context) override;

 private:
  // The outputs merged: one tensor, or two.
  Value::Items Merge(const Tensor& forward, const Tensor& backward) const;

  BidirectionalOptions options_;
  RecurrentLayer* forward_ = nullptr;
  RecurrentLayer* backward_ = nullptr;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_BIDIRECTIONAL_H_

// RecurrentLayer: runs a cell along a sequence; what RNN, LSTM and all others
// have in common.
//
// [batch, time, ...] -> the last output [batch, ...], or with return_sequences
// all of them [batch, time, ...]; with return_state the last states follow in
// the structure that the cell gives them.
//
// The loop is one scan over the time axis, whose length may be unknown. Masked
// steps keep the states. `unroll` is a choice of how Keras runs the loop; here
// it decides what masked steps put out, and nothing else.
#ifndef KERATIN_LAYERS_RNN_RECURRENT_LAYER_H_
#define KERATIN_LAYERS_RNN_RECURRENT_LAYER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "layers/base/layer.h"
#include "layers/rnn/recurrent_cell.h"

namespace keratin {

// What every recurrent layer takes besides the options of its cell.
struct Recurrence {
  bool return_sequences = false, return_state = false;
  bool go_backwards = false, stateful = false, unroll = false;
  bool zero_output_for_mask = false;
};

// The same, as fields of the options of a layer.
template <typename O>
void DescribeRecurrence(Fields& f, O& o) {
  f("return_sequences", o.return_sequences)("return_state", o.return_state)(
      "go_backwards", o.go_backwards)("stateful", o.stateful)(
      "unroll", o.unroll)("zero_output_for_mask", o.zero_output_for_mask);
}

class RecurrentLayer : public Layer {
 public:
  bool supports_masking() const override { return true; }

  virtual Recurrence recurrence() const = 0;
  // Bidirectional wants it of its layers.
  virtual void set_zero_output_for_mask(bool zero) = 0;

 protected:
  absl::Status Build(const Shape& sequences) override;
  CallSignature signature() const override {
    return {.arguments = {"sequences", "initial_state", "mask", "training"},
            .shapes = {"sequences_shape", "initial_state_shape"}};
  }
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;
  // The first output may bear a mask, states never do.
  Value ComputeMask(const Value& inputs, const CallContext& context) override;
  std::optional<bool> training_default() const override { return false; }

  // In Configured: the cell to run, an error if the layer is none.
  absl::Status SetCell(const LayerPtr& cell);
  // What a cell that the layer makes itself is like.
  LayerOptions OwnCell(const char* name) const {
    return {.name = name, .trainable = trainable(), .dtype = dtype_policy()};
  }
  // Axes of the sequences; 0: any number.
  virtual int sequence_rank() const { return 0; }

 private:
  struct Run {
    Tensor output;               // all outputs, or the last
    std::vector<Tensor> states;  // the last ones
  };
  Run RunCell(const Tensor& sequences, const Value& initial,
              const Tensor& mask);
  // The states to begin with.
  Value BeginWith(const Value* given, const Shape& step);

  RecurrentCell* cell_ = nullptr;
};

// The same of a class of options.
template <typename O>
class RecurrentLayerOf : public RecurrentLayer {
 public:
  using Options = O;
  void set_options(Options options) { options_ = std::move(options); }

  Recurrence recurrence() const override {
    return {.return_sequences = options_.return_sequences,
            .return_state = options_.return_state,
            .go_backwards = options_.go_backwards,
            .stateful = options_.stateful,
            .unroll = options_.unroll,
            .zero_output_for_mask = options_.zero_output_for_mask};
  }
  void set_zero_output_for_mask(bool zero) override {
    options_.zero_output_for_mask = zero;
  }

 protected:
  void Describe(Fields& f) override { options_.Describe(f); }

  Options options_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_RECURRENT_LAYER_H_

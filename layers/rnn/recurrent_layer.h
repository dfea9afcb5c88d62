// RecurrentLayer: runs a cell along a sequence; what RNN, LSTM and all others
// have in common.
//
// [batch, time, ...] -> the last output [batch, ...], or with return_sequences
// all of them [batch, time, ...]; with return_state the last states follow in
// the structure that the cell gives them.
//
// The loop is one scan over the time axis, whose length may be unknown. Masked
// steps keep the states. `unroll` is a choice of how Keras runs the loop; here
// it decides what masked steps put out, and that time must be known.
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
struct RecurrenceOptions {
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;
  bool zero_output_for_mask = false;

  void Describe(Fields& f) {
    f("return_sequences", return_sequences)("return_state", return_state)(
        "go_backwards", go_backwards)("stateful", stateful)("unroll", unroll)(
        "zero_output_for_mask", zero_output_for_mask);
  }
};

class RecurrentLayer : public Layer {
 public:
  bool supports_masking() const override { return true; }
  // The first output may bear a mask, states never do.
  bool keeps_masks() const override { return true; }

  virtual RecurrenceOptions& recurrence() = 0;

 protected:
  absl::Status Build(const Shape& sequences) override;
  CallSignature signature() const override {
    return {.arguments = {"sequences", "initial_state", "mask", "training"},
            .shapes = {"sequences_shape", "initial_state_shape"}};
  }
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;
  Tensor ComputeMask(const Value& inputs, const CallContext& context) override;

  // In Configured.
  void SetCell(std::unique_ptr<RecurrentCell> cell) {
    cell_ = Track("cell", std::move(cell));
  }
  // A cell that the layer makes itself: configured under that name, with the
  // layer's types.
  absl::Status SetCell(std::unique_ptr<RecurrentCell> cell,
                       const std::string& name, Value config);
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

// A recurrent layer whose options are those of its cell and its own:
//
//   struct LSTMOptions : LSTMCellOptions, RecurrenceOptions {
//     using Cell = LSTMCellOptions;
//   };
template <typename O>
class RecurrentLayerOf : public RecurrentLayer {
 public:
  RecurrenceOptions& recurrence() override { return options_; }

 protected:
  void Describe(Fields& f) override {
    options_.RecurrenceOptions::Describe(f);
    options_.O::Cell::Describe(f);
  }
  // The cell, under the name that Keras gives it.
  absl::Status SetOwnCell(std::unique_ptr<RecurrentCell> cell,
                          const std::string& name) {
    Fields fields;
    options_.O::Cell::Describe(fields);
    return SetCell(std::move(cell), name, fields.TakeConfig());
  }

  O options_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_RECURRENT_LAYER_H_

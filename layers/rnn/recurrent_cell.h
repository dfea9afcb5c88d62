// RecurrentCell: one step of a recurrence, which RNN runs along a sequence.
//
// A cell says how large its states are and computes one step. It is a layer
// called as cell(inputs, states) -> (output, new states); states are a list of
// tensors, or the tensor alone if there is one. Keras: what keras.layers.RNN
// asks of a cell.
//
//   class Sum : public RecurrentCell {
//    public:
//     std::vector<int64_t> state_size() const override { return {units_}; }
//    protected:
//     StepResult Step(const Tensor& x, const std::vector<Tensor>& states,
//                     bool training) override {
//       Tensor y = x + states[0];
//       return {y, {y}};
//     }
//   };
#ifndef KERATIN_LAYERS_RNN_RECURRENT_CELL_H_
#define KERATIN_LAYERS_RNN_RECURRENT_CELL_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "layers/base/layer_ptr.h"

namespace keratin {

class RecurrentCell : public Layer {
 public:
  // Features of each state, flattened: states are of shape [batch, features]
  // unless InitialState and OutputShape say otherwise.
  virtual std::vector<int64_t> state_size() const = 0;
  // The shape of the output for inputs of shape `step`, [batch, ...].
  virtual Shape OutputShape(const Shape& step) const;
  // States to begin with, for inputs of shape `step`: zeros, in a list.
  // Keras: get_initial_state.
  virtual Value InitialState(const Shape& step) const;

  // Begins a run of several steps, which share their dropout masks: they are
  // drawn here, for inputs of shape `step` and type `dtype`, whether training
  // or not, as Keras does it.
  virtual void BeginRun(const Shape& step, DType dtype, const Value& states) {}
  virtual void EndRun() {}

 protected:
  struct StepResult {
    Tensor output;
    std::vector<Tensor> states;
  };
  // One step; `states` are those of state_size(), in order.
  virtual StepResult Step(const Tensor& x, const std::vector<Tensor>& states,
                          bool training) = 0;
  CallSignature signature() const override {
    return {.arguments = {"inputs", "states"}, .required = 2};
  }
  std::optional<bool> training_default() const override { return false; }
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;
};

// A layer as the cell that it is; an error if it is another kind of layer.
absl::StatusOr<std::shared_ptr<RecurrentCell>> CellOf(const LayerPtr& layer);

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_RECURRENT_CELL_H_

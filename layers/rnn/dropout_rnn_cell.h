// DropoutRNNCell: a cell that drops inputs and states while training.
//
// The masks are ones with dropout applied, drawn once for all steps of a run:
// first those of the inputs, then those of the states, as many of each as the
// cell has gates to drop apart. A cell called outside of a run draws for that
// call. Keras: keras.src.layers.rnn.dropout_rnn_cell.DropoutRNNCell.
#ifndef KERATIN_LAYERS_RNN_DROPOUT_RNN_CELL_H_
#define KERATIN_LAYERS_RNN_DROPOUT_RNN_CELL_H_

#include <optional>
#include <vector>

#include "layers/rnn/recurrent_cell.h"

namespace keratin {

class DropoutRNNCell : public RecurrentCell {
 public:
  void BeginRun(const Shape& step, DType dtype, const Value& states) override;
  void EndRun() override;

 protected:
  // In Configured. Rates outside of [0, 1] count as its ends; `masks` of each
  // kind are drawn.
  void SetDropout(double dropout, double recurrent_dropout, int masks,
                  std::optional<int64_t> seed);

  // The masks for the inputs and the states of this call. None if the rate is
  // 0.
  const std::vector<Tensor>& DropoutMasks(const Tensor& x);
  const std::vector<Tensor>& RecurrentDropoutMasks(const Tensor& state);

  double dropout() const { return dropout_.rate; }
  double recurrent_dropout() const { return recurrent_dropout_.rate; }

  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;

 private:
  struct Masks {
    double rate = 0;
    std::vector<Tensor> drawn = {};
  };
  void Draw(Masks& masks, const Shape& shape, DType dtype);

  Masks dropout_, recurrent_dropout_;
  int count_ = 1;
  bool running_ = false;
  Variable* seed_ = nullptr;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_DROPOUT_RNN_CELL_H_

// StackedRNNCells: cells one above the other as one cell, each taking the
// output of the one below.
//
// Its states are a list with the states of each cell. Keras:
// keras.layers.StackedRNNCells.
#ifndef KERATIN_LAYERS_RNN_STACKED_RNN_CELLS_H_
#define KERATIN_LAYERS_RNN_STACKED_RNN_CELLS_H_

#include <vector>

#include "layers/rnn/recurrent_cell.h"

namespace keratin {

class StackedRNNCells : public RecurrentCell {
 public:
  std::vector<int64_t> state_size() const override;
  Shape OutputShape(const Shape& step) const override;
  Value InitialState(const Shape& step) const override;
  void BeginRun(const Shape& step, DType dtype, const Value& states) override;
  void EndRun() override;

 protected:
  void Describe(Fields& f) override {
    f.Required("cells")("cells", cell_configs_);
  }
  absl::Status Configured() override;
  // Its cells build themselves when they are called.
  absl::Status BuildFrom(const Arguments&) override { return absl::OkStatus(); }
  StepResult Step(const Tensor& x, const std::vector<Tensor>& states,
                  bool training) override;

 private:
  Value cell_configs_;
  std::vector<RecurrentCell*> cells_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_STACKED_RNN_CELLS_H_

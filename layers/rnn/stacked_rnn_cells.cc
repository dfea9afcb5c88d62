#include "layers/rnn/stacked_rnn_cells.h"

#include <memory>
#include <utility>

#include "layers/rnn/recurrent_cell.h"

namespace keratin {
namespace {

class StackedRNNCellsLayer : public RecurrentCell {
 public:
  using Options = StackedRNNCellsOptions;
  void set_options(Options options) { options_ = std::move(options); }

  std::vector<int64_t> state_size() const override {
    std::vector<int64_t> sizes;
    for (const RecurrentCell* cell : cells_) {
      for (int64_t size : cell->state_size()) sizes.push_back(size);
    }
    return sizes;
  }

  Shape OutputShape(const Shape& step) const override {
    Shape shape = step;
    for (const RecurrentCell* cell : cells_) shape = cell->OutputShape(shape);
    return shape;
  }

  Value InitialState(const Shape& step) const override {
    Value::Items states;
    Shape shape = step;
    for (const RecurrentCell* cell : cells_) {
      states.push_back(cell->InitialState(shape));
      shape = cell->OutputShape(shape);
    }
    return Value::List(std::move(states));
  }

  void BeginRun(const Shape& step, DType dtype, const Value& states) override {
    Shape shape = step;
    for (size_t k = 0; k < cells_.size(); ++k) {
      const Value* own = &states;
      if (states.is_sequence() && k < states.items().size())
        own = &states.items()[k];
      cells_[k]->BeginRun(shape, dtype, *own);
      shape = cells_[k]->OutputShape(shape);
      dtype = cells_[k]->compute_dtype();
    }
  }

  void EndRun() override {
    for (RecurrentCell* cell : cells_) cell->EndRun();
  }

 private:
  CallSignature signature() const override {
    return {
        .arguments = {"inputs", "states"}, .required = 2, .takes_others = true};
  }
  void Describe(Fields& f) override { options_.Describe(f); }
  absl::Status Configured() override {
    if (options_.cells.empty())
      return absl::InvalidArgumentError("'cells' must be a list of cells");
    std::vector<std::shared_ptr<Layer>> cells;
    for (const LayerPtr& layer : options_.cells) {
      absl::StatusOr<std::shared_ptr<RecurrentCell>> cell = CellOf(layer);
      if (!cell.ok()) return cell.status();
      cells_.push_back(cell->get());
      cells.push_back(*std::move(cell));
    }
    TrackList("cells", std::move(cells));
    return absl::OkStatus();
  }
  // Its cells build themselves when they are called.
  absl::Status BuildFrom(const Arguments&) override { return absl::OkStatus(); }
  StepResult Step(const Tensor& x, const std::vector<Tensor>& states,
                  bool training) override {
    StepResult result{x, {}};
    auto next = states.begin();
    for (RecurrentCell* cell : cells_) {
      Value::Items own;
      for (size_t k = 0; k < cell->state_size().size(); ++k)
        own.push_back(*next++);
      Value step = (*cell)(
          Arguments{{Value(result.output), Value::List(std::move(own))}, {}});
      if (!step.is_sequence()) return {};
      std::vector<Tensor> values = step.tensors();
      result.output = values[0];
      result.states.insert(result.states.end(), values.begin() + 1,
                           values.end());
    }
    return result;
  }

  Options options_;
  std::vector<RecurrentCell*> cells_;
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", StackedRNNCells, StackedRNNCellsLayer);

}  // namespace keratin

#include "layers/rnn/stacked_rnn_cells.h"

#include <memory>
#include <utility>

namespace keratin {

absl::Status StackedRNNCells::Configured() {
  if (!cell_configs_.is_sequence() || cell_configs_.items().empty())
    return absl::InvalidArgumentError("'cells' must be a list of cells");
  std::vector<std::unique_ptr<Layer>> cells;
  for (const Value& serialized : cell_configs_.items()) {
    auto cell = DeserializeCell(serialized);
    if (!cell.ok()) return cell.status();
    cells_.push_back(cell->get());
    cells.push_back(*std::move(cell));
  }
  TrackList("cells", std::move(cells));
  return absl::OkStatus();
}

std::vector<int64_t> StackedRNNCells::state_size() const {
  std::vector<int64_t> sizes;
  for (const RecurrentCell* cell : cells_) {
    for (int64_t size : cell->state_size()) sizes.push_back(size);
  }
  return sizes;
}

Shape StackedRNNCells::OutputShape(const Shape& step) const {
  Shape shape = step;
  for (const RecurrentCell* cell : cells_) shape = cell->OutputShape(shape);
  return shape;
}

Value StackedRNNCells::InitialState(const Shape& step) const {
  Value::Items states;
  Shape shape = step;
  for (const RecurrentCell* cell : cells_) {
    states.push_back(cell->InitialState(shape));
    shape = cell->OutputShape(shape);
  }
  return Value::List(std::move(states));
}

void StackedRNNCells::BeginRun(const Shape& step, DType dtype,
                               const Value& states) {
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

void StackedRNNCells::EndRun() {
  for (RecurrentCell* cell : cells_) cell->EndRun();
}

RecurrentCell::StepResult StackedRNNCells::Step(
    const Tensor& x, const std::vector<Tensor>& states, bool training) {
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
    result.states.insert(result.states.end(), values.begin() + 1, values.end());
  }
  return result;
}

KERATIN_REGISTER_LAYER("keras", StackedRNNCells);

}  // namespace keratin

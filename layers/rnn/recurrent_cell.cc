#include "layers/rnn/recurrent_cell.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/ops/creation.h"

namespace keratin {

Shape RecurrentCell::OutputShape(const Shape& step) const {
  return {step[0], state_size()[0]};
}

Value RecurrentCell::InitialState(const Shape& step) const {
  Value::Items states;
  for (int64_t size : state_size())
    states.push_back(ops::Zeros({step[0], size}, compute_dtype()));
  return Value::List(std::move(states));
}

Value RecurrentCell::CallWith(const CallContext& context,
                              const Arguments& arguments) {
  const Value* x = arguments.Find(0, "inputs");
  const Value* states = arguments.Find(1, "states");
  if (x == nullptr || !x->is_tensor() || states == nullptr ||
      states->tensors().size() != state_size().size()) {
    return Value(Fail(absl::StrCat("cell '", name(), "' takes an input and ",
                                   state_size().size(), " states")));
  }
  StepResult result = Step(x->as_tensor(), states->tensors(), context.training);
  if (result.states.size() != state_size().size()) return Value(Tensor());
  // In the structure in which they came.
  size_t next = 0;
  return Value::Tuple({result.output, states->MapLeaves([&](const Value&) {
                         return Value(result.states[next++]);
                       })});
}

absl::StatusOr<std::shared_ptr<RecurrentCell>> CellOf(const LayerPtr& layer) {
  if (std::shared_ptr<RecurrentCell> cell = layer.As<RecurrentCell>())
    return cell;
  return absl::InvalidArgumentError(
      layer ? absl::StrCat("'", layer->class_name(),
                           "' is no class of recurrent cells")
            : "a cell is missing");
}

}  // namespace keratin

#include "layers/rnn/recurrent_layer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

// Without the time axis.
Shape StepShape(const Shape& sequences) {
  Shape step{sequences[0]};
  for (size_t axis = 2; axis < sequences.size(); ++axis)
    step.push_back(sequences[axis]);
  return step;
}

// Time first, for the scan, or batch first again.
Tensor SwapTimeAndBatch(const Tensor& x) { return ops::SwapAxes(x, 0, 1); }

// `chosen` where a step is skipped, else `other`; `skipped` is [batch, 1].
Tensor WhereSkipped(const Tensor& skipped, const Tensor& chosen,
                    const Tensor& other) {
  std::vector<int> axes;
  for (int axis = skipped.rank(); axis < other.rank(); ++axis)
    axes.push_back(axis);
  return ops::Where(
      axes.empty() ? skipped : ops::ExpandDims(skipped, ops::Axes(axes)),
      chosen, other);
}

}  // namespace

absl::Status RecurrentLayer::SetCell(const LayerPtr& cell) {
  absl::StatusOr<std::shared_ptr<RecurrentCell>> found = CellOf(cell);
  if (!found.ok()) return found.status();
  if (!cell->status().ok()) return cell->status();
  cell_ = Track("cell", *std::move(found));
  return absl::OkStatus();
}

absl::Status RecurrentLayer::Build(const Shape& sequences) {
  const int rank = sequence_rank();
  if (sequences.rank() < 2 || (rank != 0 && sequences.rank() != rank)) {
    return absl::InvalidArgumentError(
        absl::StrCat("class '", class_name(), "' takes sequences of ",
                     rank == 0 ? "at least 2" : absl::StrCat(rank),
                     " axes, not of shape ", sequences.ToString()));
  }
  if (!recurrence().stateful) return absl::OkStatus();
  if (!sequences[0].IsConstant()) {
    return absl::InvalidArgumentError(
        "a stateful layer needs a known batch size: give the model's input a "
        "batch_size");
  }
  for (const Tensor& state :
       cell_->InitialState(StepShape(sequences)).tensors())
    AddState("rnn_state", state.shape());
  return absl::OkStatus();
}

Value RecurrentLayer::ComputeMask(const Value&, const CallContext& context) {
  return recurrence().return_sequences && !context.masks.empty()
             ? Value(context.masks[0])
             : Value();
}

namespace {

// x, of these sizes or of ones that must turn out to be.
Tensor As(const Tensor& x, const Shape& shape) {
  return !x.ok() || x.shape() == shape || x.rank() != shape.rank()
             ? x
             : ops::Reshape(x, shape);
}

}  // namespace

Value RecurrentLayer::BeginWith(const Value* given, const Shape& step) {
  Value initial = cell_->InitialState(step);
  if (given != nullptr && !given->tensors().empty()) {
    const std::vector<Tensor> like = initial.tensors();
    initial = given->is_tensor() ? Value::List({*given}) : *given;
    size_t place = 0;
    initial = initial.MapLeaves([&](const Value& state) {
      return place < like.size() && state.is_tensor()
                 ? Value(As(state.as_tensor(), like[place++].shape()))
                 : state;
    });
  } else if (recurrence().stateful) {
    const std::vector<Variable*> own = states();
    size_t next = 0;
    initial = initial.MapLeaves(
        [&](const Value&) { return Value(Tensor(*own[next++])); });
  }
  return initial.MapLeaves([&](const Value& state) {
    return Value(ops::Cast(state.as_tensor(), cell_->compute_dtype()));
  });
}

Value RecurrentLayer::CallWith(const CallContext& context,
                               const Arguments& arguments) {
  const Value* sequences = arguments.Find(0, "sequences");
  if (sequences == nullptr || !sequences->is_tensor()) {
    return Value(Fail(absl::StrCat("class '", class_name(),
                                   "' takes one tensor of sequences")));
  }
  const Tensor& x = sequences->as_tensor();
  const Shape step = StepShape(x.shape());
  const Value* given = arguments.Find(1, "initial_state");
  const Value initial = BeginWith(given, step);
  if (initial.tensors().size() != cell_->state_size().size()) {
    return Value(Fail(absl::StrCat(
        "class '", class_name(), "' has ", cell_->state_size().size(),
        " states, and is given ", initial.tensors().size())));
  }
  cell_->BeginRun(step, x.dtype(), initial);
  Run run = RunCell(x, initial, As(context.mask, {x.dim(0), x.dim(1)}));
  cell_->EndRun();
  if (!run.output.ok()) return Value(run.output);
  if (recurrence().stateful) {
    const std::vector<Variable*> own = states();
    for (size_t k = 0; k < own.size(); ++k)
      own[k]->Assign(ops::Cast(run.states[k], own[k]->dtype()));
  }
  if (!recurrence().return_state) return Value(run.output);
  Value::Items results{run.output};
  size_t next = 0;
  for (const Value& state : initial.items()) {
    results.push_back(
        state.MapLeaves([&](const Value&) { return run.states[next++]; }));
  }
  return Value::List(std::move(results));
}

RecurrentLayer::Run RecurrentLayer::RunCell(const Tensor& sequences,
                                            const Value& initial,
                                            const Tensor& mask) {
  const Recurrence o = recurrence();
  std::vector<Tensor> walked = {SwapTimeAndBatch(sequences)};
  if (mask.ok()) {
    // [batch, time], or with more axes: skipped where all of them say so.
    Tensor skipped = ops::LogicalNot(ops::Cast(mask, DType::kBool));
    walked.push_back(SwapTimeAndBatch(
        skipped.rank() == 2 ? ops::ExpandDims(skipped, -1)
                            : ops::All(skipped, -1, /*keepdims=*/true)));
  }
  // The states; and the output of the step before, if that is wanted.
  std::vector<Tensor> carried = initial.tensors();
  const size_t states = carried.size();
  const bool carries_output = !o.return_sequences || (mask.ok() && o.unroll);
  if (carries_output) {
    carried.push_back(ops::Zeros(
        cell_->OutputShape(StepShape(sequences.shape())), compute_dtype()));
  }
  // Keras takes the first state, in a stack that of the last cell, for the
  // output of the step before.
  size_t output_state = 0;
  if (!initial.items().empty() && initial.items()[0].is_sequence()) {
    output_state = states - (initial.items().back().is_sequence()
                                 ? initial.items().back().items().size()
                                 : 1);
  }

  auto body = [&](const Tensor&, absl::Span<const Tensor> before,
                  absl::Span<const Tensor> slices)
      -> std::pair<std::vector<Tensor>, std::vector<Tensor>> {
    size_t next = 0;
    Value nest =
        initial.MapLeaves([&](const Value&) { return Value(before[next++]); });
    Value result = (*cell_)(Arguments{{Value(slices[0]), nest}, {}});
    std::vector<Tensor> after = result.tensors();
    if (after.size() != states + 1) return {};
    Tensor output = after[0];
    after.erase(after.begin());
    if (mask.ok()) {
      const Tensor& skipped = slices[1];
      Tensor instead = o.unroll                 ? before[states]
                       : o.zero_output_for_mask ? ops::ZerosLike(output)
                                                : before[output_state];
      output = WhereSkipped(skipped, instead, output);
      for (size_t k = 0; k < states; ++k)
        after[k] = WhereSkipped(skipped, before[k], after[k]);
    }
    output = ops::Cast(output, compute_dtype());
    if (carries_output) after.push_back(output);
    std::vector<Tensor> stacked;
    if (o.return_sequences) stacked.push_back(output);
    return {std::move(after), std::move(stacked)};
  };
  std::vector<Tensor> results =
      trace::Scan(carried, walked, walked[0].dim(0), o.go_backwards, body);
  if (results.empty()) return {};

  Run run;
  for (size_t k = 0; k < states; ++k)
    run.states.push_back(ops::Cast(results[k], compute_dtype()));
  run.output = results.back();
  if (o.return_sequences) {
    // In the order of the steps.
    if (o.go_backwards) run.output = ops::Flip(run.output, 0);
    run.output = SwapTimeAndBatch(run.output);
  }
  return run;
}

}  // namespace keratin

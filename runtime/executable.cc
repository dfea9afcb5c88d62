// Calls: arguments gathered, results checked, the entry function run.
#include "runtime/executable.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/executable_impl.h"
#include "runtime/frame.h"
#include "runtime/signature.h"

namespace keratin {
namespace {

absl::Status AppendResults(const Signature& signature, const TensorList& list,
                           const int64_t* dims, std::vector<Array>* results) {
  for (size_t i = 0; i < list.specs.size(); ++i) {
    Sizes sizes;
    absl::Status status = signature.SizesOf(list, i, dims, &sizes);
    if (!status.ok()) return status;
    absl::StatusOr<Array> array = Array::Allocate(list.specs[i].dtype, sizes);
    if (!array.ok()) return array.status();
    results->push_back(*std::move(array));
  }
  return absl::OkStatus();
}

// Those of variables[indices], which have constant sizes.
absl::Status AppendVariables(const Signature& signature,
                             absl::Span<const int> indices,
                             std::vector<Array>* results) {
  for (int index : indices) {
    const TensorSpec& spec = signature.variables.specs[index];
    absl::StatusOr<Array> array =
        Array::Allocate(spec.dtype, *spec.shape.AsSizes());
    if (!array.ok()) return array.status();
    results->push_back(*std::move(array));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Array>> ResultsFor(const Signature& signature,
                                              absl::Span<const int> variables,
                                              const int64_t* dims) {
  std::vector<Array> results;
  absl::Status status =
      AppendResults(signature, signature.outputs, dims, &results);
  if (status.ok()) status = AppendVariables(signature, variables, &results);
  if (status.ok()) {
    status = AppendResults(signature, signature.losses, dims, &results);
  }
  if (!status.ok()) return status;
  return results;
}

absl::Status CheckPrepared(const Signature& signature,
                           absl::Span<const Array> buffers) {
  const std::vector<TensorSpec>& specs = signature.prepared.specs;
  bool fits = buffers.size() == specs.size();
  for (size_t i = 0; fits && i < specs.size(); ++i) {
    fits = buffers[i].dtype() == specs[i].dtype &&
           buffers[i].rank() == specs[i].shape.rank();
    for (int axis = 0; fits && axis < buffers[i].rank(); ++axis) {
      fits = specs[i].shape[axis].IsConstant(buffers[i].size(axis));
    }
  }
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "the prepared variables are of another model: call Prepare of this one");
}

// Checks one list of CallInto's results; *next is the place of its first.
absl::Status CheckResults(const Signature& signature, const TensorList& list,
                          absl::string_view what, const int64_t* dims,
                          absl::Span<const Array> results, size_t* next) {
  for (size_t i = 0; i < list.specs.size(); ++i, ++*next) {
    Sizes sizes;
    absl::Status status = signature.SizesOf(list, i, dims, &sizes);
    if (!status.ok()) return status;
    const Array& given = results[*next];
    if (given.dtype() == list.specs[i].dtype && given.sizes() == sizes) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "the ", what, " '", list.specs[i].name, "' is ",
        DTypeName(list.specs[i].dtype), " ", Shape::FromSizes(sizes).ToString(),
        ", but the array given for it is ", DTypeName(given.dtype()), " ",
        given.shape().ToString()));
  }
  return absl::OkStatus();
}

// Runs `call`; everything is checked but the results' buffers.
absl::Status RunCall(const ExecutableImpl& impl, const Prepared& prepared,
                     absl::Span<const Array> state,
                     absl::Span<const Array> inputs, const int64_t* dims,
                     absl::Span<Array> results, Workspace& workspace,
                     const CallOptions& options) {
  absl::StatusOr<int64_t> scratch =
      Signature::WorkspaceBytes(impl.signature.call_workspace, dims);
  if (!scratch.ok()) return scratch.status();
  Frame frame;
  absl::Status status =
      frame.Reserve(prepared.buffers().size() + state.size() + inputs.size(),
                    results.size(), *scratch, workspace);
  if (!status.ok()) return status;
  for (const Array& array : prepared.buffers()) frame.AddArgument(array);
  for (const Array& array : state) frame.AddArgument(array);
  for (const Array& array : inputs) frame.AddArgument(array);
  for (Array& array : results) {
    status = frame.AddResult(array);
    if (!status.ok()) return status;
  }
  return frame.Run(impl.manifest.name(), "call", impl.entry_points.call, dims,
                   options);
}

std::vector<Array> Move(std::vector<Array>& from, size_t begin, size_t count) {
  const auto first = std::make_move_iterator(from.begin() + begin);
  return std::vector<Array>(first, first + count);
}

absl::Status CheckLists(const Signature& signature,
                        absl::Span<const Array> trainable,
                        absl::Span<const Array> non_trainable) {
  absl::Status status = signature.CheckVariables(
      "trainable variable", trainable, signature.trainable);
  if (!status.ok()) return status;
  return signature.CheckVariables("non-trainable variable", non_trainable,
                                  signature.non_trainable);
}

// Checks the arguments of a call; *dims: the symbols' values.
absl::Status CheckCall(const Signature& signature, const Prepared& prepared,
                       absl::Span<const Array> state,
                       absl::Span<const Array> inputs, DimValues* dims) {
  absl::Status status = signature.Bind(inputs, dims);
  if (status.ok()) {
    status =
        signature.CheckVariables("written variable", state, signature.state);
  }
  if (status.ok()) status = CheckPrepared(signature, prepared.buffers());
  return status;
}

const Array& VariableOf(const Signature& signature,
                        absl::Span<const Array> trainable,
                        absl::Span<const Array> non_trainable, int index) {
  return index < signature.trainable_count
             ? trainable[index]
             : non_trainable[index - signature.trainable_count];
}

}  // namespace

absl::StatusOr<Prepared> Executable::Prepare(
    absl::Span<const Array> trainable, absl::Span<const Array> non_trainable,
    const CallOptions& options) const {
  const Signature& signature = impl_->signature;
  absl::Status status = CheckLists(signature, trainable, non_trainable);
  if (!status.ok()) return status;
  if (signature.prepared.specs.empty()) return Prepared(std::vector<Array>());
  // No input is there: a size that depends on one would be an error of ours.
  const DimValues dims(signature.symbols.size(), 0);
  absl::StatusOr<int64_t> scratch =
      Signature::WorkspaceBytes(signature.prepare_workspace, dims.data());
  if (!scratch.ok()) return scratch.status();
  std::vector<Array> results;
  status = AppendResults(signature, signature.prepared, dims.data(), &results);
  if (!status.ok()) return status;
  Workspace workspace;
  Frame frame;
  status = frame.Reserve(signature.prepare_arguments.size(), results.size(),
                         *scratch, workspace);
  if (!status.ok()) return status;
  for (int index : signature.prepare_arguments) {
    frame.AddArgument(VariableOf(signature, trainable, non_trainable, index));
  }
  for (Array& array : results) {
    status = frame.AddResult(array);
    if (!status.ok()) return status;
  }
  status = frame.Run(impl_->manifest.name(), "prepare",
                     impl_->entry_points.prepare, dims.data(), options);
  if (!status.ok()) return status;
  return Prepared(std::move(results));
}

absl::StatusOr<std::vector<Array>> Executable::StateOf(
    absl::Span<const Array> trainable,
    absl::Span<const Array> non_trainable) const {
  const Signature& signature = impl_->signature;
  absl::Status status = CheckLists(signature, trainable, non_trainable);
  if (!status.ok()) return status;
  std::vector<Array> state;
  for (int index : signature.state) {
    state.push_back(VariableOf(signature, trainable, non_trainable, index));
  }
  return state;
}

absl::StatusOr<CallResults> Executable::Call(const Prepared& prepared,
                                             absl::Span<const Array> state,
                                             absl::Span<const Array> inputs,
                                             const CallOptions& options) const {
  const Signature& signature = impl_->signature;
  DimValues dims;
  absl::Status status = CheckCall(signature, prepared, state, inputs, &dims);
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<Array>> arrays =
      ResultsFor(signature, signature.state, dims.data());
  if (!arrays.ok()) return arrays.status();
  Workspace workspace;
  status = RunCall(*impl_, prepared, state, inputs, dims.data(),
                   absl::MakeSpan(*arrays), workspace, options);
  if (!status.ok()) return status;
  CallResults results;
  const size_t outputs = signature.outputs.specs.size();
  results.outputs = Move(*arrays, 0, outputs);
  results.state = Move(*arrays, outputs, state.size());
  results.losses =
      Move(*arrays, outputs + state.size(), signature.losses.specs.size());
  return results;
}

absl::Status Executable::CallInto(const Prepared& prepared,
                                  absl::Span<const Array> state,
                                  absl::Span<const Array> inputs,
                                  absl::Span<Array> results,
                                  Workspace& workspace,
                                  const CallOptions& options) const {
  const Signature& signature = impl_->signature;
  DimValues dims;
  absl::Status status = CheckCall(signature, prepared, state, inputs, &dims);
  if (!status.ok()) return status;
  const size_t expected = signature.outputs.specs.size() + state.size() +
                          signature.losses.specs.size();
  if (results.size() != expected) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the model gives ", signature.outputs.specs.size(), " outputs, ",
        state.size(), " written variables and ", signature.losses.specs.size(),
        " losses, but ", results.size(), " arrays were given for them"));
  }
  size_t next = 0;
  status = CheckResults(signature, signature.outputs, "output", dims.data(),
                        results, &next);
  if (status.ok()) {
    status = signature.CheckVariables("result of written variable",
                                      results.subspan(next, state.size()),
                                      signature.state);
  }
  next += state.size();
  if (status.ok()) {
    status = CheckResults(signature, signature.losses, "loss", dims.data(),
                          results, &next);
  }
  if (!status.ok()) return status;
  return RunCall(*impl_, prepared, state, inputs, dims.data(), results,
                 workspace, options);
}

absl::StatusOr<StatelessResults> Executable::StatelessCall(
    absl::Span<const Array> trainable, absl::Span<const Array> non_trainable,
    absl::Span<const Array> inputs, const CallOptions& options) const {
  absl::StatusOr<Prepared> prepared =
      Prepare(trainable, non_trainable, options);
  if (!prepared.ok()) return prepared.status();
  absl::StatusOr<std::vector<Array>> state = StateOf(trainable, non_trainable);
  if (!state.ok()) return state.status();
  absl::StatusOr<CallResults> call = Call(*prepared, *state, inputs, options);
  if (!call.ok()) return call.status();
  StatelessResults results;
  results.outputs = std::move(call->outputs);
  results.losses = std::move(call->losses);
  // Those that are not written are as they were; new values of trainable ones
  // are dropped.
  results.non_trainable.assign(non_trainable.begin(), non_trainable.end());
  const Signature& signature = impl_->signature;
  for (size_t i = 0; i < signature.state.size(); ++i) {
    const int place = signature.state[i] - signature.trainable_count;
    if (place >= 0) results.non_trainable[place] = std::move(call->state[i]);
  }
  return results;
}

absl::StatusOr<std::vector<Array>> Executable::AllocateResults(
    absl::Span<const Array> inputs) const {
  DimValues dims;
  absl::Status status = impl_->signature.Bind(inputs, &dims);
  if (!status.ok()) return status;
  return ResultsFor(impl_->signature, impl_->signature.state, dims.data());
}

}  // namespace keratin

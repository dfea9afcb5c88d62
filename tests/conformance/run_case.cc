#include "tests/conformance/run_case.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/api/keratin.h"
#include "layers/base/quantization.h"
#include "layers/base/variable.h"
#include "layers/models/model.h"
#include "layers/saving/check.h"
#include "layers/saving/load.h"
#include "runtime/array.h"
#include "runtime/dtype.h"
#include "runtime/executable.h"
#include "tests/conformance/agreement.h"

namespace keratin::conformance {
namespace {

// A stored array as the element type that the model wants, where the case could
// not store that: numpy has no bfloat16 and float8, and JAX without 64-bit
// types, with which most cases were made, no float64 and int64. No value
// changes.
absl::StatusOr<Array> As(Array array, DType dtype) {
  const bool floats = array.dtype() == DType::kFloat32 &&
                      (dtype == DType::kBFloat16 || dtype == DType::kFloat64 ||
                       IsFloat8(dtype));
  const bool integers =
      array.dtype() == DType::kInt32 && dtype == DType::kInt64;
  if (!floats && !integers) return array;  // the call says if it is wrong
  return array.Cast(dtype);
}

absl::StatusOr<std::vector<Array>> ReadAs(const std::string& path,
                                          const std::string& prefix,
                                          absl::Span<const TensorSpec> specs) {
  absl::StatusOr<std::vector<Array>> arrays = ReadNumbered(path, prefix);
  if (!arrays.ok()) return arrays.status();
  for (size_t i = 0; i < arrays->size() && i < specs.size(); ++i) {
    absl::StatusOr<Array> cast = As((*arrays)[i], specs[i].dtype);
    if (!cast.ok()) return cast.status();
    (*arrays)[i] = *std::move(cast);
  }
  return arrays;
}

// Whether the traced model converts float64 values to float32, as Keras's dtype
// promotion does in some activations.
absl::StatusOr<bool> GoesThroughFloat32(Model& model,
                                        const CompileOptions& options) {
  absl::StatusOr<std::string> trace = DumpPhase(model, "trace", options);
  if (!trace.ok()) return trace.status();
  for (absl::string_view line : absl::StrSplit(*trace, '\n')) {
    if (absl::StrContains(line, "keratin.convert") &&
        absl::StrContains(line, "{dtype = f32}") &&
        absl::StrContains(line, "f64"))
      return true;
  }
  return false;
}

// The sentences that say where a call's results and the recorded ones differ.
absl::StatusOr<std::vector<std::string>> Compare(
    const Case& c, const StatelessResults& results, bool through_float32) {
  const Tolerance tolerance = {c.rtol, c.atol, through_float32};
  std::vector<std::string> found;
  const auto note = [&](std::string disagreement) {
    if (!disagreement.empty()) found.push_back(std::move(disagreement));
  };
  absl::StatusOr<std::vector<Array>> outputs =
      ReadNumbered(c.File("outputs.npz"));
  if (!outputs.ok()) return outputs.status();
  note(ListDisagreement("output", results.outputs, *outputs, c.output_dtypes,
                        tolerance));
  std::vector<Array> state;
  if (c.Has("state_after.npz")) {
    absl::StatusOr<std::vector<Array>> read =
        ReadNumbered(c.File("state_after.npz"));
    if (!read.ok()) return read.status();
    state = *std::move(read);
  }
  note(ListDisagreement("non-trainable variable", results.non_trainable, state,
                        {}, tolerance));
  std::vector<Array> losses;
  if (c.Has("losses.npz")) {
    absl::StatusOr<std::vector<Array>> read =
        ReadNumbered(c.File("losses.npz"));
    if (!read.ok()) return read.status();
    losses = *std::move(read);
  }
  note(ListDisagreement("loss", results.losses, losses, {}, tolerance));
  return found;
}

// Keras draws the seed of a generator that has none when it loads a model, and
// some archives do not hold it: there it is taken from the state after the
// call, which counts on but keeps the seed.
absl::Status TakeDrawnSeeds(const Case& c,
                            const std::vector<Variable*>& variables,
                            std::vector<Array>& values) {
  if (!c.Has("state_after.npz")) return absl::OkStatus();
  absl::StatusOr<std::vector<Array>> after =
      ReadNumbered(c.File("state_after.npz"));
  if (!after.ok()) return after.status();
  for (size_t k = 0; k < values.size() && k < after->size(); ++k) {
    const Array& drawn = (*after)[k];
    if (variables[k]->name() != "seed_generator_state" ||
        values[k].dtype() != DType::kUInt32 || values[k].elements() != 2 ||
        drawn.dtype() != DType::kUInt32 || drawn.elements() != 2)
      continue;
    const uint32_t* value = values[k].data<uint32_t>();
    if (value[0] != 0 || value[1] != 0) continue;
    values[k] =
        Array::FromVector<uint32_t>({2}, {drawn.data<uint32_t>()[0], 0});
  }
  return absl::OkStatus();
}

// The saved values; none where a later file of the case gives them.
std::vector<Array> ValuesOf(const std::vector<Variable*>& variables) {
  std::vector<Array> values;
  for (const Variable* variable : variables)
    values.push_back(variable->array().value_or(Array()));
  return values;
}

absl::StatusOr<std::vector<std::string>> LoadCallCompare(
    const Case& c, const RunOptions& options) {
  absl::StatusOr<std::unique_ptr<Model>> model = Load(c.File("model.keras"));
  if (!model.ok()) return model.status();
  if (!c.quantize.empty()) {
    absl::Status status = (*model)->Quantize(QuantizationConfig(c.quantize));
    if (!status.ok()) return status;
  }
  CompileOptions compile;
  compile.training = c.training;
  compile.march = options.march;
  absl::StatusOr<Executable> exe = Compile(**model, compile);
  if (!exe.ok()) return exe.status();

  std::vector<Array> trainable = ValuesOf((*model)->trainable_variables());
  std::vector<Array> non_trainable =
      ValuesOf((*model)->non_trainable_arguments());
  if (c.Has("variables.npz")) {
    absl::StatusOr<std::vector<Array>> t =
        ReadAs(c.File("variables.npz"), "t", exe->trainable());
    if (!t.ok()) return t.status();
    absl::StatusOr<std::vector<Array>> n =
        ReadAs(c.File("variables.npz"), "n", exe->non_trainable());
    if (!n.ok()) return n.status();
    trainable = *std::move(t);
    non_trainable = *std::move(n);
  }
  if (c.Has("state_before.npz")) {
    absl::StatusOr<std::vector<Array>> n =
        ReadAs(c.File("state_before.npz"), "", exe->non_trainable());
    if (!n.ok()) return n.status();
    // The states of stateful layers, which Keras does not count, stay.
    for (Array& value : ValuesOf((*model)->states()))
      n->push_back(std::move(value));
    non_trainable = *std::move(n);
  } else {
    absl::Status status =
        TakeDrawnSeeds(c, (*model)->non_trainable_variables(), non_trainable);
    if (!status.ok()) return status;
  }
  absl::StatusOr<std::vector<Array>> inputs =
      ReadAs(c.File("inputs.npz"), "", exe->inputs());
  if (!inputs.ok()) return inputs.status();

  CallOptions call;
  call.threads = options.threads;
  absl::StatusOr<StatelessResults> results =
      exe->StatelessCall(trainable, non_trainable, *inputs, call);
  if (!results.ok()) return results.status();
  results->non_trainable.resize(results->non_trainable.size() -
                                (*model)->states().size());
  absl::StatusOr<bool> through_float32 = GoesThroughFloat32(**model, compile);
  if (!through_float32.ok()) return through_float32.status();
  return Compare(c, *results, *through_float32);
}

}  // namespace

Outcome RunCase(const Case& c, const RunOptions& options) {
  Outcome outcome;
  outcome.id = c.id;
  outcome.layer = c.layer;
  if (!c.missing_step.empty()) {
    outcome.verdict = Verdict::kUnsupported;
    outcome.reasons = {c.missing_step};
    return outcome;
  }
  if (!c.quantize.empty() &&
      !ResolveQuantization(QuantizationConfig(c.quantize)).ok()) {
    outcome.verdict = Verdict::kUnsupported;
    outcome.reasons = {
        absl::StrCat("quantize('", c.quantize, "') after loading")};
    return outcome;
  }
  const auto issues = Check(c.File("model.keras"));
  if (!issues.ok()) {
    outcome.reasons = {std::string(issues.status().message())};
    return outcome;
  }
  if (!issues->empty()) {
    outcome.verdict = Verdict::kUnsupported;
    for (const auto& issue : *issues) outcome.reasons.push_back(issue.what);
    return outcome;
  }
  absl::StatusOr<std::vector<std::string>> found = LoadCallCompare(c, options);
  if (!found.ok()) {
    outcome.reasons = {std::string(found.status().message())};
  } else if (found->empty()) {
    outcome.verdict = Verdict::kPassed;
  } else {
    outcome.reasons = *std::move(found);
  }
  return outcome;
}

}  // namespace keratin::conformance

// The recorded call, and its comparison.
#include "runtime/self_test.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/content_hash.h"

namespace keratin {
namespace {

// Of the sum of magnitudes: what float16 arithmetic may differ by.
constexpr double kTolerance = 1e-3;

DimBindings Bindings(const Executable& executable,
                     absl::Span<const int64_t> dims) {
  DimBindings bindings;
  for (size_t i = 0; i < dims.size(); ++i) {
    bindings[executable.symbols()[i]] = dims[i];
  }
  return bindings;
}

// Of two sums, which may both be NaN or the same infinity.
double Difference(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b)) ? 0 : std::abs(a - b);
}

}  // namespace

absl::StatusOr<std::vector<Array>> SelfTestInputs(
    const Executable& executable, absl::Span<const int64_t> dims) {
  if (dims.size() != executable.symbols().size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the self-test has ", dims.size(), " sizes, but the model has ",
        executable.symbols().size(), " unknown ones"));
  }
  const DimBindings bindings = Bindings(executable, dims);
  std::vector<Array> inputs;
  for (const TensorSpec& spec : executable.inputs()) {
    absl::StatusOr<std::vector<int64_t>> sizes = spec.shape.Evaluate(bindings);
    if (!sizes.ok()) return sizes.status();
    const uint32_t k = static_cast<uint32_t>(inputs.size());
    const bool is_float = IsFloating(spec.dtype);
    absl::StatusOr<Array> values =
        Array::Allocate(is_float ? DType::kFloat32 : DType::kUInt8, *sizes);
    if (!values.ok()) return values.status();
    for (int64_t i = 0; i < values->elements(); ++i) {
      const uint32_t bits = static_cast<uint32_t>(i + 1) * 2654435761u + k;
      if (is_float) {
        // The upper 24 bits: exact in a float.
        values->mutable_data<float>()[i] =
            static_cast<float>(bits >> 8) / 8388608.0f - 1.0f;
      } else {
        values->mutable_data<uint8_t>()[i] = bits >> 31;
      }
    }
    absl::StatusOr<Array> input = values->Cast(spec.dtype);
    if (!input.ok()) return input.status();
    inputs.push_back(*std::move(input));
  }
  return inputs;
}

absl::StatusOr<proto::SelfTest> MakeSelfTest(const Executable& executable,
                                             const Prepared& prepared,
                                             absl::Span<const Array> state,
                                             absl::Span<const int64_t> dims) {
  absl::StatusOr<std::vector<Array>> inputs = SelfTestInputs(executable, dims);
  if (!inputs.ok()) return inputs.status();
  absl::StatusOr<CallResults> results =
      executable.Call(prepared, state, *inputs);
  if (!results.ok()) return results.status();
  proto::SelfTest test;
  for (int64_t dim : dims) test.add_dims(dim);
  for (const Array& input : *inputs) {
    test.add_inputs(ContentHash(input.raw_data(), input.bytes()));
  }
  for (const Array& output : results->outputs) {
    double sum = 0, magnitude = 0;
    for (int64_t i = 0; i < output.elements(); ++i) {
      sum += output.AtFlat(i);
      magnitude += std::abs(output.AtFlat(i));
    }
    test.add_sums(sum);
    test.add_magnitudes(magnitude);
  }
  return test;
}

absl::Status RunSelfTest(const Executable& executable, const Prepared& prepared,
                         absl::Span<const Array> state) {
  const Manifest& manifest = executable.manifest();
  const proto::SelfTest& expected = manifest.self_test();
  const int outputs = static_cast<int>(executable.outputs().size());
  if (!manifest.has_self_test() || expected.sums_size() != outputs ||
      expected.magnitudes_size() != outputs) {
    return absl::FailedPreconditionError(
        absl::StrCat("model '", manifest.name(), "' carries no self-test"));
  }
  absl::StatusOr<proto::SelfTest> got =
      MakeSelfTest(executable, prepared, state, expected.dims());
  if (!got.ok()) return got.status();
  for (int i = 0; i < outputs; ++i) {
    const double bound = kTolerance * expected.magnitudes(i) + 1e-6;
    const double difference =
        std::max(Difference(got->sums(i), expected.sums(i)),
                 Difference(got->magnitudes(i), expected.magnitudes(i)));
    if (difference == 0 || difference < bound) continue;
    return absl::DataLossError(absl::StrCat(
        "the self-test of model '", manifest.name(), "' fails: output '",
        executable.outputs()[i].name, "' differs by ", difference,
        " in sum, where ", bound, " is allowed"));
  }
  return absl::OkStatus();
}

}  // namespace keratin

// What an executable says of itself, and sizes without a call.
#include "absl/strings/str_cat.h"
#include "runtime/executable.h"
#include "runtime/executable_impl.h"
#include "runtime/signature.h"

namespace keratin {
namespace {

absl::Span<const TensorSpec> AllOf(const TensorList& list) {
  return list.specs;
}

}  // namespace

const Manifest& Executable::manifest() const { return impl_->manifest; }
absl::Span<const TensorSpec> Executable::variables() const {
  return AllOf(impl_->signature.variables);
}
absl::Span<const TensorSpec> Executable::trainable() const {
  return variables().subspan(0, impl_->signature.trainable_count);
}
absl::Span<const TensorSpec> Executable::non_trainable() const {
  return variables().subspan(impl_->signature.trainable_count);
}
absl::Span<const TensorSpec> Executable::inputs() const {
  return AllOf(impl_->signature.inputs);
}
absl::Span<const TensorSpec> Executable::outputs() const {
  return AllOf(impl_->signature.outputs);
}
absl::Span<const TensorSpec> Executable::losses() const {
  return AllOf(impl_->signature.losses);
}
absl::Span<const TensorSpec> Executable::prepared() const {
  return AllOf(impl_->signature.prepared);
}
absl::Span<const int> Executable::state() const {
  return impl_->signature.state;
}
absl::Span<const std::string> Executable::symbols() const {
  return impl_->signature.symbols;
}

absl::StatusOr<std::vector<int64_t>> Executable::BindSymbols(
    absl::Span<const std::vector<int64_t>> input_sizes) const {
  DimValues dims;
  absl::Status status = impl_->signature.Bind(
      input_sizes.size(),
      [input_sizes](size_t i) { return absl::MakeConstSpan(input_sizes[i]); },
      &dims);
  if (!status.ok()) return status;
  return std::vector<int64_t>(dims.begin(), dims.end());
}

absl::StatusOr<std::vector<std::vector<int64_t>>> Executable::OutputSizes(
    absl::Span<const std::vector<int64_t>> input_sizes) const {
  absl::StatusOr<std::vector<int64_t>> dims = BindSymbols(input_sizes);
  if (!dims.ok()) return dims.status();
  const Signature& signature = impl_->signature;
  std::vector<std::vector<int64_t>> result;
  for (size_t i = 0; i < signature.outputs.specs.size(); ++i) {
    Sizes sizes;
    absl::Status status =
        signature.SizesOf(signature.outputs, i, dims->data(), &sizes);
    if (!status.ok()) return status;
    result.emplace_back(sizes.begin(), sizes.end());
  }
  return result;
}

absl::StatusOr<int64_t> Executable::WorkspaceSize(
    absl::Span<const int64_t> dims) const {
  if (dims.size() != impl_->signature.symbols.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the model has ", impl_->signature.symbols.size(),
        " unknown sizes, but ", dims.size(), " values were given"));
  }
  return Signature::WorkspaceBytes(impl_->signature.call_workspace,
                                   dims.data());
}

}  // namespace keratin

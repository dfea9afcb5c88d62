// Calls checked against the signature.
#include "runtime/signature.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keratin {
namespace {

constexpr size_t kNamesShown = 8;

std::string Count(size_t count, absl::string_view what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

}  // namespace

std::string Signature::Origin(std::initializer_list<Dim> of,
                              const int64_t* dims) const {
  std::set<std::string> names;
  for (const Dim& dim : of) {
    for (std::string& name : dim.Symbols()) names.insert(std::move(name));
  }
  std::string text;
  for (size_t s = 0; s < symbols.size(); ++s) {
    if (names.count(symbols[s]) == 0) continue;
    absl::StrAppend(&text, text.empty() ? "" : ", ", "'", symbols[s], "' is ",
                    dims[s], " as input '",
                    inputs.specs[bindings_[s].input].name, "' says");
  }
  return text;
}

absl::Status Signature::SizeMismatch(size_t input, int axis, int64_t given,
                                     int64_t expected,
                                     const int64_t* dims) const {
  const TensorSpec& spec = inputs.specs[input];
  const Dim& dim = spec.shape[axis];
  std::string why;
  if (dim.IsConstant()) {
    why = absl::StrCat("the model takes ", expected);
  } else if (!dim.AsSymbol().empty()) {
    why = Origin({dim}, dims);
  } else {
    why = absl::StrCat(dim.ToString(), " is ", expected, ": ",
                       Origin({dim}, dims));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "input '", spec.name, "' has ", given, " in axis ", axis, ", but ", why));
}

absl::Status Signature::CountMismatch(size_t count) const {
  std::string names;
  for (size_t i = 0; i < std::min(inputs.specs.size(), kNamesShown); ++i) {
    absl::StrAppend(&names, i == 0 ? " (" : ", ", "'", inputs.specs[i].name,
                    "'");
  }
  if (inputs.specs.size() > kNamesShown) absl::StrAppend(&names, ", ...");
  return absl::InvalidArgumentError(
      absl::StrCat("the model takes ", Count(inputs.specs.size(), "input"),
                   names, names.empty() ? "" : ")", ", but ", count,
                   count == 1 ? " was given" : " were given"));
}

absl::Status Signature::Bind(
    size_t count, absl::FunctionRef<absl::Span<const int64_t>(size_t)> sizes_of,
    DimValues* dims) const {
  if (count != inputs.specs.size()) return CountMismatch(count);
  for (size_t i = 0; i < count; ++i) {
    const TensorSpec& spec = inputs.specs[i];
    if (static_cast<int>(sizes_of(i).size()) != spec.shape.rank()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "input '", spec.name, "' has shape ",
          Shape::FromSizes(sizes_of(i)).ToString(), ", but the model takes ",
          spec.shape.rank(), " dimensions, ", spec.shape.ToString()));
    }
  }
  dims->resize(symbols.size());
  for (size_t s = 0; s < bindings_.size(); ++s) {
    (*dims)[s] = sizes_of(bindings_[s].input)[bindings_[s].axis];
  }
  for (size_t i = 0; i < count; ++i) {
    const absl::Span<const int64_t> sizes = sizes_of(i);
    for (size_t axis = 0; axis < sizes.size(); ++axis) {
      int64_t expected;
      if (!inputs.sizes[i][axis].Evaluate(dims->data(), &expected)) {
        return absl::InvalidArgumentError(absl::StrCat(
            "the size ", inputs.specs[i].shape[axis].ToString(), " of input '",
            inputs.specs[i].name, "' cannot be computed: ",
            Origin({inputs.specs[i].shape[axis]}, dims->data())));
      }
      if (sizes[axis] != expected || expected < 0) {
        return SizeMismatch(i, static_cast<int>(axis), sizes[axis], expected,
                            dims->data());
      }
    }
  }
  for (const Equality& equality : equalities_) {
    int64_t left = 0, right = 0;
    if (equality.left.Evaluate(dims->data(), &left) &&
        equality.right.Evaluate(dims->data(), &right) && left == right) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "the model needs ", equality.left_dim.ToString(), " and ",
        equality.right_dim.ToString(), " to be equal, but they are ", left,
        " and ", right, ": ",
        Origin({equality.left_dim, equality.right_dim}, dims->data())));
  }
  for (const Size& size : sizes_) {
    int64_t value = 0;
    const bool known = size.program.Evaluate(dims->data(), &value);
    if (known && value >= 0) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "inputs of these sizes are too small for the model: it needs ",
        size.dim.ToString(), " to be at least 0, but it ",
        known ? absl::StrCat("is ", value) : "cannot be computed", ": ",
        Origin({size.dim}, dims->data())));
  }
  return absl::OkStatus();
}

absl::Status Signature::Bind(absl::Span<const Array> given,
                             DimValues* dims) const {
  if (given.size() != inputs.specs.size()) return CountMismatch(given.size());
  for (size_t i = 0; i < given.size(); ++i) {
    if (given[i].dtype() != inputs.specs[i].dtype) {
      return absl::InvalidArgumentError(
          absl::StrCat("input '", inputs.specs[i].name, "' is ",
                       DTypeName(given[i].dtype()), ", but the model takes ",
                       DTypeName(inputs.specs[i].dtype), ": cast it first"));
    }
  }
  return Bind(
      given.size(), [given](size_t i) { return given[i].sizes(); }, dims);
}

absl::Status Signature::CheckVariables(absl::string_view what,
                                       absl::Span<const Array> given,
                                       absl::Span<const int> indices) const {
  if (given.size() != indices.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the model has ", Count(indices.size(), what), ", but ", given.size(),
        given.size() == 1 ? " was given" : " were given"));
  }
  for (size_t i = 0; i < given.size(); ++i) {
    const TensorSpec& spec = variables.specs[indices[i]];
    bool fits =
        given[i].dtype() == spec.dtype && given[i].rank() == spec.shape.rank();
    for (int axis = 0; fits && axis < spec.shape.rank(); ++axis) {
      fits = spec.shape[axis].IsConstant(given[i].size(axis));
    }
    if (fits) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        what, " ", i, ", '", spec.path.empty() ? spec.name : spec.path,
        "', is ", DTypeName(spec.dtype), " ", spec.shape.ToString(),
        " in the model, but ", DTypeName(given[i].dtype()), " ",
        given[i].shape().ToString(), " was given"));
  }
  return absl::OkStatus();
}

absl::Status Signature::SizesOf(const TensorList& list, size_t index,
                                const int64_t* dims, Sizes* sizes) const {
  const std::vector<DimProgram>& programs = list.sizes[index];
  sizes->resize(programs.size());
  for (size_t axis = 0; axis < programs.size(); ++axis) {
    if (!programs[axis].Evaluate(dims, &(*sizes)[axis]) || (*sizes)[axis] < 0) {
      const Dim& dim = list.specs[index].shape[axis];
      return absl::InvalidArgumentError(absl::StrCat(
          "axis ", axis, " of '", list.specs[index].name, "', of size ",
          dim.ToString(), ", cannot be made: ", Origin({dim}, dims)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Signature::WorkspaceBytes(const DimProgram& program,
                                                  const int64_t* dims) {
  int64_t bytes;
  if (!program.Evaluate(dims, &bytes) || bytes < 0) {
    return absl::ResourceExhaustedError(
        "inputs of these sizes need a larger workspace than 64 bits count");
  }
  return bytes;
}

}  // namespace keratin

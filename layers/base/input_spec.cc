#include "layers/base/input_spec.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace keratin {
namespace {

// Whether two sizes can be equal: an unknown one fits all.
bool Fits(const Dim& expected, const Dim& found) {
  return !expected.IsConstant() || !found.IsConstant() || expected == found;
}

Shape WithoutLastOne(const Shape& shape) {
  if (shape.empty() || !shape.back().IsConstant(1)) return shape;
  return Shape(std::vector<Dim>(shape.begin(), shape.end() - 1));
}

std::string Mismatch(const InputSpec& spec, const Tensor& x) {
  const int ndim = x.rank();
  const std::string full =
      absl::StrCat(". Full shape received: ", x.shape().ToString());
  if (spec.ndim && !spec.allow_last_axis_squeeze && ndim != *spec.ndim)
    return absl::StrCat("expected ndim=", *spec.ndim, ", found ndim=", ndim,
                        full);
  if (spec.max_ndim && ndim > *spec.max_ndim)
    return absl::StrCat("expected max_ndim=", *spec.max_ndim,
                        ", found ndim=", ndim);
  if (spec.min_ndim && ndim < *spec.min_ndim)
    return absl::StrCat("expected min_ndim=", *spec.min_ndim,
                        ", found ndim=", ndim, full);
  if (spec.dtype != DType::kInvalid && x.dtype() != spec.dtype)
    return absl::StrCat("expected dtype=", DTypeName(spec.dtype),
                        ", found dtype=", DTypeName(x.dtype()));
  for (const auto& [axis, size] : spec.axes) {
    const int place = axis < 0 ? axis + ndim : axis;
    if (place < 0 || place >= ndim || !Fits(size, x.dim(place)))
      return absl::StrCat(
          "expected axis ", axis, " of input shape to have value ", size,
          ", but received input with shape ", x.shape().ToString());
  }
  if (!spec.shape) return "";
  Shape expected = *spec.shape, found = x.shape();
  if (spec.allow_last_axis_squeeze) {
    expected = WithoutLastOne(expected);
    found = WithoutLastOne(found);
  }
  bool fits = expected.rank() == found.rank();
  for (int axis = 0; fits && axis < expected.rank(); ++axis)
    fits = Fits(expected[axis], found[axis]);
  return fits ? ""
              : absl::StrCat("expected shape=", spec.shape->ToString(),
                             ", found shape=", x.shape().ToString());
}

}  // namespace

absl::Status CheckInputSpec(const std::vector<InputSpec>& specs,
                            const Value& inputs, const std::string& layer) {
  if (specs.empty()) return absl::OkStatus();
  Value::Items given;
  const bool named =
      std::all_of(specs.begin(), specs.end(),
                  [](const InputSpec& spec) { return !spec.name.empty(); });
  if (inputs.is_dict() && named) {
    for (const InputSpec& spec : specs) {
      const Value* found = inputs.Find(spec.name);
      if (found == nullptr) {
        return absl::InvalidArgumentError(absl::StrCat(
            "Missing data for input \"", spec.name, "\" of layer \"", layer,
            "\": it is called with a dictionary that has no such key"));
      }
      given.push_back(*found);
    }
  } else {
    inputs.ForEachLeaf([&](const Value& leaf) { given.push_back(leaf); });
  }
  if (given.size() != specs.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Layer \"", layer, "\" expects ", specs.size(),
        " input(s), but it received ", given.size(), " input tensors"));
  }
  for (size_t k = 0; k < specs.size(); ++k) {
    if (given[k].is_none() && specs[k].optional) continue;
    if (!given[k].is_tensor()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Inputs to a layer should be tensors. Got ", given[k].ToString(),
          " as input ", k, " for layer '", layer, "'"));
    }
    if (!given[k].as_tensor().ok()) continue;  // the trace has the error
    const std::string mismatch = Mismatch(specs[k], given[k].as_tensor());
    if (!mismatch.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Input ", k, " with name '",
          specs[k].name.empty() ? "None" : specs[k].name, "' of layer '", layer,
          "' is incompatible with the layer: ", mismatch));
    }
  }
  return absl::OkStatus();
}

}  // namespace keratin

// Shapes: lists of Dims.
#include "runtime/shape.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace keratin {

absl::StatusOr<Shape> Shape::Parse(absl::string_view text) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace(text);
  if (trimmed.size() < 2 || trimmed.front() != '(' || trimmed.back() != ')') {
    return absl::InvalidArgumentError(
        absl::StrCat("shape '", text.substr(0, 80),
                     "': expected sizes in parentheses, as (batch, 28)"));
  }
  const absl::string_view inside = trimmed.substr(1, trimmed.size() - 2);
  Shape shape;
  size_t start = 0;
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i <= inside.size(); ++i) {
    const char c = i < inside.size() ? inside[i] : ',';
    if (c == '`') quoted = !quoted;
    if (!quoted && c == '(') ++depth;
    if (!quoted && c == ')') --depth;
    if (i < inside.size() && (c != ',' || depth != 0 || quoted)) continue;
    const absl::string_view part = inside.substr(start, i - start);
    start = i + 1;
    // "()" and the comma at the end of "(batch,)" add nothing.
    if (i == inside.size() && absl::StripAsciiWhitespace(part).empty() &&
        shape.rank() <= 1) {
      break;
    }
    absl::StatusOr<Dim> dim = Dim::Parse(part);
    if (!dim.ok()) return dim.status();
    shape.push_back(*std::move(dim));
  }
  return shape;
}

bool Shape::ok() const {
  return std::all_of(dims_.begin(), dims_.end(),
                     [](const Dim& dim) { return dim.ok(); });
}

Dim Shape::Elements() const {
  Dim product = 1;
  for (const Dim& dim : dims_) product *= dim;
  return product;
}

bool Shape::IsStatic() const {
  return std::all_of(dims_.begin(), dims_.end(),
                     [](const Dim& dim) { return dim.IsConstant(); });
}

std::optional<std::vector<int64_t>> Shape::AsSizes() const {
  std::vector<int64_t> sizes;
  for (const Dim& dim : dims_) {
    if (!dim.IsConstant()) return std::nullopt;
    sizes.push_back(dim.offset());
  }
  return sizes;
}

absl::StatusOr<std::vector<int64_t>> Shape::Evaluate(
    const DimBindings& bindings) const {
  std::vector<int64_t> sizes;
  for (size_t axis = 0; axis < dims_.size(); ++axis) {
    absl::StatusOr<int64_t> size = dims_[axis].Evaluate(bindings);
    if (!size.ok()) return size.status();
    if (*size < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("axis ", axis, " of shape ", ToString(),
                       " would have the size ", *size));
    }
    sizes.push_back(*size);
  }
  return sizes;
}

Shape Shape::Substitute(
    const absl::flat_hash_map<std::string, Dim>& replacements) const {
  Shape result;
  for (const Dim& dim : dims_) result.push_back(dim.Substitute(replacements));
  return result;
}

std::string Shape::ToString() const {
  std::string out = "(";
  for (size_t i = 0; i < dims_.size(); ++i) {
    absl::StrAppend(&out, i == 0 ? "" : ", ", dims_[i].ToString());
  }
  absl::StrAppend(&out, dims_.size() == 1 ? ",)" : ")");
  return out;
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  return out << shape.ToString();
}

}  // namespace keratin

#include "compiler/tools/print_array.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace keratin::tools {
namespace {

std::string Element(const Array& array, int64_t index) {
  if (array.dtype() == DType::kInt64)
    return absl::StrCat(array.data<int64_t>()[index]);
  if (array.dtype() == DType::kUInt64)
    return absl::StrCat(array.data<uint64_t>()[index]);
  const double value = array.AtFlat(index);
  if (!IsFloating(array.dtype()))
    return absl::StrCat(static_cast<int64_t>(value));
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  const int digits = array.dtype() == DType::kFloat64 ? 17
                     : DTypeSize(array.dtype()) <= 2  ? 5
                                                      : 9;
  return absl::StrFormat("%.*g", digits, value);
}

}  // namespace

std::string FormatElements(const Array& array, int64_t most) {
  const int rank = array.rank();
  if (array.elements() == 0) return "[]";
  if (rank == 0) return Element(array, 0);
  std::string text;
  const int64_t shown = std::min(array.elements(), most);
  for (int64_t i = 0; i < shown; ++i) {
    // As many brackets open (and close) as axes begin (and end) here.
    int opening = 0;
    int closing = 0;
    int64_t block = 1;
    for (int axis = rank - 1; axis >= 0; --axis) {
      block *= array.size(axis);
      opening += i % block == 0;
      closing += (i + 1) % block == 0;
    }
    if (i > 0) absl::StrAppend(&text, opening == 0 ? ", " : ",");
    if (i > 0 && opening > 0)
      absl::StrAppend(&text, opening == rank - 1 ? "\n " : " ");
    text.append(static_cast<size_t>(opening), '[');
    absl::StrAppend(&text, Element(array, i));
    text.append(static_cast<size_t>(closing), ']');
  }
  if (shown < array.elements())
    absl::StrAppend(&text, ", ... ", array.elements() - shown, " more");
  return text;
}

}  // namespace keratin::tools

#include "tests/conformance/agreement.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace keratin::conformance {
namespace {

std::string Type(const Array& array) {
  return absl::StrCat(DTypeName(array.dtype()), " (",
                      absl::StrJoin(array.sizes(), ", "), ")");
}

// Element types that numpy files do not hold, stored as float32.
bool IsStoredAsFloat32(DType dtype) {
  const absl::string_view name = DTypeName(dtype);
  return name == "bfloat16" || name.substr(0, 6) == "float8";
}

bool SameType(const Array& got, const Array& want, absl::string_view dtype) {
  if (got.sizes() != want.sizes()) return false;
  if (!dtype.empty()) return DTypeName(got.dtype()) == dtype;
  return got.dtype() == want.dtype() ||
         (want.dtype() == DType::kFloat32 && IsStoredAsFloat32(got.dtype()));
}

bool Agree(double got, double want, const Tolerance& tolerance) {
  if (std::isnan(want) || std::isnan(got))
    return std::isnan(want) && std::isnan(got);
  if (std::isinf(want) || std::isinf(got)) return want == got;
  return std::abs(got - want) <=
         tolerance.atol + tolerance.rtol * std::abs(want);
}

// The rounding of a float32 computation of a few steps.
constexpr Tolerance kFloat32 = {.rtol = 1e-5, .atol = 1e-6};

// Whether `array`'s float64 values carry float32's precision only: Keras
// computed them in float32 and converted them.
bool IsFloat32InFloat64(const Array& array) {
  for (int64_t i = 0; i < array.elements(); ++i) {
    const double value = array.AtFlat(i);
    if (!std::isnan(value) && value != static_cast<float>(value)) return false;
  }
  return true;
}

std::string Index(const Array& array, int64_t flat) {
  std::vector<int64_t> index(array.sizes().size());
  for (size_t axis = index.size(); axis-- > 0;) {
    index[axis] = flat % array.sizes()[axis];
    flat /= array.sizes()[axis];
  }
  return absl::StrCat("[", absl::StrJoin(index, ", "), "]");
}

}  // namespace

std::string Disagreement(absl::string_view what, const Array& got,
                         const Array& want, absl::string_view dtype,
                         const Tolerance& stated) {
  Tolerance tolerance = stated;
  if (want.dtype() == DType::kFloat64 &&
      (stated.through_float32 || IsFloat32InFloat64(want))) {
    tolerance.rtol = std::max(stated.rtol, kFloat32.rtol);
    tolerance.atol = std::max(stated.atol, kFloat32.atol);
  }
  if (!SameType(got, want, dtype)) {
    return absl::StrCat(what, " is ", Type(got), ", Keras has ",
                        dtype.empty() ? DTypeName(want.dtype()) : dtype, " (",
                        absl::StrJoin(want.sizes(), ", "), ")");
  }
  int64_t wrong = 0;
  int64_t worst = -1;
  double worst_excess = -1;
  for (int64_t i = 0; i < want.elements(); ++i) {
    const double g = got.AtFlat(i);
    const double w = want.AtFlat(i);
    if (Agree(g, w, tolerance)) continue;
    ++wrong;
    const double excess =
        std::isfinite(g) && std::isfinite(w)
            ? std::abs(g - w) /
                  (tolerance.atol + tolerance.rtol * std::abs(w) + 1e-300)
            : HUGE_VAL;
    if (excess > worst_excess) {
      worst_excess = excess;
      worst = i;
    }
  }
  if (wrong == 0) return "";
  return absl::StrFormat(
      "%s differs in %d of %d elements, most at %s: %.9g, Keras has %.9g", what,
      wrong, want.elements(), Index(want, worst), got.AtFlat(worst),
      want.AtFlat(worst));
}

std::string ListDisagreement(absl::string_view what,
                             absl::Span<const Array> got,
                             absl::Span<const Array> want,
                             absl::Span<const std::string> dtypes,
                             const Tolerance& tolerance) {
  if (got.size() != want.size()) {
    return absl::StrCat("there are ", got.size(), " of ", what, ", Keras has ",
                        want.size());
  }
  for (size_t i = 0; i < want.size(); ++i) {
    std::string found =
        Disagreement(absl::StrCat(what, " ", i), got[i], want[i],
                     i < dtypes.size() ? dtypes[i] : "", tolerance);
    if (!found.empty()) return found;
  }
  return "";
}

}  // namespace keratin::conformance

// Whether two arrays agree, and if not, how.
#ifndef KERATIN_TESTS_CONFORMANCE_AGREEMENT_H_
#define KERATIN_TESTS_CONFORMANCE_AGREEMENT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/array.h"

namespace keratin::conformance {

struct Tolerance {
  double rtol = 0;
  double atol = 0;
  // The computation rounds float64 values to float32 on its way, so float64
  // results have no more than float32's digits.
  bool through_float32 = false;
};

// Empty if dtypes and sizes are equal and |got - want| <= atol + rtol |want|
// for every element (NaN agrees with NaN, an infinity with itself); else one
// sentence that begins with `what`. `dtype` is Keras's name of the true
// element type, for it is stored widened to float32 where numpy lacks it;
// empty: not known, and float32 stands for those too. float64 values that are
// all float32 numbers, or that were computed through float32, are compared with
// a tolerance of 1e-5 at least (README.md, "float64").
std::string Disagreement(absl::string_view what, const Array& got,
                         const Array& want, absl::string_view dtype,
                         const Tolerance& tolerance);

// The same for lists, the k-th called "<what> k".
std::string ListDisagreement(absl::string_view what,
                             absl::Span<const Array> got,
                             absl::Span<const Array> want,
                             absl::Span<const std::string> dtypes,
                             const Tolerance& tolerance);

}  // namespace keratin::conformance

#endif  // KERATIN_TESTS_CONFORMANCE_AGREEMENT_H_

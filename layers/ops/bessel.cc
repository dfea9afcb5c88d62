// The modified Bessel function of the first kind (declared in elementwise.h):
// the Chebyshev series of the Cephes Mathematical Library (i0f.c), with which
// XLA computes it too.
#include <vector>

#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

// Of e^-x i0(x) on [0, 8], and of sqrt(x) e^-x i0(x) beyond; the highest order
// comes first.
constexpr double kSmall[] = {
    -1.30002500998624804212E-8, 6.04699502254191894932E-8,
    -2.67079385394061173391E-7, 1.11738753912010371815E-6,
    -4.41673835845875056359E-6, 1.64484480707288970893E-5,
    -5.75419501008210370398E-5, 1.88502885095841655729E-4,
    -5.76375574538582365885E-4, 1.63947561694133579842E-3,
    -4.32430999505057594430E-3, 1.05464603945949983183E-2,
    -2.37374148058994688156E-2, 4.93052842396707084878E-2,
    -9.49010970480476444210E-2, 1.71620901522208775349E-1,
    -3.04682672343198398683E-1, 6.76795274409476084995E-1};
constexpr double kLarge[] = {
    3.39623202570838634515E-9, 2.26666899049817806459E-8,
    2.04891858946906374183E-7, 2.89137052083475648297E-6,
    6.88975834691682398426E-5, 3.36911647825569408990E-3,
    8.04490411014108831608E-1};

// The series at y, from -1 to 1: its terms lie along an axis of their own,
// where T_n(y) is cos(n arccos y).
Tensor Chebyshev(const Tensor& y, absl::Span<const double> coefficients) {
  const auto count = static_cast<int64_t>(coefficients.size());
  std::vector<Operand> scales;
  for (double coefficient : coefficients)
    scales.emplace_back(trace::Full({1}, coefficient, DType::kFloat32));
  // The constant term counts half.
  scales.back() = scales.back().tensor() * 0.5;
  const Tensor degrees = Flip(ArangeSize(count, DType::kFloat32));
  const Tensor angle = ExpandDims(Arccos(Clip(y, -1.0, 1.0)), -1);
  return Sum(Cos(angle * degrees) * Concatenate(scales, 0), -1);
}

}  // namespace

Tensor I0(const Operand& x) {
  if (!x.ok()) return Tensor();
  const DType dtype =
      x.type().dtype == DType::kFloat16 || x.type().dtype == DType::kBFloat16
          ? x.type().dtype
          : DType::kFloat32;
  const Tensor magnitude = Abs(Cast(x, DType::kFloat32));
  const Tensor scaled =
      Where(LessEqual(magnitude, 8), Chebyshev(magnitude * 0.25 - 1.0, kSmall),
            Chebyshev(16.0 / magnitude - 1.0, kLarge) / Sqrt(magnitude));
  return Cast(Exp(magnitude) * scaled, dtype);
}

}  // namespace keratin::ops

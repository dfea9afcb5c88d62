#include "layers/ops/spacing.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

// More numbers than this are a mistake, not a wish.
constexpr int64_t kMostNumbers = int64_t{1} << 30;

// The bounds in the type in which the numbers are computed; not ok if there is
// an error.
struct Bounds {
  Tensor start;
  Tensor stop;
  DType result = DType::kFloat32;
  bool ok() const { return start.ok() && stop.ok(); }
};

Bounds BoundsOf(const char* op, const Operand& start, const Operand& stop,
                int64_t num, std::optional<DType> dtype) {
  std::vector<Tensor> both = Promote(op, {start, stop}, Raise::kFloat);
  if (!both[0].ok() || !both[1].ok()) return {};
  if (num < 0 || num > kMostNumbers) {
    Fail(op, absl::StrCat("num is ", num, ", but must be between 0 and ",
                          kMostNumbers));
    return {};
  }
  const DType result = CanonicalDType(dtype.value_or(both[0].dtype()));
  const DType computed = IsFloating(result) ? result : DType::kFloat32;
  return {Cast(both[0], computed), Cast(both[1], computed), result};
}

// As the result's type: integers are rounded down.
Tensor Finish(const Tensor& numbers, DType dtype) {
  return Cast(IsInteger(dtype) ? Floor(numbers) : numbers, dtype);
}

// The numbers along axis 0, in the type of the bounds.
Tensor Between(const Bounds& bounds, int64_t num, bool endpoint) {
  const Tensor start = ExpandDims(bounds.start, 0);
  const Tensor stop = ExpandDims(bounds.stop, 0);
  if (num == 0) return SliceAxis(start, 0, 0, 0);
  if (num == 1) return start;
  const int64_t steps = endpoint ? num - 1 : num;
  Shape along(std::vector<Dim>(start.rank(), Dim(1)));
  along[0] = steps;
  const Tensor step = Reshape(trace::Iota(0, start.dtype(), Shape({steps})) /
                                  static_cast<double>(steps),
                              along);
  const Tensor numbers = start * (1 - step) + stop * step;
  return endpoint ? Concatenate({numbers, stop}, 0) : numbers;
}

}  // namespace

Tensor Linspace(const Operand& start, const Operand& stop, int64_t num,
                const SpacingOptions& options) {
  const Bounds bounds = BoundsOf("linspace", start, stop, num, options.dtype);
  if (!bounds.ok()) return Tensor();
  return MoveAxis(Finish(Between(bounds, num, options.endpoint), bounds.result),
                  0, options.axis);
}

Tensor Logspace(const Operand& start, const Operand& stop, int64_t num,
                double base, const SpacingOptions& options) {
  const Bounds bounds = BoundsOf("logspace", start, stop, num, options.dtype);
  if (!bounds.ok()) return Tensor();
  const Tensor numbers = Power(base, Between(bounds, num, options.endpoint));
  return MoveAxis(Cast(numbers, bounds.result), 0, options.axis);
}

Tensor Geomspace(const Operand& start, const Operand& stop, int64_t num,
                 const SpacingOptions& options) {
  Bounds bounds = BoundsOf("geomspace", start, stop, num, options.dtype);
  if (!bounds.ok()) return Tensor();
  const Tensor sign = Sign(bounds.start);
  bounds.start = Log10(bounds.start / sign);
  bounds.stop = Log10(bounds.stop / sign);
  const Tensor numbers =
      sign * Power(10.0, Between(bounds, num, options.endpoint));
  return MoveAxis(Cast(numbers, bounds.result), 0, options.axis);
}

}  // namespace keratin::ops

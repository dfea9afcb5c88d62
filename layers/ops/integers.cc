#include "layers/ops/integers.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"

namespace keratin::ops {
namespace {

// Euclid's algorithm takes no more divisions on 32 bits.
constexpr int64_t kMostDivisions = 48;

// Without a sign; not ok if they are no integers.
std::vector<Tensor> Magnitudes(const char* op, const Operand& x1,
                               const Operand& x2) {
  std::vector<Tensor> x = Promote(op, {x1, x2});
  for (Tensor& one : x) {
    if (!one.ok()) return {Tensor(), Tensor()};
    if (!IsInteger(one.dtype())) {
      Fail(op, absl::StrCat("operands must be integers, not ",
                            DTypeName(one.dtype())));
      return {Tensor(), Tensor()};
    }
    one = Abs(one);
  }
  return x;
}

// All elements go through the divisions together.
Tensor Divisor(const std::vector<Tensor>& x) {
  const Tensor zero = trace::Constant(0, x[0].dtype());
  const std::vector<Tensor> found = trace::While(
      {trace::FullInteger({}, 1, DType::kBool), x[0], x[1]}, kMostDivisions,
      [&](absl::Span<const Tensor> old) -> std::vector<Tensor> {
        const Tensor more = NotEqual(old[2], zero);
        const Tensor rest = Where(more, Mod(old[1], Where(more, old[2], 1)), 0);
        return {Any(NotEqual(rest, zero)), Where(more, old[2], old[1]), rest};
      });
  return found.empty() ? Tensor() : found[1];
}

}  // namespace

Tensor Gcd(const Operand& x1, const Operand& x2) {
  const std::vector<Tensor> x = Magnitudes("gcd", x1, x2);
  return x[0].ok() ? Divisor(x) : Tensor();
}

Tensor Lcm(const Operand& x1, const Operand& x2) {
  const std::vector<Tensor> x = Magnitudes("lcm", x1, x2);
  if (!x[0].ok()) return Tensor();
  const Tensor divisor = Divisor(x);
  const Tensor none = Equal(divisor, 0);
  return Where(none, 0,
               Multiply(x[0], FloorDivide(x[1], Where(none, 1, divisor))));
}

}  // namespace keratin::ops

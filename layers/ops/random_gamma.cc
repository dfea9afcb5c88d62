// Gamma and beta variates as JAX draws them: Marsaglia and Tsang, "A simple
// method for generating gamma variables" (2000). Every element has a key of its
// own and is redrawn until it fits; the elements go through the rounds side by
// side, and those that are done keep what they have.
#include <optional>

#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/random.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops::random {
namespace {

// A round rejects less than one draw in twenty, so none is ever left by then.
constexpr int64_t kMostRounds = 256;

Tensor True() { return trace::FullInteger({}, 1, DType::kBool); }

// New where a flag says so.
Tensor Chosen(const Tensor& flags, const Tensor& now, const Tensor& old) {
  return Where(now.rank() > flags.rank() ? ExpandDims(flags, -1) : flags, now,
               old);
}

// Whether a draw of the squeeze is rejected.
Tensor Rejected(const Tensor& d, const Tensor& x2, const Tensor& v,
                const Tensor& u) {
  return LogicalAnd(GreaterEqual(u, 1 - 0.0331 * (x2 * x2)),
                    GreaterEqual(Log(u), x2 * 0.5 + d * ((1 - v) + Log(v))));
}

// 1 + x / c of normal x, redrawn until it is positive; x.
std::pair<Tensor, Tensor> DrawPositive(const Tensor& key, const Tensor& c) {
  const Shape& shape = c.shape();
  const DType dtype = c.dtype();
  const std::vector<Tensor> drawn = trace::While(
      {True(), key, Zeros(shape, dtype), Full(shape, -1, dtype)}, kMostRounds,
      [&](absl::Span<const Tensor> old) -> std::vector<Tensor> {
        const std::vector<Tensor> keys = SplitKey(old[1]);
        const Tensor x = Normal(keys[1], shape, 0, 1, dtype);
        const Tensor again = LessEqual(old[3], 0);
        const Tensor v =
            Chosen(again, trace::MultiplyAdd(x, c, Ones(shape, dtype)), old[3]);
        return {Any(LessEqual(v, 0)), Chosen(again, keys[0], old[1]),
                Chosen(again, x, old[2]), v};
      });
  if (drawn.empty()) return {};
  return {drawn[2], drawn[3]};
}

// Gamma variates, or their logarithms.
Tensor DrawGamma(const Tensor& key, const Shape& shape, const Operand& alpha,
                 DType dtype, bool logarithm) {
  if (!key.ok() || !alpha.ok()) return Tensor();
  const std::optional<int64_t> count = shape.Elements().AsConstant();
  if (!count.has_value()) return Fail("gamma", "a known shape is needed");
  if (!IsFloating(dtype)) return Fail("gamma", "the dtype must be a float");
  const Shape flat = {*count};
  const Tensor given = Reshape(BroadcastTo(Cast(alpha, dtype), shape), flat);
  // Below 1 it is drawn for one more, and scaled at the end.
  const Tensor large = GreaterEqual(given, 1);
  const Tensor d = Where(large, given, given + 1) - 1.0 / 3;
  const Tensor c = Divide(Full({}, 1.0 / 3, dtype), Sqrt(d));

  const std::vector<Tensor> keys = SplitKey(trace::ThreefrySplit(key, *count));
  const std::vector<Tensor> drawn = trace::While(
      {True(), keys[0], Zeros(flat, dtype), Ones(flat, dtype),
       Full(flat, 2, dtype)},
      kMostRounds, [&](absl::Span<const Tensor> old) -> std::vector<Tensor> {
        const std::vector<Tensor> next = SplitKey(old[1], 3);
        const auto [x, root] = DrawPositive(next[1], c);
        const Tensor again = Rejected(d, old[2], old[3], old[4]);
        const Tensor x2 = Chosen(again, x * x, old[2]);
        const Tensor v = Chosen(again, root * root * root, old[3]);
        const Tensor u =
            Chosen(again, Uniform(next[2], flat, 0, 1, dtype), old[4]);
        return {Any(Rejected(d, x2, v, u)), Chosen(again, next[0], old[1]), x2,
                v, u};
      });
  if (drawn.empty()) return Tensor();
  const Tensor unit = Uniform(keys[1], flat, 0, 1, dtype);
  const Tensor inverse = Divide(Full({}, 1, dtype), given);
  if (logarithm) {
    const Tensor logs = Log1p(Negative(unit));
    const Tensor boost = Where(LogicalOr(large, Equal(logs, 0)),
                               Full({}, 0, dtype), logs * inverse);
    return Reshape(Log(d) + Log(drawn[3]) + boost, shape);
  }
  const Tensor boost =
      Where(large, Full({}, 1, dtype), Power(1 - unit, inverse));
  return Reshape(d * drawn[3] * boost, shape);
}

}  // namespace

Tensor Gamma(const Tensor& key, const Shape& shape, const Operand& alpha,
             DType dtype) {
  return DrawGamma(key, shape, alpha, dtype, /*logarithm=*/false);
}

Tensor Beta(const Tensor& key, const Shape& shape, const Operand& alpha,
            const Operand& beta, DType dtype) {
  const std::vector<Tensor> keys = SplitKey(key);
  const Tensor a = DrawGamma(keys[0], shape, alpha, dtype, /*logarithm=*/true);
  const Tensor b = DrawGamma(keys[1], shape, beta, dtype, /*logarithm=*/true);
  if (!a.ok() || !b.ok()) return Tensor();
  // a / (a + b) without losing digits.
  const Tensor most = Maximum(a, b);
  const Tensor x = Exp(a - most), y = Exp(b - most);
  return x / (x + y);
}

}  // namespace keratin::ops::random

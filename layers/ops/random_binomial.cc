// Binomial variates as JAX draws them. Where few successes are expected,
// waiting times between them are summed up; elsewhere Hormann's transformed
// rejection ("The generation of binomial random variates", 1993, BTRS).
#include <limits>
#include <optional>

#include "ir/trace/ops.h"
#include "ir/trace/trace.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/indexing.h"
#include "layers/ops/random.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops::random {
namespace {

// Ten successes are expected at most, and BTRS rejects less than half of its
// draws, so this many rounds are never used up.
constexpr int64_t kMostRounds = 4096;

Tensor True() { return trace::FullInteger({}, 1, DType::kBool); }

// log(k!) less Stirling's formula.
Tensor StirlingTail(const Tensor& k) {
  std::vector<float> tail = {0.0810614667953272F,  0.0413406959554092F,
                             0.0276779256849983F,  0.02079067210376509F,
                             0.0166446911898211F,  0.0138761288230707F,
                             0.0118967099458917F,  0.0104112652619720F,
                             0.00925546218271273F, 0.00833056343336287F};
  const Tensor table = Cast(
      Trace::Current()->Dense(Array::FromVector<float>({10}, tail)), k.dtype());
  const Tensor small = Clip(k, 0, 9);
  const Tensor square = (small + 1) * (small + 1);
  const Tensor formula =
      (1.0 / 12 - (1.0 / 360 - (1.0 / 1260) / square) / square) / (small + 1);
  return Where(LessEqual(k, 9),
               Take(table, Cast(Floor(small), DType::kInt32), 0), formula);
}

Tensor ByWaitingTimes(const Tensor& key, const Tensor& count,
                      const Tensor& prob) {
  const Shape& shape = prob.shape();
  const Tensor none = Zeros(shape, prob.dtype());
  const Tensor log_failure = Log1p(Negative(prob));
  const std::vector<Tensor> drawn = trace::While(
      {True(), key, none, none}, kMostRounds,
      [&](absl::Span<const Tensor> old) -> std::vector<Tensor> {
        const std::vector<Tensor> keys = SplitKey(old[1]);
        const Tensor successes =
            Where(LessEqual(old[3], count), old[2] + 1, old[2]);
        const Tensor u = Uniform(keys[0], shape, 0, 1, prob.dtype());
        const Tensor waited = old[3] + Ceil(Log(u) / log_failure);
        return {Any(LessEqual(waited, count)), keys[1], successes, waited};
      });
  return drawn.empty() ? Tensor() : drawn[2] - 1;
}

Tensor ByRejection(const Tensor& key, const Tensor& count, const Tensor& prob) {
  const Shape& shape = prob.shape();
  const DType dtype = prob.dtype();
  const Tensor stddev = Sqrt(count * prob * (1 - prob));
  const Tensor b = 1.15 + 2.53 * stddev;
  const Tensor a = -0.0873 + 0.0248 * b + 0.01 * prob;
  const Tensor c = count * prob + 0.5;
  const Tensor v_r = 0.92 - 4.2 / b;
  const Tensor r = prob / (1 - prob);
  const Tensor alpha = (2.83 + 5.1 / b) * stddev;
  const Tensor m = Floor((count + 1) * prob);
  const std::vector<Tensor> drawn = trace::While(
      {True(), key, Full(shape, -1, dtype),
       trace::FullInteger(shape, 0, DType::kBool)},
      kMostRounds, [&](absl::Span<const Tensor> old) -> std::vector<Tensor> {
        const std::vector<Tensor> keys = SplitKey(old[1], 3);
        const Tensor u = Uniform(keys[1], shape, 0, 1, dtype) - 0.5;
        const Tensor v = Uniform(keys[2], shape, 0, 1, dtype);
        const Tensor us = 0.5 - Abs(u);
        const Tensor at_once =
            LogicalAnd(GreaterEqual(us, 0.07), LessEqual(v, v_r));
        const Tensor k = Floor((2 * a / us + b) * u + c);
        const Tensor outside = LogicalOr(Less(k, 0), Greater(k, count));
        const Tensor height = Log(v * alpha / (a / (us * us) + b));
        const Tensor bound =
            (m + 0.5) * Log((m + 1) / (r * (count - m + 1))) +
            (count + 1) * Log((count - m + 1) / (count - k + 1)) +
            (k + 0.5) * Log(r * (count - k + 1) / (k + 1)) + StirlingTail(m) +
            StirlingTail(count - m) - StirlingTail(k) - StirlingTail(count - k);
        const Tensor accepted = LogicalOr(
            at_once, LogicalAnd(LogicalNot(outside), LessEqual(height, bound)));
        const Tensor done = LogicalOr(old[3], accepted);
        return {Any(LogicalNot(done)), keys[0], Where(accepted, k, old[2]),
                done};
      });
  return drawn.empty() ? Tensor() : drawn[2];
}

}  // namespace

Tensor Binomial(const Tensor& key, const Shape& shape, const Operand& counts,
                const Operand& probabilities, DType dtype) {
  if (!key.ok() || !counts.ok() || !probabilities.ok()) return Tensor();
  if (!shape.IsStatic()) return Fail("binomial", "a known shape is needed");
  if (!IsFloating(dtype)) return Fail("binomial", "the dtype must be a float");
  const Tensor p = BroadcastTo(
      IsFloating(probabilities.type().dtype) && !probabilities.is_number()
          ? probabilities.tensor()
          : Cast(probabilities, DType::kFloat32),
      shape);
  const Tensor given = BroadcastTo(Cast(counts, p.dtype()), shape);
  const auto all = [&](double value) { return Full(shape, value, p.dtype()); };
  const Tensor below_half = Less(p, 0.5);
  Tensor q = Where(below_half, p, 1 - p);
  const Tensor wrong_count = LogicalOr(IsNan(given), Less(given, 0));
  const Tensor infinite = IsInf(given);
  const Tensor wrong_q = LogicalOr(IsNan(q), Less(q, 0));
  const Tensor q_is_nan = IsNan(q);
  q = Where(wrong_q, all(0.01), q);
  const Tensor few = LogicalOr(wrong_count, LessEqual(given * q, 10));
  const Tensor count = Floor(given);
  const Tensor by_waiting = ByWaitingTimes(key, Where(few, count, all(0)), q);
  const Tensor by_rejection =
      ByRejection(key, Where(few, all(1e4), count), Where(few, all(0.5), q));
  if (!by_waiting.ok() || !by_rejection.ok()) return Tensor();
  Tensor samples = Cast(Where(few, by_waiting, by_rejection), dtype);
  const Tensor wrong = LogicalOr(wrong_q, wrong_count);
  const auto as = [&](double value) { return Full(shape, value, dtype); };
  samples = Where(wrong, as(std::numeric_limits<double>::quiet_NaN()), samples);
  samples = Where(LogicalAnd(infinite, LogicalNot(wrong)),
                  as(std::numeric_limits<double>::infinity()), samples);
  return Where(LogicalOr(LogicalOr(below_half, wrong_count),
                         LogicalOr(q_is_nan, infinite)),
               samples, Cast(count, dtype) - samples);
}

}  // namespace keratin::ops::random

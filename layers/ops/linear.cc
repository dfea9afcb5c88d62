#include "layers/ops/linear.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "ir/trace/trace.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

using Labels = std::vector<int>;

bool Has(const Labels& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}
int64_t PlaceOf(const Labels& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) - labels.begin();
}

// Drops the axes of size 1 that stand beside another size, then sums over those
// that neither the other operand nor the result has.
Tensor Simplify(Tensor x, Labels& labels, const Tensor& other,
                const Labels& other_labels, const Labels& out) {
  std::vector<int> dropped;
  std::vector<int> summed;
  Labels kept;
  for (size_t i = 0; i < labels.size(); ++i) {
    bool shared = Has(other_labels, labels[i]);
    bool one = shared && x.shape()[i].IsConstant(1) &&
               !other.shape()[PlaceOf(other_labels, labels[i])].IsConstant(1);
    if (one) dropped.push_back(static_cast<int>(i));
  }
  if (!dropped.empty()) {
    x = Squeeze(x, dropped);
    for (size_t i = 0; i < labels.size(); ++i) {
      if (!Has(dropped, static_cast<int>(i))) kept.push_back(labels[i]);
    }
    labels = kept;
    kept.clear();
  }
  for (size_t i = 0; i < labels.size(); ++i) {
    if (Has(other_labels, labels[i]) || Has(out, labels[i]))
      kept.push_back(labels[i]);
    else
      summed.push_back(static_cast<int>(i));
  }
  labels = kept;
  return summed.empty()
             ? x
             : trace::ReduceSum(
                   x, std::vector<int64_t>(summed.begin(), summed.end()));
}

// The axes of x brought into the order of `out`, which has the same labels.
Tensor Arrange(const Tensor& x, const Labels& labels, const Labels& out) {
  std::vector<int> axes;
  for (int label : out)
    axes.push_back(static_cast<int>(PlaceOf(labels, label)));
  return Transpose(x, axes);
}

}  // namespace

Tensor Contract(const char* op, const Tensor& x1, const Labels& labels1,
                const Tensor& x2, const Labels& labels2, const Labels& out) {
  if (!x1.ok() || !x2.ok()) return Tensor();
  Labels la = labels1;
  Labels lb = labels2;
  Tensor a = Simplify(x1, la, x2, labels2, out);
  Tensor b = Simplify(x2, lb, x1, labels1, out);
  if (!a.ok() || !b.ok()) return Tensor();
  std::vector<int64_t> batch_a, batch_b, contract_a, contract_b;
  Labels batch, free;
  for (size_t i = 0; i < la.size(); ++i) {
    if (!Has(lb, la[i])) {
      free.push_back(la[i]);
      continue;
    }
    int64_t other = PlaceOf(lb, la[i]);
    Shape shape = b.shape();
    if (a.shape()[i].IsConstant() || !shape[other].IsConstant())
      shape[other] = a.shape()[i];
    b = WithSizes(op, b, shape);
    if (!b.ok()) return Tensor();
    Shape known = a.shape();
    known[i] = shape[other];
    a = WithSizes(op, a, known);
    bool kept = Has(out, la[i]);
    if (kept) batch.push_back(la[i]);
    (kept ? batch_a : contract_a).push_back(static_cast<int64_t>(i));
    (kept ? batch_b : contract_b).push_back(other);
  }
  Labels result = batch;
  result.insert(result.end(), free.begin(), free.end());
  for (int label : lb) {
    if (!Has(la, label)) result.push_back(label);
  }
  Tensor product =
      trace::DotGeneral(a, b, batch_a, batch_b, contract_a, contract_b);
  return product.ok() ? Arrange(product, result, out) : Tensor();
}

namespace {

// Both operands in their common type; int8 with int8 in int32.
std::pair<Tensor, Tensor> Factors(const char* op, const Operand& x1,
                                  const Operand& x2) {
  std::vector<Tensor> x =
      Promote(op, {x1, x2}, Raise::kNone, /*broadcast=*/false);
  bool bytes = x[0].ok() && x1.type().dtype == DType::kInt8 &&
               x2.type().dtype == DType::kInt8;
  if (!bytes) return {x[0], x[1]};
  return {trace::Convert(x[0], DType::kInt32),
          trace::Convert(x[1], DType::kInt32)};
}

Labels Range(int first, int count) {
  Labels labels(count);
  std::iota(labels.begin(), labels.end(), first);
  return labels;
}

// Sums over `axes1` of x1 paired with `axes2` of x2; the other axes follow.
Tensor Paired(const char* op, const Tensor& a, const Tensor& b,
              absl::Span<const int> axes1, absl::Span<const int> axes2) {
  if (!a.ok() || !b.ok()) return Tensor();
  Labels la = Range(0, a.rank());
  Labels lb = Range(a.rank(), b.rank());
  if (axes1.size() != axes2.size())
    return Fail(op,
                "as many axes of the one as of the other operand are needed");
  for (size_t i = 0; i < axes1.size(); ++i) {
    int first = CanonicalAxis(op, axes1[i], a.rank());
    int second = CanonicalAxis(op, axes2[i], b.rank());
    if (first < 0 || second < 0) return Tensor();
    if (a.shape()[first].IsConstant() && b.shape()[second].IsConstant() &&
        a.shape()[first] != b.shape()[second]) {
      return Fail(op, absl::StrCat("shapes ", a.shape().ToString(), " and ",
                                   b.shape().ToString(), " do not fit: axis ",
                                   first, " of the first and axis ", second,
                                   " of the second must have equal sizes"));
    }
    if (Trace::Current() != nullptr)
      Trace::Current()->AssumeEqual(a.shape()[first], b.shape()[second]);
    lb[second] = la[first];
  }
  Labels out;
  for (int label : la) {
    if (!Has(lb, label)) out.push_back(label);
  }
  for (int label : lb) {
    if (!Has(la, label)) out.push_back(label);
  }
  return Contract(op, a, la, b, lb, out);
}

}  // namespace

Tensor MatMul(const Operand& x1, const Operand& x2) {
  auto [a, b] = Factors("matmul", x1, x2);
  if (!a.ok() || !b.ok()) return Tensor();
  if (a.rank() == 0 || b.rank() == 0)
    return Fail("matmul", "operands must have at least one axis");
  // Labels: 0 is summed over, 1 and 2 the matrix axes, further ones lead, from
  // the back.
  Labels la, lb, out;
  int leading = std::max(std::max(a.rank(), b.rank()) - 2, 0);
  auto label = [](const Tensor& x, Labels last) {
    Labels labels;
    for (int i = x.rank() - static_cast<int>(last.size()); i > 0; --i)
      labels.push_back(2 + i);
    labels.insert(labels.end(), last.begin(), last.end());
    return labels;
  };
  la = label(a, a.rank() == 1 ? Labels{0} : Labels{1, 0});
  lb = label(b, b.rank() == 1 ? Labels{0} : Labels{0, 2});
  const Dim& inner1 = a.dim(-1);
  const Dim& inner2 = b.rank() == 1 ? b.dim(-1) : b.dim(-2);
  if (inner1.IsConstant() && inner2.IsConstant() && inner1 != inner2) {
    return Fail("matmul",
                absl::StrCat("shapes ", a.shape().ToString(), " and ",
                             b.shape().ToString(), " do not fit: inner sizes ",
                             inner1.ToString(), " and ", inner2.ToString(),
                             " must be equal"));
  }
  if (inner1 != inner2 && Trace::Current() != nullptr)
    Trace::Current()->AssumeEqual(inner1, inner2);
  for (int i = leading; i > 0; --i) {
    if (Has(la, 2 + i) || Has(lb, 2 + i)) out.push_back(2 + i);
  }
  if (a.rank() > 1) out.push_back(1);
  if (b.rank() > 1) out.push_back(2);
  return Contract("matmul", a, la, b, lb, out);
}

Tensor Dot(const Operand& x1, const Operand& x2) {
  if (!x1.ok() || !x2.ok()) return Tensor();
  if (x1.shape().empty() || x2.shape().empty()) return Multiply(x1, x2);
  std::vector<Tensor> x =
      Promote("dot", {x1, x2}, Raise::kNone, /*broadcast=*/false);
  return Paired("dot", x[0], x[1], {-1}, {x2.shape().rank() == 1 ? -1 : -2});
}

Tensor Inner(const Operand& x1, const Operand& x2) {
  if (!x1.ok() || !x2.ok()) return Tensor();
  if (x1.shape().empty() || x2.shape().empty()) return Multiply(x1, x2);
  std::vector<Tensor> x =
      Promote("inner", {x1, x2}, Raise::kNone, /*broadcast=*/false);
  return Paired("inner", x[0], x[1], {-1}, {-1});
}

Tensor Outer(const Operand& x1, const Operand& x2) {
  return Multiply(Reshape(Ravel(x1), {-1, 1}), Reshape(Ravel(x2), {1, -1}));
}

Tensor VDot(const Operand& x1, const Operand& x2) {
  return Dot(Ravel(x1), Ravel(x2));
}

Tensor TensorDot(const Operand& x1, const Operand& x2, int axes) {
  if (!x1.ok() || !x2.ok()) return Tensor();
  int rank = x1.shape().rank();
  if (axes < 0 || axes > rank || axes > x2.shape().rank()) {
    return Fail("tensordot",
                absl::StrCat(axes, " axes are more than an operand has"));
  }
  return TensorDot(x1, x2, Range(rank - axes, axes), Range(0, axes));
}

Tensor TensorDot(const Operand& x1, const Operand& x2,
                 absl::Span<const int> axes1, absl::Span<const int> axes2) {
  std::vector<Tensor> x =
      Promote("tensordot", {x1, x2}, Raise::kNone, /*broadcast=*/false);
  return Paired("tensordot", x[0], x[1], axes1, axes2);
}

}  // namespace keratin::ops

// Division, remainder, maximum, minimum and bounds of Dims.
//
// Invariant: floordiv and mod by a positive constant c keep inside only
// coefficients in [0, c), with a constant in (-c, 0] for floordiv and [0, c)
// for mod; the rest moves out. So (h + 1) // 2 and (h - 1) // 2 + 1, two ways
// to write one convolution's output, are equal.
#include <algorithm>
#include <cstddef>
#include <numeric>

#include "runtime/checked.h"
#include "runtime/dim_builder.h"
#include "runtime/shape.h"

namespace keratin {
namespace {

using Kind = DimAtom::Kind;

// std::gcd, but defined for the smallest integer too.
int64_t Gcd(int64_t a, int64_t b) {
  auto magnitude = [](int64_t x) {
    return x < 0 ? 0 - static_cast<uint64_t>(x) : static_cast<uint64_t>(x);
  };
  const uint64_t gcd = std::gcd(magnitude(a), magnitude(b));
  return gcd > static_cast<uint64_t>(INT64_MAX) ? 1 : static_cast<int64_t>(gcd);
}

int64_t GcdOfCoefficients(const Dim& dim, int64_t start) {
  for (const DimTerm& term : dim.terms()) {
    start = Gcd(start, term.coefficient);
  }
  return start;
}

// dim without its constant, its coefficients divided by their divisor g.
Dim DivideTerms(const Dim& dim, int64_t g) {
  std::vector<DimTerm> terms(dim.terms().begin(), dim.terms().end());
  for (DimTerm& term : terms) term.coefficient /= g;
  return DimBuilder::Sum(std::move(terms), 0);
}

// The one atom that `dim` is, plus a constant; or null.
const DimAtom* SingleAtom(const Dim& dim) {
  if (dim.terms().size() != 1) return nullptr;
  const DimTerm& term = dim.terms()[0];
  if (term.coefficient != 1 || term.factors.size() != 1) return nullptr;
  return term.factors[0].get();
}

// Splits dim's terms into c * *quotient + *rest, rest's coefficients in [0, c).
void SplitTerms(const Dim& dim, int64_t c, Dim* quotient, Dim* rest) {
  std::vector<DimTerm> quotients, rests;
  for (const DimTerm& term : dim.terms()) {
    int64_t q = 0, r = 0;
    if (!CheckedFloorDiv(term.coefficient, c, &q) ||
        !CheckedMod(term.coefficient, c, &r)) {
      *quotient = *rest = Dim::Invalid();
      return;
    }
    if (q != 0) quotients.push_back({q, term.factors});
    if (r != 0) rests.push_back({r, term.factors});
  }
  *quotient = DimBuilder::Sum(std::move(quotients), 0);
  *rest = DimBuilder::Sum(std::move(rests), 0);
}

Dim FloorDivByConstant(const Dim& a, int64_t c) {
  if (!a.ok()) return a;
  if (c == 1) return a;
  if (c < 0) {
    if (c == std::numeric_limits<int64_t>::min()) return Dim::Invalid();
    return FloorDivByConstant(-a, -c);
  }
  Dim outside, rest;
  SplitTerms(a, c, &outside, &rest);
  if (!outside.ok() || !rest.ok()) return Dim::Invalid();
  const int64_t floor = a.offset() / c - (a.offset() % c < 0 ? 1 : 0);
  if (rest.IsConstant()) return outside + floor;
  // Rounded up: what stays inside is in (-c, 0].
  const int64_t ceil = floor + (a.offset() % c != 0 ? 1 : 0);
  const int64_t inside = a.offset() - ceil * c;
  const int64_t g = GcdOfCoefficients(rest, c);
  if (g > 1) {
    const int64_t inside_floor = inside / g - (inside % g != 0 ? 1 : 0);
    return outside + ceil +
           FloorDivByConstant(DivideTerms(rest, g) + inside_floor, c / g);
  }
  const DimAtom* atom = SingleAtom(rest);
  if (atom != nullptr && atom->kind == Kind::kFloorDiv) {
    const std::optional<int64_t> inner = atom->operands[1].AsConstant();
    int64_t divisor;
    if (inner.has_value() && *inner > 0 &&
        CheckedMultiply(*inner, c, &divisor)) {
      return outside + ceil +
             FloorDivByConstant(atom->operands[0] + Dim(inside) * Dim(*inner),
                                divisor);
    }
  }
  return outside + ceil +
         DimBuilder::Atom(Kind::kFloorDiv, {rest + inside, Dim(c)});
}

Dim ModByConstant(const Dim& a, int64_t c) {
  if (!a.ok()) return a;
  if (c < 0) {
    if (c == std::numeric_limits<int64_t>::min()) return Dim::Invalid();
    return -ModByConstant(-a, -c);
  }
  Dim outside, rest;
  SplitTerms(a, c, &outside, &rest);
  if (!rest.ok()) return Dim::Invalid();
  int64_t constant = 0;
  if (!CheckedMod(a.offset(), c, &constant)) return Dim::Invalid();
  if (rest.IsConstant()) return Dim(constant);
  const int64_t g = GcdOfCoefficients(rest, c);
  if (g > 1) {
    return Dim(g) * ModByConstant(DivideTerms(rest, g) + constant / g, c / g) +
           constant % g;
  }
  const DimAtom* atom = SingleAtom(rest);
  if (atom != nullptr && atom->kind == Kind::kMod &&
      atom->operands[1].IsConstant() && atom->operands[1].IsMultipleOf(c)) {
    return ModByConstant(atom->operands[0] + constant, c);
  }
  return DimBuilder::Atom(Kind::kMod, {rest + constant, Dim(c)});
}

// Divides what every term of both has in common out of both.
void CancelCommonFactors(Dim* a, Dim* b) {
  const int64_t g = GcdOfCoefficients(
      *a, GcdOfCoefficients(*b, Gcd(a->offset(), b->offset())));
  auto divide = [](const Dim& dim, int64_t by, const DimFactors& factors) {
    std::vector<DimTerm> terms;
    for (const DimTerm& term : dim.terms()) {
      DimTerm quotient;
      quotient.coefficient = term.coefficient / by;
      DivideFactors(term.factors, factors, &quotient.factors);
      terms.push_back(std::move(quotient));
    }
    return DimBuilder::Sum(std::move(terms), dim.offset() / by);
  };
  DimFactors common;
  if (a->offset() == 0 && b->offset() == 0) {
    for (const auto& factor : b->terms()[0].factors) {
      DimFactors candidate = MultiplyFactors(common, {factor});
      auto in_all = [&candidate](const Dim& dim) {
        return std::all_of(dim.terms().begin(), dim.terms().end(),
                           [&candidate](const DimTerm& term) {
                             DimFactors quotient;
                             return DivideFactors(term.factors, candidate,
                                                  &quotient);
                           });
      };
      if (in_all(*a) && in_all(*b)) common = std::move(candidate);
    }
  }
  if (g <= 1 && common.empty()) return;
  *a = divide(*a, std::max<int64_t>(g, 1), common);
  *b = divide(*b, std::max<int64_t>(g, 1), common);
}

Dim Extremum(Kind kind, const Dim& a, const Dim& b) {
  if (!a.ok() || !b.ok()) return Dim::Invalid();
  std::vector<Dim> operands;
  for (const Dim* dim : {&a, &b}) {
    const DimAtom* atom = dim->offset() == 0 ? SingleAtom(*dim) : nullptr;
    if (atom != nullptr && atom->kind == kind) {
      operands.insert(operands.end(), atom->operands.begin(),
                      atom->operands.end());
    } else {
      operands.push_back(*dim);
    }
  }
  std::vector<Dim> kept;
  for (const Dim& operand : operands) {
    auto beats = [kind](const Dim& x, const Dim& y) {
      return (kind == Kind::kMax ? x - y : y - x).IsKnownNonNegative();
    };
    if (std::any_of(kept.begin(), kept.end(),
                    [&](const Dim& other) { return beats(other, operand); })) {
      continue;
    }
    kept.erase(
        std::remove_if(kept.begin(), kept.end(),
                       [&](const Dim& other) { return beats(operand, other); }),
        kept.end());
    kept.push_back(operand);
  }
  if (kept.size() == 1) return kept[0];
  std::sort(kept.begin(), kept.end(), [](const Dim& x, const Dim& y) {
    // Constants last: max(h - 4, 0) reads better.
    if (x.IsConstant() != y.IsConstant()) return y.IsConstant();
    return Dim::Compare(x, y) < 0;
  });
  return DimBuilder::Atom(kind, std::move(kept));
}

}  // namespace

std::optional<Dim> Dim::DivideExactly(const Dim& divisor) const {
  if (!ok() || !divisor.ok() || divisor.IsConstant(0)) return std::nullopt;
  auto lead = [](const Dim& dim) {
    return dim.IsConstant() ? DimTerm{dim.offset(), {}} : dim.terms()[0];
  };
  const DimTerm by = lead(divisor);
  Dim quotient, rest = *this;
  for (int step = 0; !rest.IsConstant(0); ++step) {
    const DimTerm first = lead(rest);
    DimTerm term;
    int64_t remainder;
    if (step > DimBuilder::kMaxTerms ||
        !CheckedMod(first.coefficient, by.coefficient, &remainder) ||
        remainder != 0 ||
        !CheckedFloorDiv(first.coefficient, by.coefficient,
                         &term.coefficient) ||
        !DivideFactors(first.factors, by.factors, &term.factors)) {
      return std::nullopt;
    }
    const Dim part = DimBuilder::Sum({std::move(term)}, 0);
    quotient += part;
    rest -= part * divisor;
    if (!quotient.ok() || !rest.ok()) return std::nullopt;
  }
  return quotient;
}

Dim Dim::FloorDiv(const Dim& divisor) const {
  if (!ok() || !divisor.ok() || divisor.IsConstant(0)) return Invalid();
  if (divisor.IsConstant()) return FloorDivByConstant(*this, divisor.offset());
  if (std::optional<Dim> exact = DivideExactly(divisor)) return *exact;
  Dim a = *this, b = divisor;
  CancelCommonFactors(&a, &b);
  if (b.IsConstant()) return FloorDivByConstant(a, b.offset());
  // Terms that a single product divides move out.
  Dim outside;
  if (b.offset() == 0 && b.terms().size() == 1) {
    for (const DimTerm& term : a.terms()) {
      const Dim part = DimBuilder::Sum({term}, 0);
      if (std::optional<Dim> exact = part.DivideExactly(b)) outside += *exact;
    }
    a -= outside * b;
  }
  if (a.IsConstant(0)) return outside;
  return outside + DimBuilder::Atom(Kind::kFloorDiv, {a, b});
}

Dim Dim::CeilDiv(const Dim& divisor) const {
  return (*this + divisor - 1).FloorDiv(divisor);
}

Dim Dim::Mod(const Dim& divisor) const {
  if (!ok() || !divisor.ok() || divisor.IsConstant(0)) return Invalid();
  if (divisor.IsConstant()) return ModByConstant(*this, divisor.offset());
  if (DivideExactly(divisor).has_value()) return Dim(0);
  return DimBuilder::Atom(Kind::kMod, {*this, divisor});
}

Dim Dim::Max(const Dim& a, const Dim& b) { return Extremum(Kind::kMax, a, b); }
Dim Dim::Min(const Dim& a, const Dim& b) { return Extremum(Kind::kMin, a, b); }

}  // namespace keratin

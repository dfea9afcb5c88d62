// Values of Dims: bounds, evaluation, substitution.
#include <algorithm>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "runtime/checked.h"
#include "runtime/dim_builder.h"
#include "runtime/shape.h"

namespace keratin {
namespace {

using Kind = DimAtom::Kind;

// What is known of a value; nothing: unknown.
struct Bounds {
  std::optional<int64_t> low, high;
};

Bounds BoundsOf(const Dim& dim);

Bounds BoundsOf(const DimAtom& atom) {
  if (atom.kind == Kind::kSymbol) return {0, std::nullopt};
  std::vector<Bounds> operands;
  for (const Dim& operand : atom.operands) {
    operands.push_back(BoundsOf(operand));
  }
  const Bounds& a = operands[0];
  const Bounds& b = operands[1];
  Bounds result;
  switch (atom.kind) {
    case Kind::kSymbol:
      break;
    case Kind::kFloorDiv: {
      const std::optional<int64_t> c = atom.operands[1].AsConstant();
      int64_t bound;
      if (c.has_value() && *c > 0) {
        if (a.low && CheckedFloorDiv(*a.low, *c, &bound)) result.low = bound;
        if (a.high && CheckedFloorDiv(*a.high, *c, &bound)) result.high = bound;
      } else if (a.low && *a.low >= 0 && b.low && *b.low >= 0) {
        result = {0, a.high};
      }
      break;
    }
    case Kind::kMod:
      if (b.low && *b.low >= 0) {
        result.low = 0;
        if (b.high) result.high = *b.high - 1;
      }
      break;
    case Kind::kMax:
      result.high = a.high;
      for (const Bounds& x : operands) {
        if (x.low) result.low = std::max(result.low.value_or(*x.low), *x.low);
        result.high = result.high && x.high
                          ? std::optional(std::max(*result.high, *x.high))
                          : std::nullopt;
      }
      break;
    case Kind::kMin:
      result.low = a.low;
      for (const Bounds& x : operands) {
        if (x.high) {
          result.high = std::min(result.high.value_or(*x.high), *x.high);
        }
        result.low = result.low && x.low
                         ? std::optional(std::min(*result.low, *x.low))
                         : std::nullopt;
      }
      break;
  }
  return result;
}

// sum += coefficient * bound, or nothing if either is unknown or overflows.
void Accumulate(int64_t coefficient, std::optional<int64_t> bound,
                std::optional<int64_t>* sum) {
  int64_t product, total;
  if (sum->has_value() && bound.has_value() &&
      CheckedMultiply(coefficient, *bound, &product) &&
      CheckedAdd(**sum, product, &total)) {
    *sum = total;
  } else {
    sum->reset();
  }
}

Bounds BoundsOf(const Dim& dim) {
  if (!dim.ok()) return {};
  Bounds sum = {dim.offset(), dim.offset()};
  for (const DimTerm& term : dim.terms()) {
    Bounds product = {1, 1};
    for (const auto& factor : term.factors) {
      const Bounds bounds = BoundsOf(*factor);
      int64_t value;
      if (!bounds.low || *bounds.low < 0 || !product.low) {
        // Negative factors: known only on their own.
        product = term.factors.size() == 1 ? bounds : Bounds();
        break;
      }
      product.low = CheckedMultiply(*product.low, *bounds.low, &value)
                        ? std::optional(value)
                        : std::nullopt;
      product.high =
          product.high && bounds.high &&
                  CheckedMultiply(*product.high, *bounds.high, &value)
              ? std::optional(value)
              : std::nullopt;
    }
    const bool positive = term.coefficient > 0;
    Accumulate(term.coefficient, positive ? product.low : product.high,
               &sum.low);
    Accumulate(term.coefficient, positive ? product.high : product.low,
               &sum.high);
  }
  return sum;
}

absl::Status Overflow(const Dim& dim) {
  return absl::OutOfRangeError(
      absl::StrCat("the size ", dim.ToString(), " does not fit into 64 bits"));
}

absl::StatusOr<int64_t> EvaluateAtom(const DimAtom& atom,
                                     const DimBindings& bindings) {
  if (atom.kind == Kind::kSymbol) {
    auto found = bindings.find(atom.symbol);
    if (found == bindings.end()) {
      return absl::NotFoundError(
          absl::StrCat("the size '", atom.symbol, "' has no value"));
    }
    return found->second;
  }
  std::vector<int64_t> values;
  for (const Dim& operand : atom.operands) {
    absl::StatusOr<int64_t> value = operand.Evaluate(bindings);
    if (!value.ok()) return value;
    values.push_back(*value);
  }
  int64_t result = 0;
  bool fits = true;
  switch (atom.kind) {
    case Kind::kMax:
      return *std::max_element(values.begin(), values.end());
    case Kind::kMin:
      return *std::min_element(values.begin(), values.end());
    case Kind::kFloorDiv:
      fits = CheckedFloorDiv(values[0], values[1], &result);
      break;
    default:
      fits = CheckedMod(values[0], values[1], &result);
      break;
  }
  if (!fits) {
    return absl::OutOfRangeError(absl::StrCat(
        "the divisor ", atom.operands[1].ToString(), " is ", values[1],
        " where it divides ", atom.operands[0].ToString()));
  }
  return result;
}

void CollectSymbols(const Dim& dim, std::set<std::string>* symbols) {
  for (const DimTerm& term : dim.terms()) {
    for (const auto& factor : term.factors) {
      if (factor->kind == Kind::kSymbol) symbols->insert(factor->symbol);
      for (const Dim& operand : factor->operands) {
        CollectSymbols(operand, symbols);
      }
    }
  }
}

}  // namespace

std::optional<int64_t> Dim::LowerBound() const { return BoundsOf(*this).low; }

bool Dim::IsKnownNonNegative() const {
  return LowerBound().has_value() && *LowerBound() >= 0;
}

absl::StatusOr<int64_t> Dim::Evaluate(const DimBindings& bindings) const {
  if (!ok()) {
    return absl::InvalidArgumentError("the size is invalid (an overflow)");
  }
  int64_t sum = constant_;
  for (const DimTerm& term : terms()) {
    int64_t product = term.coefficient;
    for (const auto& factor : term.factors) {
      absl::StatusOr<int64_t> value = EvaluateAtom(*factor, bindings);
      if (!value.ok()) return value;
      if (!CheckedMultiply(product, *value, &product)) return Overflow(*this);
    }
    if (!CheckedAdd(sum, product, &sum)) return Overflow(*this);
  }
  return sum;
}

Dim Dim::Substitute(
    const absl::flat_hash_map<std::string, Dim>& replacements) const {
  if (IsConstant() || !ok() || replacements.empty()) return *this;
  Dim sum = constant_;
  for (const DimTerm& term : terms()) {
    Dim product = term.coefficient;
    for (const auto& factor : term.factors) {
      if (factor->kind == Kind::kSymbol) {
        auto found = replacements.find(factor->symbol);
        product *= found == replacements.end() ? Symbol(factor->symbol)
                                               : found->second;
        continue;
      }
      const Dim first = factor->operands[0].Substitute(replacements);
      Dim value = first;
      for (size_t i = 1; i < factor->operands.size(); ++i) {
        const Dim next = factor->operands[i].Substitute(replacements);
        switch (factor->kind) {
          case Kind::kFloorDiv:
            value = value.FloorDiv(next);
            break;
          case Kind::kMod:
            value = value.Mod(next);
            break;
          case Kind::kMax:
            value = Max(value, next);
            break;
          default:
            value = Min(value, next);
            break;
        }
      }
      product *= value;
    }
    sum += product;
  }
  return sum;
}

std::vector<std::string> Dim::Symbols() const {
  std::set<std::string> symbols;
  CollectSymbols(*this, &symbols);
  return std::vector<std::string>(symbols.begin(), symbols.end());
}

}  // namespace keratin

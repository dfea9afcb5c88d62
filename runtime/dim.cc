// Canonical sums of products: construction, order, addition, multiplication.
#include <algorithm>
#include <cstddef>

#include "absl/strings/string_view.h"
#include "runtime/checked.h"
#include "runtime/dim_builder.h"
#include "runtime/shape.h"

namespace keratin {
namespace {

uint64_t Mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 32);
}

uint64_t HashOf(absl::string_view text) {
  uint64_t hash = text.size();
  for (char c : text) hash = Mix(hash, static_cast<unsigned char>(c));
  return hash;
}

int Sign(int64_t a, int64_t b) { return a < b ? -1 : a > b ? 1 : 0; }

const std::shared_ptr<const Dim::Node>& InvalidNode() {
  static const auto& node =
      *new std::shared_ptr<const Dim::Node>(std::make_shared<Dim::Node>());
  return node;
}

int CompareTerms(const DimTerm& a, const DimTerm& b) {
  const int order = CompareFactors(a.factors, b.factors);
  return order != 0 ? order : Sign(a.coefficient, b.coefficient);
}

}  // namespace

int CompareAtoms(const DimAtom& a, const DimAtom& b) {
  if (&a == &b) return 0;
  if (a.kind != b.kind) return a.kind < b.kind ? -1 : 1;
  if (a.kind == DimAtom::Kind::kSymbol) return a.symbol.compare(b.symbol);
  const size_t common = std::min(a.operands.size(), b.operands.size());
  for (size_t i = 0; i < common; ++i) {
    const int order = Dim::Compare(a.operands[i], b.operands[i]);
    if (order != 0) return order;
  }
  return Sign(a.operands.size(), b.operands.size());
}

int CompareFactors(const DimFactors& a, const DimFactors& b) {
  if (a.size() != b.size()) return a.size() > b.size() ? -1 : 1;
  for (size_t i = 0; i < a.size(); ++i) {
    const int order = CompareAtoms(*a[i], *b[i]);
    if (order != 0) return order;
  }
  return 0;
}

DimFactors MultiplyFactors(const DimFactors& a, const DimFactors& b) {
  DimFactors product(a.size() + b.size());
  std::merge(
      a.begin(), a.end(), b.begin(), b.end(), product.begin(),
      [](const auto& x, const auto& y) { return CompareAtoms(*x, *y) < 0; });
  return product;
}

bool DivideFactors(const DimFactors& a, const DimFactors& b,
                   DimFactors* quotient) {
  quotient->clear();
  size_t next = 0;
  for (const auto& factor : a) {
    if (next < b.size() && CompareAtoms(*factor, *b[next]) == 0) {
      ++next;
    } else {
      quotient->push_back(factor);
    }
  }
  return next == b.size();
}

Dim DimBuilder::Sum(std::vector<DimTerm> terms, int64_t constant) {
  std::sort(terms.begin(), terms.end(), [](const auto& a, const auto& b) {
    return CompareFactors(a.factors, b.factors) < 0;
  });
  auto node = std::make_shared<Dim::Node>();
  for (DimTerm& term : terms) {
    if (term.factors.empty()) {
      if (!CheckedAdd(constant, term.coefficient, &constant)) {
        return Dim::Invalid();
      }
    } else if (!node->terms.empty() &&
               CompareFactors(node->terms.back().factors, term.factors) == 0) {
      int64_t& coefficient = node->terms.back().coefficient;
      if (!CheckedAdd(coefficient, term.coefficient, &coefficient)) {
        return Dim::Invalid();
      }
      if (coefficient == 0) node->terms.pop_back();
    } else if (term.coefficient != 0) {
      node->terms.push_back(std::move(term));
    }
  }
  if (node->terms.empty()) return Dim(constant);
  node->hash = 1;
  for (const DimTerm& term : node->terms) {
    node->hash = Mix(node->hash, static_cast<uint64_t>(term.coefficient));
    for (const auto& factor : term.factors) {
      node->hash = Mix(node->hash, factor->hash);
      node->size += factor->size;
      node->depth = std::max(node->depth, factor->depth);
      if (node->size > kMaxSize) return Dim::Invalid();
    }
  }
  if (node->terms.size() > kMaxTerms) return Dim::Invalid();
  Dim dim(constant);
  dim.node_ = std::move(node);
  return dim;
}

Dim DimBuilder::Atom(DimAtom atom) {
  return Sum({{1, {std::make_shared<const DimAtom>(std::move(atom))}}}, 0);
}

Dim DimBuilder::Atom(DimAtom::Kind kind, std::vector<Dim> operands) {
  DimAtom atom;
  atom.kind = kind;
  atom.hash = static_cast<uint64_t>(kind) + 2;
  for (const Dim& operand : operands) {
    if (!operand.ok()) return Dim::Invalid();
    atom.hash = Mix(atom.hash, static_cast<uint64_t>(operand.constant_));
    if (operand.node_ == nullptr) continue;
    atom.hash = Mix(atom.hash, operand.node_->hash);
    atom.size += operand.node_->size;
    atom.depth = std::max(atom.depth, operand.node_->depth + 1);
  }
  if (atom.size > kMaxSize || atom.depth > kMaxDepth) return Dim::Invalid();
  atom.operands = std::move(operands);
  return Atom(std::move(atom));
}

bool DimBuilder::IsSymbolName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxSymbolLength &&
         std::none_of(name.begin(), name.end(), [](char c) {
           return c == '`' || static_cast<unsigned char>(c) < 32 || c == 127;
         });
}

Dim Dim::Symbol(absl::string_view name) {
  if (!DimBuilder::IsSymbolName(name)) return Invalid();
  DimAtom atom;
  atom.symbol = std::string(name);
  atom.hash = HashOf(name);
  return DimBuilder::Atom(std::move(atom));
}

Dim Dim::Invalid() {
  Dim dim;
  dim.node_ = InvalidNode();
  return dim;
}

bool Dim::ok() const { return node_ == nullptr || !node_->terms.empty(); }

std::optional<int64_t> Dim::AsConstant() const {
  if (!IsConstant()) return std::nullopt;
  return constant_;
}

absl::string_view Dim::AsSymbol() const {
  if (constant_ != 0 || terms().size() != 1) return "";
  const DimTerm& term = node_->terms[0];
  if (term.coefficient != 1 || term.factors.size() != 1) return "";
  return term.factors[0]->symbol;  // empty unless it is a symbol
}

absl::Span<const DimTerm> Dim::terms() const {
  if (node_ == nullptr) return {};
  return node_->terms;
}

uint64_t Dim::NodeHash() const { return node_ == nullptr ? 0 : node_->hash; }

Dim operator+(const Dim& a, const Dim& b) {
  if (!a.ok() || !b.ok()) return Dim::Invalid();
  int64_t constant;
  if (!CheckedAdd(a.constant_, b.constant_, &constant)) return Dim::Invalid();
  if (a.IsConstant() || b.IsConstant()) {
    Dim sum = a.IsConstant() ? b : a;
    sum.constant_ = constant;
    return sum;
  }
  std::vector<DimTerm> terms = a.node_->terms;
  terms.insert(terms.end(), b.node_->terms.begin(), b.node_->terms.end());
  return DimBuilder::Sum(std::move(terms), constant);
}

Dim operator-(const Dim& a, const Dim& b) {
  // Not a + -b for constants: the smallest integer has no negative.
  if (b.IsConstant() && a.ok()) {
    Dim difference = a;
    return __builtin_sub_overflow(a.constant_, b.constant_,
                                  &difference.constant_)
               ? Dim::Invalid()
               : difference;
  }
  return a + -b;
}

Dim Dim::operator-() const { return *this * Dim(-1); }

Dim operator*(const Dim& a, const Dim& b) {
  if (!a.ok() || !b.ok()) return Dim::Invalid();
  if (a.IsConstant(0) || b.IsConstant(0)) return Dim(0);
  if (a.IsConstant(1)) return b;
  if (b.IsConstant(1)) return a;
  int64_t constant;
  if (!CheckedMultiply(a.constant_, b.constant_, &constant)) {
    return Dim::Invalid();
  }
  if (a.IsConstant() && b.IsConstant()) return Dim(constant);
  const absl::Span<const DimTerm> left = a.terms(), right = b.terms();
  if ((left.size() + 1) * (right.size() + 1) > 4 * DimBuilder::kMaxTerms) {
    return Dim::Invalid();
  }
  std::vector<DimTerm> terms;
  auto append = [&terms](const DimTerm& x, const DimTerm& y) {
    DimTerm term;
    if (!CheckedMultiply(x.coefficient, y.coefficient, &term.coefficient)) {
      return false;
    }
    term.factors = MultiplyFactors(x.factors, y.factors);
    terms.push_back(std::move(term));
    return true;
  };
  const DimTerm left_constant = {a.constant_, {}};
  const DimTerm right_constant = {b.constant_, {}};
  for (const DimTerm& x : left) {
    for (const DimTerm& y : right) {
      if (!append(x, y)) return Dim::Invalid();
    }
    if (!append(x, right_constant)) return Dim::Invalid();
  }
  for (const DimTerm& y : right) {
    if (!append(left_constant, y)) return Dim::Invalid();
  }
  return DimBuilder::Sum(std::move(terms), constant);
}

int Dim::Compare(const Dim& a, const Dim& b) {
  if (a.node_ != b.node_) {
    if (a.ok() != b.ok()) return a.ok() ? -1 : 1;
    const absl::Span<const DimTerm> left = a.terms(), right = b.terms();
    for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
      const int order = CompareTerms(left[i], right[i]);
      if (order != 0) return order;
    }
    if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
  }
  return Sign(a.constant_, b.constant_);
}

bool operator==(const Dim& a, const Dim& b) {
  if (a.constant_ != b.constant_ || a.NodeHash() != b.NodeHash()) return false;
  return Dim::Compare(a, b) == 0;
}

}  // namespace keratin

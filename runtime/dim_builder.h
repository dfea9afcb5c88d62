// How canonical Dims are made; private to the implementation of Dim.
//
// Invariant: every Dim with symbols comes out of DimBuilder::Sum, which sorts
// and merges terms, and makes what has grown beyond the limits invalid.
//
// Example:
//   Dim d = DimBuilder::Sum({{2, {atom}}}, 1);   // 2*atom + 1
#ifndef KERATIN_RUNTIME_DIM_BUILDER_H_
#define KERATIN_RUNTIME_DIM_BUILDER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/shape.h"

namespace keratin {

struct Dim::Node {
  std::vector<DimTerm> terms;  // sorted; empty for the invalid Dim alone
  uint64_t hash = 0;
  int size = 0;
  int depth = 0;
};

using DimFactors = std::vector<std::shared_ptr<const DimAtom>>;

struct DimBuilder {
  // Beyond these an expression is invalid: each is far above what models need,
  // and keeps hostile text from costing time, memory or stack.
  static constexpr int kMaxTerms = 256;
  static constexpr int kMaxSize = 2048;
  static constexpr int kMaxDepth = 40;
  static constexpr int kMaxSymbolLength = 1024;

  // The sum of the terms, in any order, and the constant.
  static Dim Sum(std::vector<DimTerm> terms, int64_t constant);
  // One atom on its own.
  static Dim Atom(DimAtom atom);
  static Dim Atom(DimAtom::Kind kind, std::vector<Dim> operands);
  static bool IsSymbolName(absl::string_view name);
};

// Orders of structure: negative, 0, positive.
int CompareAtoms(const DimAtom& a, const DimAtom& b);
// Of products: more factors first, then by factors; a monomial order.
int CompareFactors(const DimFactors& a, const DimFactors& b);
// The product of both, sorted.
DimFactors MultiplyFactors(const DimFactors& a, const DimFactors& b);
// True and *quotient set if b's factors are all in a.
bool DivideFactors(const DimFactors& a, const DimFactors& b,
                   DimFactors* quotient);

}  // namespace keratin

#endif  // KERATIN_RUNTIME_DIM_BUILDER_H_

// Sizes of tensors: a Dim is a constant or an expression in named symbols, a
// Shape a list of them.
//
// Invariant: a Dim is kept in canonical form, a sum of terms `coefficient *
// atom * atom ...` plus a constant, where an atom is a symbol or a floordiv,
// mod, max or min of canonical Dims. So `==` is structural and (batch *
// 4).FloorDiv(4) == batch. Symbols are sizes: never negative. Arithmetic is
// checked: what does not fit into 64 bits, a division by zero, or an expression
// grown beyond reason gives the invalid Dim (ok() is false), which poisons
// everything made of it.
//
// Example:
//   Dim batch = Dim::Symbol("batch");
//   Shape x = {batch, 28, 28, 1};
//   Dim rows = (batch * 28 + 1).FloorDiv(2);  // "14*batch": the half is lost
//   Shape y = {rows, x[1] - 3};               // "(14*batch, 25)"
//   absl::StatusOr<int64_t> n =
//       x.Elements().Evaluate({{"batch", 10}});  // 7840
#ifndef KERATIN_RUNTIME_SHAPE_H_
#define KERATIN_RUNTIME_SHAPE_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace keratin {

class Dim;
struct DimAtom;
struct DimTerm;

// Values of symbols by name.
using DimBindings = absl::flat_hash_map<std::string, int64_t>;

class Dim {
 public:
  // The constant 0.
  Dim() = default;
  // Implicit, so that sizes are written as numbers.
  Dim(int64_t constant)
      : constant_(constant) {}  // NOLINT(google-explicit-constructor)

  // The size called `name`; ToString quotes a name that is no identifier with
  // backquotes. An empty name, one of more than 1024 bytes, or one with a
  // backquote or control character is invalid.
  static Dim Symbol(absl::string_view name);
  static Dim Invalid();

  // What ToString writes, with any spaces; `ceildiv(a, b)` too. Errors say what
  // stands where.
  static absl::StatusOr<Dim> Parse(absl::string_view text);

  bool ok() const;
  bool IsConstant() const { return node_ == nullptr; }
  bool IsConstant(int64_t value) const {
    return IsConstant() && constant_ == value;
  }
  // The constant, or nothing if it depends on a symbol or is invalid.
  std::optional<int64_t> AsConstant() const;
  // The name if it is a bare symbol, else "".
  absl::string_view AsSymbol() const;

  friend Dim operator+(const Dim& a, const Dim& b);
  friend Dim operator-(const Dim& a, const Dim& b);
  friend Dim operator*(const Dim& a, const Dim& b);
  Dim operator-() const;
  Dim& operator+=(const Dim& other) { return *this = *this + other; }
  Dim& operator-=(const Dim& other) { return *this = *this - other; }
  Dim& operator*=(const Dim& other) { return *this = *this * other; }

  // Rounded down, as Python's //; by zero: invalid.
  Dim FloorDiv(const Dim& divisor) const;
  // Rounded up.
  Dim CeilDiv(const Dim& divisor) const;
  // Python's %: the sign of the divisor.
  Dim Mod(const Dim& divisor) const;
  static Dim Max(const Dim& a, const Dim& b);
  static Dim Min(const Dim& a, const Dim& b);
  // The q with q * divisor == *this whatever the symbols are, if there is one.
  std::optional<Dim> DivideExactly(const Dim& divisor) const;

  // Known whatever the symbols are (each at least 0); false: not known.
  bool IsMultipleOf(int64_t divisor) const {
    return Mod(divisor).IsConstant(0);
  }
  bool IsKnownNonNegative() const;
  bool IsKnownPositive() const { return (*this - 1).IsKnownNonNegative(); }
  // The largest constant known to be at most this, if any.
  std::optional<int64_t> LowerBound() const;

  // The value under the bindings; an unbound symbol, overflow, or division by
  // zero is an error.
  absl::StatusOr<int64_t> Evaluate(const DimBindings& bindings) const;
  // The expression with each named symbol replaced.
  Dim Substitute(
      const absl::flat_hash_map<std::string, Dim>& replacements) const;
  // The names of its symbols, sorted, each once.
  std::vector<std::string> Symbols() const;

  // "2*batch*seq + 1", "floordiv(h - 1, 2)"; "<invalid>" for an invalid one.
  std::string ToString() const;

  // The structure: the value is the sum of terms() plus offset(). For emitting
  // code.
  absl::Span<const DimTerm> terms() const;
  int64_t offset() const { return constant_; }

  friend bool operator==(const Dim& a, const Dim& b);
  // A total order of structure, not of size: for sorted containers.
  static int Compare(const Dim& a, const Dim& b);
  template <typename H>
  friend H AbslHashValue(H h, const Dim& dim) {
    return H::combine(std::move(h), dim.constant_, dim.NodeHash());
  }
  friend std::ostream& operator<<(std::ostream& out, const Dim& dim);

  // Used by the implementation alone.
  struct Node;

 private:
  friend struct DimBuilder;
  uint64_t NodeHash() const;

  int64_t constant_ = 0;
  std::shared_ptr<const Node> node_;  // null: the constant alone
};

// A part that sums of products are made of.
struct DimAtom {
  enum class Kind : uint8_t { kSymbol, kFloorDiv, kMod, kMax, kMin };
  Kind kind = Kind::kSymbol;
  std::string symbol;  // kSymbol
  // floordiv and mod: dividend, divisor; max and min: two or more.
  std::vector<Dim> operands;
  uint64_t hash = 0;
  int size = 1;   // atoms in it, counted as a tree
  int depth = 1;  // of nesting
};

// coefficient * the product of the factors (a square is the factor twice);
// sorted, not empty.
struct DimTerm {
  int64_t coefficient = 0;
  std::vector<std::shared_ptr<const DimAtom>> factors;
};

class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<Dim> dims) : dims_(dims) {}
  explicit Shape(std::vector<Dim> dims) : dims_(std::move(dims)) {}
  static Shape FromSizes(absl::Span<const int64_t> sizes) {
    return Shape(std::vector<Dim>(sizes.begin(), sizes.end()));
  }
  // What ToString writes: "(batch, 28)", "()", "(batch,)".
  static absl::StatusOr<Shape> Parse(absl::string_view text);

  int rank() const { return static_cast<int>(dims_.size()); }
  bool empty() const { return dims_.empty(); }
  size_t size() const { return dims_.size(); }
  const Dim& operator[](size_t axis) const { return dims_[axis]; }
  Dim& operator[](size_t axis) { return dims_[axis]; }
  const Dim& front() const { return dims_.front(); }
  const Dim& back() const { return dims_.back(); }
  auto begin() const { return dims_.begin(); }
  auto end() const { return dims_.end(); }
  auto begin() { return dims_.begin(); }
  auto end() { return dims_.end(); }
  const std::vector<Dim>& dims() const { return dims_; }
  void push_back(Dim dim) { dims_.push_back(std::move(dim)); }

  // False if a Dim in it is invalid.
  bool ok() const;
  // The number of elements: the product of the sizes; 1 for rank 0.
  Dim Elements() const;
  bool IsStatic() const;
  // The sizes if all are constant.
  std::optional<std::vector<int64_t>> AsSizes() const;
  // Sizes under the bindings; a negative size is an error too.
  absl::StatusOr<std::vector<int64_t>> Evaluate(
      const DimBindings& bindings) const;
  Shape Substitute(
      const absl::flat_hash_map<std::string, Dim>& replacements) const;

  // "(batch, 28, 28, 1)"; one dimension as Python writes it: "(batch,)".
  std::string ToString() const;

  friend bool operator==(const Shape& a, const Shape& b) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Shape& shape) {
    return H::combine(std::move(h), shape.dims_);
  }
  friend std::ostream& operator<<(std::ostream& out, const Shape& shape);

 private:
  std::vector<Dim> dims_;
};

}  // namespace keratin

#endif  // KERATIN_RUNTIME_SHAPE_H_

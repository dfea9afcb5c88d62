// Dims as text: printing, and a parser that hostile text cannot hurt.
//
//   sum     := product (('+' | '-') product)*
//   product := unary ('*' unary)*
//   unary   := '-' unary | number | name | '`' any name '`' | '(' sum ')'
//            | function '(' sum (',' sum)+ ')'
//   function: floordiv, ceildiv, mod, max, min
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "runtime/dim_builder.h"
#include "runtime/shape.h"

namespace keratin {
namespace {

using Kind = DimAtom::Kind;

constexpr absl::string_view kFunctions[] = {"floordiv", "mod", "max", "min",
                                            "ceildiv"};
constexpr size_t kMaxText = 1 << 16;
constexpr int kMaxNesting = 100;

bool IsFunction(absl::string_view name) {
  for (absl::string_view function : kFunctions) {
    if (name == function) return true;
  }
  return false;
}

bool StartsName(char c) { return absl::ascii_isalpha(c) || c == '_'; }
bool ContinuesName(char c) {
  return absl::ascii_isalnum(c) || c == '_' || c == '.';
}

bool IsPlainName(absl::string_view name) {
  if (!StartsName(name[0]) || IsFunction(name)) return false;
  for (char c : name) {
    if (!ContinuesName(c)) return false;
  }
  return true;
}

void AppendAtom(const DimAtom& atom, std::string* out) {
  if (atom.kind == Kind::kSymbol) {
    const bool plain = IsPlainName(atom.symbol);
    absl::StrAppend(out, plain ? "" : "`", atom.symbol, plain ? "" : "`");
    return;
  }
  absl::StrAppend(out, kFunctions[static_cast<int>(atom.kind) - 1], "(");
  for (size_t i = 0; i < atom.operands.size(); ++i) {
    absl::StrAppend(out, i == 0 ? "" : ", ", atom.operands[i].ToString());
  }
  out->push_back(')');
}

class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  absl::StatusOr<Dim> ParseWhole() {
    if (text_.size() > kMaxText) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a size expression of ", text_.size(), " bytes is too long"));
    }
    Dim dim = Sum();
    if (error_.empty() && Peek() != '\0') Fail("an operator");
    if (!error_.empty()) return absl::InvalidArgumentError(error_);
    if (!dim.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the size expression '", text_.substr(0, 80),
                       "' overflows, divides by zero, or is too large"));
    }
    return dim;
  }

 private:
  void Fail(absl::string_view expected) {
    if (!error_.empty()) return;
    error_ =
        absl::StrCat("size expression '", text_.substr(0, 80), "': expected ",
                     expected, " at character ", position_);
  }

  char Peek() {
    while (position_ < text_.size() && text_[position_] == ' ') ++position_;
    return position_ < text_.size() ? text_[position_] : '\0';
  }

  bool Accept(char c) {
    if (Peek() != c || c == '\0') return false;
    ++position_;
    return true;
  }

  Dim Sum() {
    Dim sum = Product();
    while (error_.empty()) {
      if (Accept('+')) {
        sum += Product();
      } else if (Accept('-')) {
        sum -= Product();
      } else {
        break;
      }
    }
    return sum;
  }

  Dim Product() {
    Dim product = Unary();
    while (error_.empty() && Accept('*')) product *= Unary();
    return product;
  }

  Dim Unary() {
    if (++nesting_ > kMaxNesting) {
      Fail("less nesting");
      return Dim();
    }
    Dim result = UnaryWithinNesting();
    --nesting_;
    return result;
  }

  Dim UnaryWithinNesting() {
    if (Accept('-')) {
      return absl::ascii_isdigit(Peek()) ? Number(true) : -Unary();
    }
    const char c = Peek();
    if (absl::ascii_isdigit(c)) return Number(false);
    if (Accept('(')) {
      Dim inner = Sum();
      if (!Accept(')')) Fail("')'");
      return inner;
    }
    if (Accept('`')) {
      const size_t end = text_.find('`', position_);
      if (end == absl::string_view::npos) {
        Fail("a closing '`'");
        return Dim();
      }
      Dim symbol = SymbolNamed(text_.substr(position_, end - position_));
      position_ = end + 1;
      return symbol;
    }
    if (StartsName(c)) {
      const size_t start = position_;
      while (position_ < text_.size() && ContinuesName(text_[position_])) {
        ++position_;
      }
      const absl::string_view name = text_.substr(start, position_ - start);
      return IsFunction(name) ? Call(name) : SymbolNamed(name);
    }
    Fail("a number, a name or '('");
    return Dim();
  }

  Dim SymbolNamed(absl::string_view name) {
    Dim symbol = Dim::Symbol(name);
    if (!symbol.ok()) Fail("a shorter, printable name");
    return symbol;
  }

  Dim Number(bool negative) {
    const size_t start = position_;
    while (position_ < text_.size() && absl::ascii_isdigit(text_[position_])) {
      ++position_;
    }
    int64_t value = 0;
    const std::string digits = absl::StrCat(
        negative ? "-" : "", text_.substr(start, position_ - start));
    if (!absl::SimpleAtoi(digits, &value)) Fail("a number of 64 bits before");
    return value;
  }

  Dim Call(absl::string_view function) {
    if (!Accept('(')) {
      Fail("'(' after the name of a function");
      return Dim();
    }
    Dim value = Sum();
    int count = 1;
    while (error_.empty() && Accept(',')) {
      const Dim next = Sum();
      ++count;
      if (function == "floordiv") value = value.FloorDiv(next);
      if (function == "ceildiv") value = value.CeilDiv(next);
      if (function == "mod") value = value.Mod(next);
      if (function == "max") value = Dim::Max(value, next);
      if (function == "min") value = Dim::Min(value, next);
    }
    const bool any_number = function == "max" || function == "min";
    if (!Accept(')')) Fail("')'");
    if (count < 2 || (count > 2 && !any_number)) {
      Fail(absl::StrCat("two arguments of ", function, " before"));
    }
    return value;
  }

  absl::string_view text_;
  size_t position_ = 0;
  int nesting_ = 0;
  std::string error_;
};

}  // namespace

absl::StatusOr<Dim> Dim::Parse(absl::string_view text) {
  return Parser(text).ParseWhole();
}

std::string Dim::ToString() const {
  if (!ok()) return "<invalid>";
  if (IsConstant()) return absl::StrCat(constant_);
  std::string out;
  for (const DimTerm& term : terms()) {
    int64_t coefficient = term.coefficient;
    const bool subtract = coefficient < 0 && coefficient != INT64_MIN;
    if (subtract) coefficient = -coefficient;
    if (out.empty()) {
      absl::StrAppend(&out, subtract ? "-" : "");
    } else {
      absl::StrAppend(&out, subtract ? " - " : " + ");
    }
    if (coefficient != 1) absl::StrAppend(&out, coefficient, "*");
    for (size_t i = 0; i < term.factors.size(); ++i) {
      if (i > 0) out.push_back('*');
      AppendAtom(*term.factors[i], &out);
    }
  }
  if (constant_ > 0 || constant_ == INT64_MIN) {
    absl::StrAppend(&out, " + ", constant_);
  } else if (constant_ < 0) {
    absl::StrAppend(&out, " - ", -constant_);
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const Dim& dim) {
  return out << dim.ToString();
}

}  // namespace keratin

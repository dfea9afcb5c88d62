// Postfix code of Dims.
#include "runtime/dim_program.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "runtime/checked.h"

namespace keratin {
namespace {

absl::StatusOr<int> PlaceOf(absl::string_view symbol,
                            absl::Span<const std::string> symbols) {
  for (size_t i = 0; i < symbols.size(); ++i) {
    if (symbols[i] == symbol) return static_cast<int>(i);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no input says what the size '", symbol, "' is"));
}

}  // namespace

absl::StatusOr<DimProgram> DimProgram::Compile(
    const Dim& dim, absl::Span<const std::string> symbols) {
  DimProgram program;
  if (!dim.ok()) return absl::InvalidArgumentError("the size is invalid");
  if (dim.IsConstant()) {
    program.constant_ = dim.offset();
    return program;
  }
  if (!dim.AsSymbol().empty()) {
    absl::StatusOr<int> place = PlaceOf(dim.AsSymbol(), symbols);
    if (!place.ok()) return place.status();
    program.symbol_ = *place;
    return program;
  }
  absl::Status status = program.Append(dim, symbols, 0);
  if (!status.ok()) return status;
  return program;
}

absl::Status DimProgram::Append(const Dim& dim,
                                absl::Span<const std::string> symbols,
                                int stack) {
  // At most the sum, a product and an operand lie on the stack per nesting.
  if (stack + 4 > kMaxStack) {
    return absl::InvalidArgumentError("the size expression nests too deep");
  }
  steps_.push_back({Op::kConstant, dim.offset()});
  for (const DimTerm& term : dim.terms()) {
    steps_.push_back({Op::kConstant, term.coefficient});
    for (const auto& factor : term.factors) {
      if (factor->kind == DimAtom::Kind::kSymbol) {
        absl::StatusOr<int> place = PlaceOf(factor->symbol, symbols);
        if (!place.ok()) return place.status();
        steps_.push_back({Op::kSymbol, *place});
      }
      for (size_t i = 0; i < factor->operands.size(); ++i) {
        absl::Status status =
            Append(factor->operands[i], symbols, stack + 2 + (i > 0 ? 1 : 0));
        if (!status.ok()) return status;
        if (i == 0) continue;
        switch (factor->kind) {
          case DimAtom::Kind::kFloorDiv:
            steps_.push_back({Op::kFloorDiv, 0});
            break;
          case DimAtom::Kind::kMod:
            steps_.push_back({Op::kMod, 0});
            break;
          case DimAtom::Kind::kMax:
            steps_.push_back({Op::kMax, 0});
            break;
          default:
            steps_.push_back({Op::kMin, 0});
            break;
        }
      }
      steps_.push_back({Op::kMultiply, 0});
    }
    steps_.push_back({Op::kAdd, 0});
  }
  return absl::OkStatus();
}

bool DimProgram::Run(const int64_t* values, int64_t* result) const {
  int64_t stack[kMaxStack];
  int64_t* top = stack;  // stack[0] stays unused
  for (const Step& step : steps_) {
    if (step.op == Op::kConstant || step.op == Op::kSymbol) {
      *++top = step.op == Op::kConstant ? step.value : values[step.value];
      continue;
    }
    const int64_t right = *top--;
    int64_t& left = *top;
    bool fits = true;
    switch (step.op) {
      case Op::kAdd:
        fits = CheckedAdd(left, right, &left);
        break;
      case Op::kMultiply:
        fits = CheckedMultiply(left, right, &left);
        break;
      case Op::kFloorDiv:
        fits = CheckedFloorDiv(left, right, &left);
        break;
      case Op::kMod:
        fits = CheckedMod(left, right, &left);
        break;
      case Op::kMax:
        left = std::max(left, right);
        break;
      default:
        left = std::min(left, right);
        break;
    }
    if (!fits) return false;
  }
  *result = *top;
  return true;
}

}  // namespace keratin

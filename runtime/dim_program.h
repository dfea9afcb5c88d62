// DimProgram: a Dim made ready to be evaluated many times, without allocation.
//
// Invariant: gives the same value as Dim::Evaluate with the symbols' values,
// and false where that is an error.
//
// Example:
//   absl::StatusOr<DimProgram> size = DimProgram::Compile(dim, {"batch"});
//   int64_t dims[] = {10}, bytes;
//   if (!size->Evaluate(dims, &bytes)) ...;
#ifndef KERATIN_RUNTIME_DIM_PROGRAM_H_
#define KERATIN_RUNTIME_DIM_PROGRAM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/shape.h"

namespace keratin {

class DimProgram {
 public:
  // Always 0.
  DimProgram() = default;

  // `symbols` gives each symbol's place in the values; one that is not among
  // them is an error.
  static absl::StatusOr<DimProgram> Compile(
      const Dim& dim, absl::Span<const std::string> symbols);

  // False on overflow or a division by zero. `values`: of the symbols.
  bool Evaluate(const int64_t* values, int64_t* result) const {
    if (steps_.empty()) {
      *result = symbol_ < 0 ? constant_ : values[symbol_];
      return true;
    }
    return Run(values, result);
  }

 private:
  enum class Op : uint8_t {
    kConstant,
    kSymbol,
    kAdd,
    kMultiply,
    kFloorDiv,
    kMod,
    kMax,
    kMin
  };
  struct Step {
    Op op;
    int64_t value;  // of a constant, or the symbol's place
  };
  static constexpr int kMaxStack = 256;

  bool Run(const int64_t* values, int64_t* result) const;
  absl::Status Append(const Dim& dim, absl::Span<const std::string> symbols,
                      int stack);

  // Without steps: the constant, or the value of the symbol.
  int64_t constant_ = 0;
  int symbol_ = -1;
  std::vector<Step> steps_;  // postfix
};

}  // namespace keratin

#endif  // KERATIN_RUNTIME_DIM_PROGRAM_H_

// 64-bit arithmetic that notices overflow.
//
// Invariant: each function returns true and sets *result, or returns false.
//
// Example:
//   int64_t bytes;
//   if (!CheckedMultiply(elements, size, &bytes)) return TooLarge();
#ifndef KERATIN_RUNTIME_CHECKED_H_
#define KERATIN_RUNTIME_CHECKED_H_

#include <cstdint>
#include <limits>

namespace keratin {

[[nodiscard]] inline bool CheckedAdd(int64_t a, int64_t b, int64_t* result) {
  return !__builtin_add_overflow(a, b, result);
}

[[nodiscard]] inline bool CheckedMultiply(int64_t a, int64_t b,
                                          int64_t* result) {
  return !__builtin_mul_overflow(a, b, result);
}

// a / b rounded down; false if b is 0 too.
[[nodiscard]] inline bool CheckedFloorDiv(int64_t a, int64_t b,
                                          int64_t* result) {
  if (b == 0 || (a == std::numeric_limits<int64_t>::min() && b == -1)) {
    return false;
  }
  *result = a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
  return true;
}

// The remainder that goes with it: it has the sign of b.
[[nodiscard]] inline bool CheckedMod(int64_t a, int64_t b, int64_t* result) {
  if (b == 0) return false;
  const int64_t remainder = b == -1 ? 0 : a % b;
  *result = remainder + (remainder != 0 && (remainder < 0) != (b < 0) ? b : 0);
  return true;
}

}  // namespace keratin

#endif  // KERATIN_RUNTIME_CHECKED_H_

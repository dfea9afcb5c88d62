// Floating point formats narrower than 32 bits: storage types and conversions.
//
// Invariant: every conversion to a narrower format rounds to nearest, ties to
// even, and keeps subnormals, signed zeros, infinities and NaN (as ml_dtypes
// and numpy do). float8_e4m3fn has no infinity: what is too large for it
// becomes NaN.
//
// Example:
//   BFloat16 b(1.1f);            // rounds
//   float back = static_cast<float>(b);
#ifndef KERATIN_RUNTIME_SMALL_FLOAT_H_
#define KERATIN_RUNTIME_SMALL_FLOAT_H_

#include <bit>
#include <cstdint>
#include <type_traits>

namespace keratin {
namespace small_float_internal {

// Rounds `value` to the bits of a format of 1 sign bit, `exponent_bits` and
// `mantissa_bits`. `finite_only`: the all-ones exponent holds numbers too, and
// only all bits set is NaN.
template <int exponent_bits, int mantissa_bits, bool finite_only>
constexpr uint32_t Encode(double value) {
  constexpr int bias = (1 << (exponent_bits - 1)) - 1;
  constexpr uint32_t exponent_mask = (1u << exponent_bits) - 1;
  constexpr uint32_t infinity = exponent_mask << mantissa_bits;
  constexpr uint32_t nan = finite_only ? infinity | ((1u << mantissa_bits) - 1)
                                       : infinity | (1u << (mantissa_bits - 1));
  constexpr uint32_t largest = finite_only ? nan - 1 : infinity - 1;
  const uint64_t bits = std::bit_cast<uint64_t>(value);
  const uint32_t sign = static_cast<uint32_t>(bits >> 63)
                        << (exponent_bits + mantissa_bits);
  const int exponent = static_cast<int>((bits >> 52) & 0x7ff) - 1023;
  const uint64_t fraction = bits & ((uint64_t{1} << 52) - 1);
  if (exponent == 1024) {
    if (fraction != 0) return sign | nan;
    return sign | (finite_only ? nan : infinity);
  }
  if (exponent > bias + 1) return sign | (finite_only ? nan : infinity);
  const bool subnormal = exponent < 1 - bias;
  // Drop `shift` low bits of the 53-bit significand.
  const int shift = 52 - mantissa_bits + (subnormal ? 1 - bias - exponent : 0);
  if (shift > 53) return sign;
  const uint64_t significand = fraction | (uint64_t{1} << 52);
  const uint64_t kept = significand >> shift;
  const uint64_t rest = significand & ((uint64_t{1} << shift) - 1);
  const uint64_t half = uint64_t{1} << (shift - 1);
  const uint64_t rounded =
      kept + (rest > half || (rest == half && (kept & 1)) ? 1 : 0);
  // For a normal number `rounded` carries the implicit bit: it adds one to the
  // exponent field.
  const uint32_t magnitude =
      subnormal
          ? static_cast<uint32_t>(rounded)
          : static_cast<uint32_t>(rounded) +
                (static_cast<uint32_t>(exponent + bias - 1) << mantissa_bits);
  if (magnitude > largest) return sign | (finite_only ? nan : infinity);
  return sign | magnitude;
}

// The float that the bits of such a format stand for; exact.
template <int exponent_bits, int mantissa_bits, bool finite_only>
constexpr float Decode(uint32_t bits) {
  constexpr int bias = (1 << (exponent_bits - 1)) - 1;
  constexpr uint32_t exponent_mask = (1u << exponent_bits) - 1;
  const uint32_t sign = (bits >> (exponent_bits + mantissa_bits)) << 31;
  const uint32_t exponent = (bits >> mantissa_bits) & exponent_mask;
  const uint32_t mantissa = bits & ((1u << mantissa_bits) - 1);
  if (exponent == exponent_mask) {
    if constexpr (!finite_only) {
      return std::bit_cast<float>(sign | 0x7f800000u |
                                  (mantissa << (23 - mantissa_bits)));
    } else if (mantissa == (1u << mantissa_bits) - 1) {
      return std::bit_cast<float>(sign | 0x7fc00000u);
    }
  }
  if (exponent == 0) {
    // mantissa * 2^(1 - bias - mantissa_bits); a float holds that scale as a
    // normal number for all of these formats but bfloat16, which has
    // conversions of its own.
    const float scale = std::bit_cast<float>(
        static_cast<uint32_t>(127 + 1 - bias - mantissa_bits) << 23);
    const float magnitude = static_cast<float>(mantissa) * scale;
    return sign ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | ((exponent + 127 - bias) << 23) |
                              (mantissa << (23 - mantissa_bits)));
}

}  // namespace small_float_internal

// A stored number of 8 or 16 bits. Convert to float to compute with it.
template <typename Bits, int exponent_bits, int mantissa_bits, bool finite_only>
struct SmallFloat {
  Bits bits = 0;

  constexpr SmallFloat() = default;
  template <typename T>
    requires std::is_arithmetic_v<T>
  explicit constexpr SmallFloat(T value)
      : bits(static_cast<Bits>(
            small_float_internal::Encode<exponent_bits, mantissa_bits,
                                         finite_only>(
                static_cast<double>(value)))) {}
  explicit constexpr operator float() const {
    if constexpr (exponent_bits == 8) {
      return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
    } else {
      return small_float_internal::Decode<exponent_bits, mantissa_bits,
                                          finite_only>(bits);
    }
  }
  explicit constexpr operator double() const {
    return static_cast<float>(*this);
  }
  static constexpr SmallFloat FromBits(Bits bits) {
    SmallFloat result;
    result.bits = bits;
    return result;
  }
  // Equal bits, not equal numbers.
  friend constexpr bool operator==(SmallFloat, SmallFloat) = default;
};

// IEEE binary16; Keras "float16".
using Half = SmallFloat<uint16_t, 5, 10, false>;
// The upper half of a binary32; Keras "bfloat16".
using BFloat16 = SmallFloat<uint16_t, 8, 7, false>;
// Keras "float8_e4m3fn": no infinities, largest 448.
using Float8E4M3FN = SmallFloat<uint8_t, 4, 3, true>;
// Keras "float8_e5m2": IEEE-like, largest 57344.
using Float8E5M2 = SmallFloat<uint8_t, 5, 2, false>;

}  // namespace keratin

#endif  // KERATIN_RUNTIME_SMALL_FLOAT_H_

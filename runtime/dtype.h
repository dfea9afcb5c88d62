// Element types of tensors, named as Keras names them.
//
// Invariant: a DType says how one element lies in memory (size, kind); a bool
// is one byte, 0 or 1; int4 is stored unpacked as int8. DType{} is kInvalid and
// has size 0.
//
// Example:
//   absl::StatusOr<DType> dtype = ParseDType("bfloat16");
//   int64_t bytes = 10 * DTypeSize(*dtype);          // 20
//   static_assert(kDTypeOf<float> == DType::kFloat32);
#ifndef KERATIN_RUNTIME_DTYPE_H_
#define KERATIN_RUNTIME_DTYPE_H_

#include <cstdint>
#include <ostream>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/small_float.h"

namespace keratin {

enum class DType : uint8_t {
  kInvalid = 0,
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUInt8,
  kUInt16,
  kUInt32,
  kUInt64,
  kFloat16,
  kBFloat16,
  kFloat32,
  kFloat64,
  kFloat8E4M3FN,
  kFloat8E5M2,
};

// All valid element types, in the order of the enum.
absl::Span<const DType> AllDTypes();

// Keras's name: "float32", "bool", "float8_e4m3fn"; "invalid" for kInvalid.
absl::string_view DTypeName(DType dtype);

// The type of that Keras name; InvalidArgument with the list of names
// otherwise.
absl::StatusOr<DType> ParseDType(absl::string_view name);

// Bytes of one element in memory; 0 for kInvalid.
int64_t DTypeSize(DType dtype);

// numpy's descr of little-endian data: "<f4", "|b1". bfloat16 is "<V2" and the
// 8-bit floats "|V1", as ml_dtypes's types are written by numpy.save. "" for
// kInvalid.
absl::string_view DTypeNumpyDescr(DType dtype);

// The type of a numpy descr; big-endian and structured ones are
// InvalidArgument. "<V2" and "|V2" are bfloat16; "V1" says too little and is an
// error.
absl::StatusOr<DType> DTypeFromNumpyDescr(absl::string_view descr);

bool IsFloating(
    DType dtype);            // float16, bfloat16, float32, float64, both float8
bool IsFloat8(DType dtype);  // float8_e4m3fn, float8_e5m2
bool IsInteger(DType dtype);          // int8..int64, uint8..uint64; not bool
bool IsSignedInteger(DType dtype);    // int8..int64
bool IsUnsignedInteger(DType dtype);  // uint8..uint64; not bool
inline bool IsBool(DType dtype) { return dtype == DType::kBool; }

std::ostream& operator<<(std::ostream& out, DType dtype);

// The DType of a C++ type: kDTypeOf<float>, kDTypeOf<BFloat16>; kInvalid for
// any other.
template <typename T>
inline constexpr DType kDTypeOf = DType::kInvalid;
template <>
inline constexpr DType kDTypeOf<bool> = DType::kBool;
template <>
inline constexpr DType kDTypeOf<int8_t> = DType::kInt8;
template <>
inline constexpr DType kDTypeOf<int16_t> = DType::kInt16;
template <>
inline constexpr DType kDTypeOf<int32_t> = DType::kInt32;
template <>
inline constexpr DType kDTypeOf<int64_t> = DType::kInt64;
template <>
inline constexpr DType kDTypeOf<uint8_t> = DType::kUInt8;
template <>
inline constexpr DType kDTypeOf<uint16_t> = DType::kUInt16;
template <>
inline constexpr DType kDTypeOf<uint32_t> = DType::kUInt32;
template <>
inline constexpr DType kDTypeOf<uint64_t> = DType::kUInt64;
template <>
inline constexpr DType kDTypeOf<Half> = DType::kFloat16;
template <>
inline constexpr DType kDTypeOf<BFloat16> = DType::kBFloat16;
template <>
inline constexpr DType kDTypeOf<float> = DType::kFloat32;
template <>
inline constexpr DType kDTypeOf<double> = DType::kFloat64;
template <>
inline constexpr DType kDTypeOf<Float8E4M3FN> = DType::kFloat8E4M3FN;
template <>
inline constexpr DType kDTypeOf<Float8E5M2> = DType::kFloat8E5M2;

// Calls `f` with a value-initialized element of that type (a tag): what generic
// element code is made of. Returns false, and calls nothing, for kInvalid.
template <typename F>
bool DispatchDType(DType dtype, F&& f) {
  switch (dtype) {
    case DType::kInvalid:
      return false;
    case DType::kBool:
      f(bool{});
      return true;
    case DType::kInt8:
      f(int8_t{});
      return true;
    case DType::kInt16:
      f(int16_t{});
      return true;
    case DType::kInt32:
      f(int32_t{});
      return true;
    case DType::kInt64:
      f(int64_t{});
      return true;
    case DType::kUInt8:
      f(uint8_t{});
      return true;
    case DType::kUInt16:
      f(uint16_t{});
      return true;
    case DType::kUInt32:
      f(uint32_t{});
      return true;
    case DType::kUInt64:
      f(uint64_t{});
      return true;
    case DType::kFloat16:
      f(Half{});
      return true;
    case DType::kBFloat16:
      f(BFloat16{});
      return true;
    case DType::kFloat32:
      f(float{});
      return true;
    case DType::kFloat64:
      f(double{});
      return true;
    case DType::kFloat8E4M3FN:
      f(Float8E4M3FN{});
      return true;
    case DType::kFloat8E5M2:
      f(Float8E5M2{});
      return true;
  }
  return false;
}

}  // namespace keratin

#endif  // KERATIN_RUNTIME_DTYPE_H_

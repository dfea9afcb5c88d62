// Type promotion of keras.ops: which element type an operation on several
// operands has.
//
// Invariant: this is keras.backend.result_type on JAX without 64-bit integers
// (int64 becomes int32, uint64 uint32), except that float64 is real. A Python
// number is weak: it takes the other operand's type as long as the kind (bool,
// integer, float) is not below its own.
//
// Example:
//   *ResultType({{DType::kInt8}, {DType::kUInt8}})        // int16
//   *ResultType({{DType::kBFloat16}, WeakFloat()})        // bfloat16
#ifndef KERATIN_LAYERS_OPS_PROMOTION_H_
#define KERATIN_LAYERS_OPS_PROMOTION_H_

#include <initializer_list>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/dtype.h"

namespace keratin::ops {

// The type of one operand; `weak` if it is a Python number.
struct OperandType {
  OperandType(DType dtype,
              bool weak = false)  // NOLINT(google-explicit-constructor)
      : dtype(dtype), weak(weak) {}
  DType dtype;
  bool weak;
};

inline OperandType WeakFloat() { return {DType::kFloat32, true}; }
inline OperandType WeakInt() { return {DType::kInt32, true}; }

// keras.backend.result_type. float8 has no implicit promotion: an error, unless
// all operands are of that one type.
absl::StatusOr<DType> ResultType(absl::Span<const OperandType> operands);
inline absl::StatusOr<DType> ResultType(
    std::initializer_list<OperandType> operands) {
  return ResultType(absl::MakeConstSpan(operands.begin(), operands.size()));
}

// What a requested type really is: int64 is int32, uint64 uint32.
DType CanonicalDType(DType dtype);

// The type that sums and products of `dtype` have: bool and narrow integers
// become int32 or uint32.
DType AccumulatorDType(DType dtype);

// float32 for float16 and bfloat16, otherwise `dtype`.
DType WideFloat(DType dtype);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_PROMOTION_H_

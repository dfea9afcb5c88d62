#include "layers/ops/promotion.h"

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace keratin::ops {
namespace {

// The promotion lattice, bottom up. kInt and kFloat stand for Python numbers.
enum Node {
  kB1,
  kU1,
  kU2,
  kU4,
  kU8,
  kInt,
  kI1,
  kI2,
  kI4,
  kI8,
  kFloat,
  kBF,
  kF2,
  kF4,
  kF8,
  kNodes
};

constexpr uint32_t Bit(Node node) { return 1u << node; }

// For each node the nodes directly above it.
constexpr std::array<uint32_t, kNodes> kAbove = {
    /*b1*/ Bit(kInt),
    /*u1*/ Bit(kI2) | Bit(kU2),
    /*u2*/ Bit(kI4) | Bit(kU4),
    /*u4*/ Bit(kI8) | Bit(kU8),
    /*u8*/ Bit(kFloat),
    /*int*/ Bit(kU1) | Bit(kI1),
    /*i1*/ Bit(kI2),
    /*i2*/ Bit(kI4),
    /*i4*/ Bit(kI8),
    /*i8*/ Bit(kFloat),
    /*float*/ Bit(kBF) | Bit(kF2),
    /*bf*/ Bit(kF4),
    /*f2*/ Bit(kF4),
    /*f4*/ Bit(kF8),
    /*f8*/ 0,
};

// For each node itself and all nodes above it.
constexpr std::array<uint32_t, kNodes> UpperBounds() {
  std::array<uint32_t, kNodes> bounds{};
  for (int node = 0; node < kNodes; ++node) bounds[node] = 1u << node;
  for (int round = 0; round < kNodes; ++round) {
    for (int node = 0; node < kNodes; ++node) {
      for (int above = 0; above < kNodes; ++above) {
        if (bounds[node] >> above & 1) bounds[node] |= kAbove[above];
      }
    }
  }
  return bounds;
}
constexpr std::array<uint32_t, kNodes> kUpperBounds = UpperBounds();

Node NodeOf(OperandType operand) {
  if (operand.weak && IsFloating(operand.dtype)) return kFloat;
  if (operand.weak && IsInteger(operand.dtype)) return kInt;
  switch (operand.dtype) {
    case DType::kBool:
      return kB1;
    case DType::kUInt8:
      return kU1;
    case DType::kUInt16:
      return kU2;
    case DType::kUInt32:
      return kU4;
    case DType::kUInt64:
      return kU8;
    case DType::kInt8:
      return kI1;
    case DType::kInt16:
      return kI2;
    case DType::kInt32:
      return kI4;
    case DType::kInt64:
      return kI8;
    case DType::kBFloat16:
      return kBF;
    case DType::kFloat16:
      return kF2;
    case DType::kFloat32:
      return kF4;
    case DType::kFloat64:
      return kF8;
    default:
      return kNodes;
  }
}

constexpr std::array<DType, kNodes> kTypes = {
    DType::kBool,    DType::kUInt8,   DType::kUInt16,  DType::kUInt32,
    DType::kUInt64,  DType::kInt32,   DType::kInt8,    DType::kInt16,
    DType::kInt32,   DType::kInt64,   DType::kFloat32, DType::kBFloat16,
    DType::kFloat16, DType::kFloat32, DType::kFloat64};

std::string Names(absl::Span<const OperandType> operands) {
  return absl::StrJoin(operands, ", ",
                       [](std::string* out, OperandType operand) {
                         absl::StrAppend(out, DTypeName(operand.dtype));
                       });
}

}  // namespace

absl::StatusOr<DType> ResultType(absl::Span<const OperandType> operands) {
  if (operands.empty()) return DType::kFloat32;
  uint32_t common = ~0u;
  bool same = true;
  for (OperandType operand : operands) {
    same = same && operand.dtype == operands[0].dtype && !operand.weak;
    Node node = NodeOf(operand);
    if (node == kNodes) continue;
    common &= kUpperBounds[node];
  }
  if (same) return CanonicalDType(operands[0].dtype);
  for (OperandType operand : operands) {
    if (NodeOf(operand) == kNodes) {
      return absl::InvalidArgumentError(absl::StrCat(
          "element types ", Names(operands),
          " do not combine: ", DTypeName(operand.dtype),
          " is never converted implicitly; cast the operands to one type"));
    }
  }
  for (int node = 0; node < kNodes; ++node) {
    // The least of the common upper bounds: all others are above it.
    if ((common >> node & 1) && (common & ~kUpperBounds[node]) == 0)
      return CanonicalDType(kTypes[node]);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("element types ", Names(operands),
                   " do not combine; cast the operands to one type"));
}

DType CanonicalDType(DType dtype) {
  if (dtype == DType::kInt64) return DType::kInt32;
  if (dtype == DType::kUInt64) return DType::kUInt32;
  return dtype;
}

DType AccumulatorDType(DType dtype) {
  if (IsBool(dtype) || IsSignedInteger(dtype)) return DType::kInt32;
  if (IsUnsignedInteger(dtype)) return DType::kUInt32;
  return dtype;
}

DType WideFloat(DType dtype) {
  return dtype == DType::kFloat16 || dtype == DType::kBFloat16 ? DType::kFloat32
                                                               : dtype;
}

}  // namespace keratin::ops

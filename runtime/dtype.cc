// One table of the element types; everything else is looked up in it.
#include "runtime/dtype.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace keratin {
namespace {

enum class Kind { kNone, kBool, kSigned, kUnsigned, kFloat };

struct Row {
  absl::string_view name;
  absl::string_view descr;
  int64_t size;
  Kind kind;
};

constexpr Row kRows[] = {
    {"invalid", "", 0, Kind::kNone},
    {"bool", "|b1", 1, Kind::kBool},
    {"int8", "|i1", 1, Kind::kSigned},
    {"int16", "<i2", 2, Kind::kSigned},
    {"int32", "<i4", 4, Kind::kSigned},
    {"int64", "<i8", 8, Kind::kSigned},
    {"uint8", "|u1", 1, Kind::kUnsigned},
    {"uint16", "<u2", 2, Kind::kUnsigned},
    {"uint32", "<u4", 4, Kind::kUnsigned},
    {"uint64", "<u8", 8, Kind::kUnsigned},
    {"float16", "<f2", 2, Kind::kFloat},
    {"bfloat16", "<V2", 2, Kind::kFloat},
    {"float32", "<f4", 4, Kind::kFloat},
    {"float64", "<f8", 8, Kind::kFloat},
    {"float8_e4m3fn", "|V1", 1, Kind::kFloat},
    {"float8_e5m2", "|V1", 1, Kind::kFloat},
};
constexpr int kRowCount = sizeof(kRows) / sizeof(kRows[0]);

constexpr DType kAll[] = {
    DType::kBool,    DType::kInt8,         DType::kInt16,      DType::kInt32,
    DType::kInt64,   DType::kUInt8,        DType::kUInt16,     DType::kUInt32,
    DType::kUInt64,  DType::kFloat16,      DType::kBFloat16,   DType::kFloat32,
    DType::kFloat64, DType::kFloat8E4M3FN, DType::kFloat8E5M2,
};
static_assert(sizeof(kAll) / sizeof(kAll[0]) + 1 == kRowCount);

const Row& RowOf(DType dtype) {
  const int index = static_cast<int>(dtype);
  return kRows[index < kRowCount ? index : 0];
}

}  // namespace

absl::Span<const DType> AllDTypes() { return kAll; }

absl::string_view DTypeName(DType dtype) { return RowOf(dtype).name; }

absl::StatusOr<DType> ParseDType(absl::string_view name) {
  std::string names;
  for (DType dtype : kAll) {
    if (DTypeName(dtype) == name) return dtype;
    absl::StrAppend(&names, names.empty() ? "" : ", ", DTypeName(dtype));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "unknown dtype '", name.substr(0, 64), "': expected one of ", names));
}

int64_t DTypeSize(DType dtype) { return RowOf(dtype).size; }

absl::string_view DTypeNumpyDescr(DType dtype) { return RowOf(dtype).descr; }

absl::StatusOr<DType> DTypeFromNumpyDescr(absl::string_view descr) {
  if (descr == "|V2") return DType::kBFloat16;
  if (descr.size() > 1 &&
      (descr[0] == '<' || descr[0] == '|' || descr[0] == '=')) {
    for (DType dtype : kAll) {
      if (descr.substr(1) == DTypeNumpyDescr(dtype).substr(1) &&
          !IsFloat8(dtype))
        return dtype;
    }
  }
  if (descr.size() > 1 && descr[0] == '>') {
    return absl::InvalidArgumentError(
        absl::StrCat("numpy type '", descr.substr(0, 64),
                     "' is big-endian: save the array in little-endian order"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("numpy type '", descr.substr(0, 64),
                   "' is not supported: expected bool, an integer or a float "
                   "of up to 8 bytes"));
}

bool IsFloating(DType dtype) { return RowOf(dtype).kind == Kind::kFloat; }
bool IsFloat8(DType dtype) {
  return dtype == DType::kFloat8E4M3FN || dtype == DType::kFloat8E5M2;
}
bool IsInteger(DType dtype) {
  return IsSignedInteger(dtype) || IsUnsignedInteger(dtype);
}
bool IsSignedInteger(DType dtype) { return RowOf(dtype).kind == Kind::kSigned; }
bool IsUnsignedInteger(DType dtype) {
  return RowOf(dtype).kind == Kind::kUnsigned;
}

std::ostream& operator<<(std::ostream& out, DType dtype) {
  const absl::string_view name = DTypeName(dtype);
  return out.write(name.data(), static_cast<std::streamsize>(name.size()));
}

}  // namespace keratin

#include "layers/base/numbers.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"

namespace keratin {
namespace {

// Row by row; false if it is ragged or holds something else.
bool Flatten(const Value& value, size_t depth, std::vector<int64_t>& sizes,
             std::vector<double>& numbers) {
  if (!value.is_sequence()) {
    if (depth != sizes.size() || !(value.is_number() || value.is_bool()))
      return false;
    numbers.push_back(value.is_bool() ? static_cast<double>(value.as_bool())
                                      : value.as_double());
    return true;
  }
  const auto count = static_cast<int64_t>(value.items().size());
  if (depth == sizes.size() && numbers.empty()) sizes.push_back(count);
  if (depth >= sizes.size() || sizes[depth] != count) return false;
  return std::all_of(value.items().begin(), value.items().end(),
                     [&](const Value& item) {
                       return Flatten(item, depth + 1, sizes, numbers);
                     });
}

}  // namespace

absl::StatusOr<Array> ArrayOf(const Value& numbers, DType dtype) {
  std::vector<int64_t> sizes;
  std::vector<double> flat;
  if (!Flatten(numbers, 0, sizes, flat)) {
    return absl::InvalidArgumentError(
        absl::StrCat("must be a number or an even list of numbers, not ",
                     numbers.ToString()));
  }
  return Array::FromVector<double>(sizes, flat).Cast(dtype);
}

absl::Status Read(const Value& value, Numbers& field) {
  field = Numbers(value);
  return Check(field);
}

absl::Status Check(const Numbers& field) {
  if (field.is_none()) return absl::OkStatus();
  return ArrayOf(field, DType::kFloat64).status();
}

}  // namespace keratin

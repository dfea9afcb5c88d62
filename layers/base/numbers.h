// Numbers that a configuration lists: a number, or lists of lists of them.
//
//   ArrayOf(Value::List({1.5, 2.0}), DType::kFloat32)  // float32 [2]
#ifndef KERATIN_LAYERS_BASE_NUMBERS_H_
#define KERATIN_LAYERS_BASE_NUMBERS_H_

#include <initializer_list>
#include <utility>

#include "absl/status/statusor.h"
#include "layers/base/fields.h"
#include "layers/base/value.h"
#include "runtime/array.h"

namespace keratin {

// As an array of that type. Lists of unequal lengths, and what is no number,
// are an error that shows the value.
absl::StatusOr<Array> ArrayOf(const Value& numbers, DType dtype);

// A field of them, kept as it was given; or none.
//
//   Numbers scale = 1.0 / 255;
//   Numbers mean = {0.485, 0.456, 0.406};
class Numbers {
 public:
  Numbers() = default;
  Numbers(double number) : value_(number) {}      // NOLINT
  Numbers(int number) : value_(number) {}         // NOLINT
  Numbers(std::initializer_list<double> numbers)  // NOLINT
      : value_(Value::List(Value::Items(numbers.begin(), numbers.end()))) {}
  explicit Numbers(Value nest) : value_(std::move(nest)) {}

  bool is_none() const { return value_.is_none(); }
  const Value& value() const { return value_; }

 private:
  Value value_;
};
absl::Status Read(const Value& value, Numbers& field);
inline Value Written(const Numbers& field) { return field.value(); }
absl::Status Check(const Numbers& field);
inline absl::StatusOr<Array> ArrayOf(const Numbers& numbers, DType dtype) {
  return ArrayOf(numbers.value(), dtype);
}

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_NUMBERS_H_

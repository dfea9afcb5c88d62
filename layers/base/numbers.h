// Numbers that a configuration lists: a number, or lists of lists of them.
//
//   ArrayOf(Value::List({1.5, 2.0}), DType::kFloat32)  // float32 [2]
#ifndef KERATIN_LAYERS_BASE_NUMBERS_H_
#define KERATIN_LAYERS_BASE_NUMBERS_H_

#include "absl/status/statusor.h"
#include "layers/base/value.h"
#include "runtime/array.h"

namespace keratin {

// As an array of that type. Lists of unequal lengths, and what is no number,
// are an error that shows the value.
absl::StatusOr<Array> ArrayOf(const Value& numbers, DType dtype);

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_NUMBERS_H_

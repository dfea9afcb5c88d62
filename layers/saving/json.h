// JSON text to Value, and back.
#ifndef KERATIN_LAYERS_SAVING_JSON_H_
#define KERATIN_LAYERS_SAVING_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "layers/base/value.h"

namespace keratin {

// What Python's json.loads reads: JSON, with NaN, Infinity and -Infinity as
// numbers. `what` names the text in errors. Nesting beyond 512 levels is an
// error.
absl::StatusOr<Value> ParseJson(const std::string& text,
                                const std::string& what);

// As Python's json.dumps writes it; None is null, tuples are lists.
std::string WriteJson(const Value& value);

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_JSON_H_

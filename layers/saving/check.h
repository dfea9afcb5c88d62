// Check: what of a `.keras` file is not supported, all of it, without
// compiling and without reading weights.
#ifndef KERATIN_LAYERS_SAVING_CHECK_H_
#define KERATIN_LAYERS_SAVING_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "layers/saving/archive.h"

namespace keratin {

// One thing that is not supported: it names the layer, or the operation of
// keras.ops, and the class or argument.
struct Issue {
  std::string what;
};

// Empty: everything is supported. A file that is no model at all is an error.
absl::StatusOr<std::vector<Issue>> Check(const std::string& path,
                                         const LoadOptions& options = {});

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_CHECK_H_

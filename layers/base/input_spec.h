// InputSpec: what a layer demands of one input. Keras: keras.InputSpec.
//
//   set_input_spec({{.min_ndim = 2, .axes = {{-1, 8}}}});
#ifndef KERATIN_LAYERS_BASE_INPUT_SPEC_H_
#define KERATIN_LAYERS_BASE_INPUT_SPEC_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "layers/base/value.h"
#include "runtime/dtype.h"
#include "runtime/shape.h"

namespace keratin {

struct InputSpec {
  DType dtype = DType::kInvalid;    // invalid: any
  std::optional<Shape> shape = {};  // unknown sizes fit all
  std::optional<int> ndim = {}, max_ndim = {}, min_ndim = {};
  // Sizes of axes; negative ones count from the end.
  std::map<int, int64_t> axes = {};
  // Whether a last axis of size 1 may be there or not.
  bool allow_last_axis_squeeze = false;
  // A dictionary is matched by these names, if all have one; else by order.
  std::string name = {};
  // Whether None will do.
  bool optional = false;
};

// Whether the tensors of an argument fit; an error names the input, the layer
// and both sides. Keras: assert_input_compatibility.
absl::Status CheckInputSpec(const std::vector<InputSpec>& specs,
                            const Value& inputs, const std::string& layer);

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_INPUT_SPEC_H_

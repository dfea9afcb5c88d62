// Which array is which input of a model.
//
//   // `image` by its name, or `0`, or `arr_0` as numpy.savez writes it
//   absl::StatusOr<std::vector<Array>> inputs =
//       ReadInputs("in.npz", {}, executable.inputs());
#ifndef KERATIN_COMPILER_TOOLS_BIND_INPUTS_H_
#define KERATIN_COMPILER_TOOLS_BIND_INPUTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/array.h"
#include "runtime/executable.h"
#include "runtime/npy.h"

namespace keratin::tools {

// The arrays in the order of `inputs`: bound by the inputs' names, else as
// `0`, `1`, ..., else as `arr_0`, `arr_1`, ..., never mixed. Missing and
// surplus ones are errors that name them; `source` says where they come from.
absl::StatusOr<std::vector<Array>> BindInputs(
    absl::string_view source, const NamedArrays& arrays,
    absl::Span<const TensorSpec> inputs);

// What --inputs=FILE.npz and --input=NAME=FILE.npy|FILE.png give, whichever
// there are of the two.
absl::StatusOr<std::vector<Array>> ReadInputs(
    const std::string& npz, absl::Span<const std::string> files,
    absl::Span<const TensorSpec> inputs);

// The same with an entry `out` left aside that is no input's name.
absl::StatusOr<std::vector<Array>> BindInputsBesideOut(
    absl::string_view source, NamedArrays arrays,
    absl::Span<const TensorSpec> inputs);

// `0`, `1`, ... as outputs are written.
NamedArrays Numbered(absl::Span<const Array> arrays);

}  // namespace keratin::tools

#endif  // KERATIN_COMPILER_TOOLS_BIND_INPUTS_H_

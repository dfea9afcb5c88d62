// PNG files as inputs of a model. Pixels stay what the file holds, 0 to 255: to
// scale them is the model's part.
#ifndef KERATIN_COMPILER_TOOLS_IMAGE_H_
#define KERATIN_COMPILER_TOOLS_IMAGE_H_

#include <string>

#include "absl/status/statusor.h"
#include "runtime/array.h"
#include "runtime/executable.h"

namespace keratin::tools {

// The pixels of a PNG file as uint8 (height, width, channels), 0 to 255: grey
// is spread over colours and colours weighed to grey, as 1 (grey), 2 (grey,
// alpha), 3 (RGB) or 4 (RGBA) channels need. Other depths become 8 bits.
absl::StatusOr<Array> ReadPng(const std::string& path, int channels);

// A batch of one for `input`, in its dtype: (1, height, width, channels), or
// (1, height, width) where it has no channels. An image of another size is an
// error.
absl::StatusOr<Array> ReadPngFor(const std::string& path,
                                 const TensorSpec& input);

}  // namespace keratin::tools

#endif  // KERATIN_COMPILER_TOOLS_IMAGE_H_

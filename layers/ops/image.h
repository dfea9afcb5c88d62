// Images of keras.ops: resizing.
//
// Invariant: weights and places are those of jax.image.resize; heights and
// widths may be unknown.
//
// Example:
//   Tensor y = Resize(x, 32, 32, {.interpolation = Interpolation::kBicubic});
#ifndef KERATIN_LAYERS_OPS_IMAGE_H_
#define KERATIN_LAYERS_OPS_IMAGE_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "ir/trace/tensor.h"
#include "layers/ops/convolution.h"

namespace keratin::ops {

enum class Interpolation {
  kNearest,
  kBilinear,
  kBicubic,
  kLanczos3,
  kLanczos5
};
// "nearest", "bilinear", ..; nothing for an unknown name.
std::optional<Interpolation> InterpolationOf(absl::string_view name);

struct ResizeOptions {
  Interpolation interpolation = Interpolation::kBilinear;
  bool antialias = false;
  bool crop_to_aspect_ratio = false;
  bool pad_to_aspect_ratio = false;
  double fill_value = 0;
  DataFormat data_format = DataFormat::kChannelsLast;
};

// keras.ops.image.resize of one image or a batch. Cropping and padding to the
// aspect ratio need known sizes.
Tensor Resize(const Operand& images, const Dim& height, const Dim& width,
              const ResizeOptions& options = {});

// Resizes one axis alone.
Tensor ResizeAxis(const Tensor& x, int axis, const Dim& size,
                  Interpolation interpolation, bool antialias);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_IMAGE_H_

#include "layers/ops/image.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/indexing.h"
#include "layers/ops/linear.h"
#include "layers/ops/padding.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

Tensor Lanczos(const Tensor& x, double radius) {
  using std::numbers::pi;
  Tensor y = radius * Sin(pi * x) * Sin(pi * x / radius);
  Tensor square = Where(NotEqual(x, 0), pi * pi * Square(x), 1);
  Tensor out = Where(Greater(x, 1e-3), y / square, 1);
  return Where(Greater(x, radius), 0.0, out);
}

// The weight of an input element at a distance from where the output lies.
Tensor Weight(const Tensor& x, Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::kBicubic: {
      Tensor out = ((1.5 * x - 2.5) * x) * x + 1.0;
      out = Where(GreaterEqual(x, 1.0), ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
                  out);
      return Where(GreaterEqual(x, 2.0), 0.0, out);
    }
    case Interpolation::kLanczos3:
      return Lanczos(x, 3);
    case Interpolation::kLanczos5:
      return Lanczos(x, 5);
    default:
      return Maximum(0, 1 - Abs(x));
  }
}

// 1 / (size / from): the step along the input for one along the output.
Tensor InverseScale(const Dim& from, const Dim& size) {
  return 1.0 /
         Divide(SizeOf(size, DType::kFloat32), SizeOf(from, DType::kFloat32));
}

// The float32 matrix (from, size) of jax.image's weights.
Tensor Weights(const Dim& from, const Dim& size, Interpolation interpolation,
               bool antialias) {
  Tensor inverse = InverseScale(from, size);
  Tensor place = (ArangeSize(size, DType::kFloat32) + 0.5) * inverse - 0.5;
  Tensor distance =
      Abs(place - Reshape(ArangeSize(from, DType::kFloat32), {from, 1}));
  if (antialias) distance = distance / Maximum(inverse, 1.0);
  Tensor weights = Weight(distance, interpolation);
  Tensor total = Sum(weights, 0, /*keepdims=*/true);
  weights =
      Where(Greater(Abs(total), 1000.0 * std::numeric_limits<float>::epsilon()),
            weights / Where(NotEqual(total, 0), total, 1), 0);
  Tensor inside =
      LogicalAnd(GreaterEqual(place, -0.5),
                 LessEqual(place, SizeOf(from, DType::kFloat32) - 0.5));
  return Where(inside, weights, 0);
}

// The part of the image in the new aspect ratio, from its middle.
Tensor Crop(const Tensor& x, int axis, int64_t height, int64_t width,
            double to_height, double to_width) {
  int64_t crop_height =
      static_cast<int64_t>(static_cast<double>(width) * to_height / to_width);
  int64_t crop_width =
      static_cast<int64_t>(static_cast<double>(height) * to_width / to_height);
  crop_height = std::max<int64_t>(std::min(height, crop_height), 1);
  crop_width = std::max<int64_t>(std::min(width, crop_width), 1);
  int64_t top = (height - crop_height) / 2;
  int64_t left = (width - crop_width) / 2;
  return SliceAxis(SliceAxis(x, axis, top, top + crop_height), axis + 1, left,
                   left + crop_width);
}

// The image with bars above and below, or else beside it.
Tensor Frame(const Tensor& x, int axis, int64_t height, int64_t width,
             double to_height, double to_width, double fill_value) {
  int64_t pad_height =
      static_cast<int64_t>(static_cast<double>(width) * to_height / to_width);
  int64_t pad_width =
      static_cast<int64_t>(static_cast<double>(height) * to_width / to_height);
  int64_t top = (std::max(height, pad_height) - height) / 2;
  int64_t left = (std::max(width, pad_width) - width) / 2;
  PadWidth bars(x.rank(), {0, 0});
  if (top > 0)
    bars[axis] = {top, top};
  else
    bars[axis + 1] = {left, left};
  return Pad(x, bars, PadMode::kConstant, fill_value);
}

}  // namespace

std::optional<Interpolation> InterpolationOf(absl::string_view name) {
  if (name == "nearest") return Interpolation::kNearest;
  if (name == "bilinear") return Interpolation::kBilinear;
  if (name == "bicubic") return Interpolation::kBicubic;
  if (name == "lanczos3") return Interpolation::kLanczos3;
  if (name == "lanczos5") return Interpolation::kLanczos5;
  return std::nullopt;
}

Tensor ResizeAxis(const Tensor& x, int axis, const Dim& size,
                  Interpolation interpolation, bool antialias) {
  if (!x.ok()) return Tensor();
  int along = CanonicalAxis("resize", axis, x.rank());
  if (along < 0) return Tensor();
  const Dim from = x.shape()[along];
  if (from == size) return x;
  if (interpolation == Interpolation::kNearest) {
    Tensor place = (ArangeSize(size, DType::kFloat32) + 0.5) *
                   SizeOf(from, DType::kFloat32) /
                   SizeOf(size, DType::kFloat32);
    return Take(x, Cast(Floor(place), DType::kInt32), along);
  }
  Tensor tensor = IsFloating(x.dtype()) ? x : Cast(x, DType::kFloat32);
  Tensor weights =
      Cast(Weights(from, size, interpolation, antialias), tensor.dtype());
  std::vector<int> labels;
  for (int i = 0; i < tensor.rank(); ++i) labels.push_back(i);
  std::vector<int> out = labels;
  out[along] = tensor.rank();
  return Contract("resize", tensor, labels, weights, {along, tensor.rank()},
                  out);
}

Tensor Resize(const Operand& images, const Dim& height, const Dim& width,
              const ResizeOptions& options) {
  if (!images.ok()) return Tensor();
  Tensor x = images.AsTensor();
  if (x.rank() != 3 && x.rank() != 4) {
    return Fail("resize",
                absl::StrCat("images must have rank 3 or 4, not shape ",
                             x.shape().ToString()));
  }
  int axis =
      x.rank() - (options.data_format == DataFormat::kChannelsLast ? 3 : 2);
  if (options.crop_to_aspect_ratio && options.pad_to_aspect_ratio) {
    return Fail(
        "resize",
        "only one of crop_to_aspect_ratio and pad_to_aspect_ratio may be true");
  }
  if (options.crop_to_aspect_ratio || options.pad_to_aspect_ratio) {
    std::optional<int64_t> from_height = x.shape()[axis].AsConstant();
    std::optional<int64_t> from_width = x.shape()[axis + 1].AsConstant();
    std::optional<int64_t> to_height = height.AsConstant();
    std::optional<int64_t> to_width = width.AsConstant();
    if (!from_height || !from_width || !to_height || !to_width) {
      return Fail("resize",
                  "keeping the aspect ratio needs a known height and width");
    }
    double tall = static_cast<double>(*to_height);
    double wide = static_cast<double>(*to_width);
    x = options.crop_to_aspect_ratio
            ? Crop(x, axis, *from_height, *from_width, tall, wide)
            : Frame(x, axis, *from_height, *from_width, tall, wide,
                    options.fill_value);
  }
  // jax.image gives floats, except for the nearest element.
  if (options.interpolation != Interpolation::kNearest &&
      !IsFloating(x.dtype()))
    x = Cast(x, DType::kFloat32);
  x = ResizeAxis(x, axis, height, options.interpolation, options.antialias);
  x = ResizeAxis(x, axis + 1, width, options.interpolation, options.antialias);
  DType dtype = images.type().dtype;
  if (x.ok() && x.dtype() != dtype && !IsFloating(dtype)) x = Round(x);
  return SaturateCast(x, dtype);
}

}  // namespace keratin::ops

#include "layers/normalization/base_normalization.h"

#include "absl/strings/str_cat.h"

namespace keratin {

absl::StatusOr<int> PlaceOfKnownAxis(int64_t axis, const Shape& shape) {
  const int64_t place = axis < 0 ? axis + shape.rank() : axis;
  if (place >= 0 && place < shape.rank() &&
      shape[static_cast<int>(place)].IsConstant())
    return static_cast<int>(place);
  return absl::InvalidArgumentError(
      absl::StrCat("needs a known size of axis ", axis,
                   " of its input, whose shape is ", shape.ToString()));
}

absl::StatusOr<Shape> SizesOfKnownAxes(const std::vector<int64_t>& axes,
                                       const Shape& shape) {
  Shape sizes;
  for (int64_t axis : axes) {
    absl::StatusOr<int> place = PlaceOfKnownAxis(axis, shape);
    if (!place.ok()) return place.status();
    sizes.push_back(shape[*place]);
  }
  return sizes;
}

}  // namespace keratin

#include "layers/reshaping/up_sampling.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "layers/ops/image.h"
#include "layers/ops/shaping.h"

namespace keratin {

void UpSampling::Describe(Fields& f) {
  f("size", options_.size);
  if (rank_ > 1) f("data_format", options_.data_format);
  if (rank_ == 2) f("interpolation", options_.interpolation);
}

absl::Status UpSampling::Configured() {
  std::vector<int64_t>& size = options_.size;
  if (size.size() == 1) size.resize(rank_, size.front());
  if (static_cast<int>(size.size()) != rank_ ||
      std::any_of(size.begin(), size.end(),
                  [](int64_t factor) { return factor < 1; })) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'size' must be a positive factor, or ", rank_, " of them"));
  }
  options_.interpolation = absl::AsciiStrToLower(options_.interpolation);
  if (!ops::InterpolationOf(options_.interpolation).has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'interpolation' '", options_.interpolation, "' is unknown"));
  }
  if (!ops::DataFormatOf(options_.data_format.value_or("channels_last"))) {
    return absl::InvalidArgumentError(
        absl::StrCat("'data_format' cannot be '", *options_.data_format, "'"));
  }
  return absl::OkStatus();
}

Tensor UpSampling::Call(const Tensor& x) {
  if (x.rank() != rank_ + 2) {
    return Fail(absl::StrCat("expects an input of rank ", rank_ + 2,
                             ", not of shape ", x.shape().ToString()));
  }
  const ops::DataFormat format =
      *ops::DataFormatOf(options_.data_format.value_or("channels_last"));
  const int first = format == ops::DataFormat::kChannelsLast ? 1 : 2;
  if (options_.interpolation != "nearest") {
    return ops::Resize(
        x, x.dim(first) * options_.size[0], x.dim(first + 1) * options_.size[1],
        {.interpolation = *ops::InterpolationOf(options_.interpolation),
         .data_format = format});
  }
  Tensor y = x;
  for (int axis = 0; axis < rank_; ++axis)
    y = ops::Repeat(y, options_.size[axis], first + axis);
  return y;
}

KERATIN_REGISTER_LAYER("keras", UpSampling1D);
KERATIN_REGISTER_LAYER("keras", UpSampling2D);
KERATIN_REGISTER_LAYER("keras", UpSampling3D);

}  // namespace keratin

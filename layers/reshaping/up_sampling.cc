#include "layers/reshaping/up_sampling.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "layers/ops/image.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

// Every element of the axes from `first` on as often as `size` says.
Tensor Repeated(const Tensor& x, const Ints& size, int first) {
  Tensor y = x;
  for (int64_t times : size.values()) y = ops::Repeat(y, times, first++);
  return y;
}

class UpSampling1DLayer : public LayerWith<UpSampling1DOptions> {
  absl::Status Configured() override {
    set_input_spec({{.ndim = 3}});
    return CheckPositive("size", options_.size);
  }
  Tensor Call(const Tensor& x) override {
    return Repeated(x, options_.size, 1);
  }
};

class UpSampling2DLayer : public LayerWith<UpSampling2DOptions> {
  absl::Status Configured() override {
    set_input_spec({{.ndim = 4}});
    options_.interpolation = absl::AsciiStrToLower(options_.interpolation);
    if (!ops::InterpolationOf(options_.interpolation).has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'interpolation' '", options_.interpolation, "' is unknown"));
    }
    return options_.size.Spread("size", 2);
  }
  Tensor Call(const Tensor& x) override {
    const int first = options_.data_format.first_axis();
    if (options_.interpolation == "nearest")
      return Repeated(x, options_.size, first);
    return ops::Resize(
        x, x.dim(first) * options_.size[0], x.dim(first + 1) * options_.size[1],
        {.interpolation = *ops::InterpolationOf(options_.interpolation),
         .data_format = options_.data_format});
  }
};

class UpSampling3DLayer : public LayerWith<UpSampling3DOptions> {
  absl::Status Configured() override {
    set_input_spec({{.ndim = 5}});
    return options_.size.Spread("size", 3);
  }
  Tensor Call(const Tensor& x) override {
    return Repeated(x, options_.size, options_.data_format.first_axis());
  }
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", UpSampling1D, UpSampling1DLayer);
KERATIN_DEFINE_LAYER("keras", UpSampling2D, UpSampling2DLayer);
KERATIN_DEFINE_LAYER("keras", UpSampling3D, UpSampling3DLayer);

}  // namespace keratin

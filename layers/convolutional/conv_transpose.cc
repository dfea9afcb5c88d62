#include "layers/convolutional/conv_transpose.h"

#include <optional>
#include <vector>

#include "layers/convolutional/base_convolution.h"

namespace keratin {
namespace {

template <int kRank>
class ConvTransposeLayer : public ConvolutionOf<ConvTransposeOptions, kRank> {
  using Base = ConvolutionOf<ConvTransposeOptions, kRank>;
  using Base::options_, Base::window_;

  absl::Status CheckOptions() override {
    absl::Status status = CheckPositive("filters", options_.filters);
    if (status.ok()) status = CheckStrides(options_);
    if (!status.ok() || options_.output_padding.is_none()) return status;
    status = options_.output_padding.Spread("output_padding", kRank, 0);
    for (int axis = 0; status.ok() && axis < kRank; ++axis) {
      if (options_.output_padding[axis] < options_.strides[axis]) continue;
      return absl::InvalidArgumentError(
          "'output_padding' must be less than 'strides' on every axis");
    }
    return status;
  }
  absl::StatusOr<Dim> AddKernels(const Dim& channels) override {
    kernel_ = this->AddWeight(
        {.name = "kernel",
         .shape = window_.KernelShape(options_.filters, channels),
         .initializer = options_.kernel_initializer,
         .regularizer = options_.kernel_regularizer,
         .constraint = options_.kernel_constraint});
    return Dim(options_.filters);
  }
  Tensor Convolve(const Tensor& x) override {
    const std::vector<int64_t>& more = options_.output_padding.values();
    return ops::ConvTranspose(x, kernel_, window_.options(),
                              {more.begin(), more.end()});
  }

  Weight kernel_;
};

}  // namespace

void ConvTransposeOptions::Describe(Fields& f) {
  f.Required("filters").Required("kernel_size")("filters", filters)(
      "kernel_size", kernel_size)("strides", strides)("padding", padding)(
      "output_padding", output_padding)("data_format", data_format)(
      "dilation_rate", dilation_rate)("activation", activation)(
      "use_bias", use_bias)("kernel_initializer", kernel_initializer)(
      "bias_initializer", bias_initializer)(
      "kernel_regularizer", kernel_regularizer)("bias_regularizer",
                                                bias_regularizer)(
      "kernel_constraint", kernel_constraint)("bias_constraint",
                                              bias_constraint);
  f.Written("activity_regularizer", Value());
}

KERATIN_DEFINE_LAYER("keras", Conv1DTranspose, ConvTransposeLayer<1>);
KERATIN_DEFINE_LAYER("keras", Conv2DTranspose, ConvTransposeLayer<2>);
KERATIN_DEFINE_LAYER("keras", Conv3DTranspose, ConvTransposeLayer<3>);

}  // namespace keratin

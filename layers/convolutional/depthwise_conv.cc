#include "layers/convolutional/depthwise_conv.h"

#include "layers/convolutional/base_convolution.h"

namespace keratin {
namespace {

template <int kRank>
class DepthwiseConvLayer : public ConvolutionOf<DepthwiseConvOptions, kRank> {
  using Base = ConvolutionOf<DepthwiseConvOptions, kRank>;
  using Base::options_, Base::window_;

  absl::Status CheckOptions() override {
    return CheckPositive("depth_multiplier", options_.depth_multiplier);
  }
  absl::StatusOr<Dim> AddKernels(const Dim& channels) override {
    kernel_ = this->AddWeight(
        {.name = "kernel",
         .shape = window_.KernelShape(channels, options_.depth_multiplier),
         .initializer = options_.depthwise_initializer,
         .regularizer = options_.depthwise_regularizer,
         .constraint = options_.depthwise_constraint});
    return channels * Dim(options_.depth_multiplier);
  }
  Tensor Convolve(const Tensor& x) override {
    return ops::DepthwiseConv(x, kernel_, window_.options());
  }

  Weight kernel_;
};

}  // namespace

void DepthwiseConvOptions::Describe(Fields& f) {
  f.Required("kernel_size")("depth_multiplier", depth_multiplier)(
      "kernel_size", kernel_size)("strides", strides)("padding", padding)(
      "data_format", data_format)("dilation_rate", dilation_rate)(
      "activation", activation)("use_bias", use_bias)(
      "depthwise_initializer", depthwise_initializer)("bias_initializer",
                                                      bias_initializer)(
      "depthwise_regularizer", depthwise_regularizer)("bias_regularizer",
                                                      bias_regularizer)(
      "depthwise_constraint", depthwise_constraint)("bias_constraint",
                                                    bias_constraint);
  f.Written("activity_regularizer", Value());
}

KERATIN_DEFINE_LAYER("keras", DepthwiseConv1D, DepthwiseConvLayer<1>);
KERATIN_DEFINE_LAYER("keras", DepthwiseConv2D, DepthwiseConvLayer<2>);

}  // namespace keratin

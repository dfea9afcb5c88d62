#include "layers/convolutional/separable_conv.h"

#include "layers/convolutional/base_convolution.h"

namespace keratin {
namespace {

template <int kRank>
class SeparableConvLayer : public ConvolutionOf<SeparableConvOptions, kRank> {
  using Base = ConvolutionOf<SeparableConvOptions, kRank>;
  using Base::options_, Base::window_;

  absl::Status CheckOptions() override {
    absl::Status status = CheckPositive("filters", options_.filters);
    if (!status.ok()) return status;
    return CheckPositive("depth_multiplier", options_.depth_multiplier);
  }
  absl::StatusOr<Dim> AddKernels(const Dim& channels) override {
    depthwise_kernel_ = this->AddWeight(
        {.name = "depthwise_kernel",
         .shape = window_.KernelShape(channels, options_.depth_multiplier),
         .initializer = options_.depthwise_initializer,
         .regularizer = options_.depthwise_regularizer,
         .constraint = options_.depthwise_constraint});
    Shape pointwise(std::vector<Dim>(kRank, Dim(1)));
    pointwise.push_back(channels * Dim(options_.depth_multiplier));
    pointwise.push_back(options_.filters);
    pointwise_kernel_ =
        this->AddWeight({.name = "pointwise_kernel",
                         .shape = pointwise,
                         .initializer = options_.pointwise_initializer,
                         .regularizer = options_.pointwise_regularizer,
                         .constraint = options_.pointwise_constraint});
    return Dim(options_.filters);
  }
  Tensor Convolve(const Tensor& x) override {
    return ops::SeparableConv(x, depthwise_kernel_, pointwise_kernel_,
                              window_.options());
  }

  Weight depthwise_kernel_, pointwise_kernel_;
};

}  // namespace

void SeparableConvOptions::Describe(Fields& f) {
  f.Required("filters").Required("kernel_size")(
      "depth_multiplier", depth_multiplier)("filters", filters)(
      "kernel_size", kernel_size)("strides", strides)("padding", padding)(
      "data_format", data_format)("dilation_rate", dilation_rate)(
      "activation", activation)("use_bias", use_bias)("depthwise_initializer",
                                                      depthwise_initializer)(
      "pointwise_initializer", pointwise_initializer)("bias_initializer",
                                                      bias_initializer)(
      "depthwise_regularizer", depthwise_regularizer)("pointwise_regularizer",
                                                      pointwise_regularizer)(
      "bias_regularizer", bias_regularizer)("depthwise_constraint",
                                            depthwise_constraint)(
      "pointwise_constraint", pointwise_constraint)("bias_constraint",
                                                    bias_constraint);
  f.Written("activity_regularizer", Value());
}

KERATIN_DEFINE_LAYER("keras", SeparableConv1D, SeparableConvLayer<1>);
KERATIN_DEFINE_LAYER("keras", SeparableConv2D, SeparableConvLayer<2>);

}  // namespace keratin

#include "layers/convolutional/conv.h"

#include "layers/convolutional/base_convolution.h"

namespace keratin {
namespace {

template <int kRank>
class ConvLayer : public ConvolutionOf<ConvOptions, kRank> {
  using Base = ConvolutionOf<ConvOptions, kRank>;
  using Base::options_, Base::window_;

  bool may_be_causal() const override { return kRank == 1; }
  absl::Status CheckOptions() override {
    absl::Status status = CheckPositive("filters", options_.filters);
    if (status.ok()) status = CheckPositive("groups", options_.groups);
    if (status.ok()) status = CheckStrides(options_);
    if (!status.ok() || options_.filters % options_.groups == 0) return status;
    return absl::InvalidArgumentError(
        absl::StrCat("'filters' must be divisible by 'groups', and ",
                     options_.filters, " is not by ", options_.groups));
  }
  absl::StatusOr<Dim> AddKernels(const Dim& channels) override {
    auto per_group = channels.DivideExactly(options_.groups);
    if (!per_group) {
      return absl::InvalidArgumentError(
          absl::StrCat("the channels of the input must be divisible by "
                       "'groups', and ",
                       channels.ToString(), " is not by ", options_.groups));
    }
    absl::Status status = this->BuildWeight(
        {.spec = {.name = "kernel",
                  .shape = window_.KernelShape(*per_group, options_.filters),
                  .initializer = options_.kernel_initializer,
                  .regularizer = options_.kernel_regularizer,
                  .constraint = options_.kernel_constraint},
         .product = {}});
    if (!status.ok()) return status;
    return Dim(options_.filters);
  }
  Tensor Convolve(const Tensor& x) override {
    const Tensor y = ops::Conv(x, this->weight_.value(this->compute_dtype()),
                               window_.options());
    // As Keras, which refuses an empty result of what is not empty itself.
    for (int axis = 1; y.ok() && axis < x.rank(); ++axis) {
      Trace::Current()->AssumeNotNegative(y.dim(axis) -
                                          Dim::Min(x.dim(axis), 1));
    }
    return y;
  }
};

}  // namespace

void ConvOptions::Describe(Fields& f) {
  f.Required("filters").Required("kernel_size")("filters", filters)(
      "kernel_size", kernel_size)("strides", strides)("padding", padding)(
      "data_format", data_format)("dilation_rate", dilation_rate)(
      "groups", groups)("activation", activation)("use_bias", use_bias)(
      "kernel_initializer", kernel_initializer)("bias_initializer",
                                                bias_initializer)(
      "kernel_regularizer", kernel_regularizer)("bias_regularizer",
                                                bias_regularizer)(
      "kernel_constraint", kernel_constraint)("bias_constraint",
                                              bias_constraint);
  DescribeLora(f, lora_rank, lora_alpha);
  f.Written("activity_regularizer", Value());
}

KERATIN_DEFINE_LAYER("keras", Conv1D, ConvLayer<1>);
KERATIN_DEFINE_LAYER("keras", Conv2D, ConvLayer<2>);
KERATIN_DEFINE_LAYER("keras", Conv3D, ConvLayer<3>);

}  // namespace keratin

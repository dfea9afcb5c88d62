// Convolutions in one, two and three dimensions, depthwise and separable ones.
// Keras: keras.layers.Conv1D .. SeparableConv2D.
#include "layers/ops/convolution.h"

#include "absl/strings/str_cat.h"
#include "layers/base/layer.h"
#include "layers/core/activation_field.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

// A setting of one number or one for each spatial axis.
std::vector<int64_t> PerAxis(const std::vector<int64_t>& values, int rank) {
  return values.size() == 1 ? std::vector<int64_t>(rank, values[0]) : values;
}

class Convolution : public Layer {
 protected:
  explicit Convolution(int rank) : rank_(rank) {}

  // The fields that all convolutions have.
  void DescribeWindow(Fields& f) {
    f("kernel_size", kernel_size_)("strides", strides_)("padding", padding_)(
        "data_format", data_format_)("dilation_rate", dilation_rate_)(
        "activation", activation_)("use_bias", use_bias_)("bias_initializer",
                                                          bias_initializer_)(
        "bias_regularizer", bias_regularizer_)("bias_constraint",
                                               bias_constraint_);
  }
  absl::Status Configured() override {
    auto padding = ops::PaddingOf(padding_);
    if (!padding) {
      return absl::InvalidArgumentError(
          absl::StrCat("'padding' must be 'valid', 'same' or 'causal', not '",
                       padding_, "'"));
    }
    auto format = ops::DataFormatOf(data_format_.value_or("channels_last"));
    if (!format) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'data_format' must be 'channels_last' or 'channels_first', not '",
          *data_format_, "'"));
    }
    for (std::vector<int64_t>* values :
         {&kernel_size_, &strides_, &dilation_rate_}) {
      *values = PerAxis(*values, rank_);
      if (static_cast<int>(values->size()) != rank_) {
        return absl::InvalidArgumentError(absl::StrCat(
            "a window of ", rank_,
            " axes needs as many sizes, strides and dilation rates"));
      }
      for (int64_t value : *values) {
        if (value < 1)
          return absl::InvalidArgumentError(
              "sizes, strides and dilation rates of a window must be positive");
      }
    }
    options_ = {.strides = strides_,
                .padding = *padding,
                .data_format = *format,
                .dilation_rate = dilation_rate_};
    return absl::OkStatus();
  }
  absl::StatusOr<Dim> Channels(const Shape& input) const {
    if (input.rank() != rank_ + 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("expects an input of rank ", rank_ + 2,
                       ", not of shape ", input.ToString()));
    }
    const Dim channels = options_.data_format == ops::DataFormat::kChannelsLast
                             ? input.back()
                             : input[1];
    if (!channels.IsConstant()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the channels of the input must be known, but its shape is ",
          input.ToString()));
    }
    return channels;
  }
  Shape KernelShape(const Dim& in, const Dim& out) const {
    Shape shape;
    for (int64_t size : kernel_size_) shape.push_back(size);
    shape.push_back(in);
    shape.push_back(out);
    return shape;
  }
  void AddBias(const Dim& channels) {
    if (!use_bias_) return;
    bias_ = AddWeight({.name = "bias",
                       .shape = {channels},
                       .initializer = bias_initializer_,
                       .regularizer = bias_regularizer_,
                       .constraint = bias_constraint_});
  }
  Tensor Finish(Tensor y) const {
    if (use_bias_ && y.ok()) {
      Tensor bias = *bias_;
      if (options_.data_format == ops::DataFormat::kChannelsFirst) {
        Shape shape{1, bias.dim(0)};
        for (int axis = 0; axis < rank_; ++axis) shape.push_back(1);
        bias = ops::Reshape(bias, shape);
      }
      y = y + bias;
    }
    return activation_(y);
  }

  int rank_;
  std::vector<int64_t> kernel_size_, strides_ = {1}, dilation_rate_ = {1};
  std::string padding_ = "valid";
  std::optional<std::string> data_format_;
  ActivationField activation_;
  bool use_bias_ = true;
  Value bias_initializer_, bias_regularizer_, bias_constraint_;
  ops::ConvOptions options_;
  Variable* bias_ = nullptr;
};

// y = activation(x * kernel + bias).
class Conv : public Convolution {
 protected:
  using Convolution::Convolution;
  void Describe(Fields& f) override {
    DescribeWindow(f);
    f.Required("filters").Required("kernel_size")("filters", filters_)(
        "groups", groups_)("kernel_initializer", initializer_)(
        "kernel_regularizer", regularizer_)("kernel_constraint", constraint_);
  }
  absl::Status Build(const Shape& input) override {
    auto channels = Channels(input);
    if (!channels.ok()) return channels.status();
    auto per_group = channels->DivideExactly(groups_);
    if (groups_ < 1 || !per_group || filters_ % groups_ != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(channels->ToString(), " input channels and ", filters_,
                       " filters do not divide into ", groups_, " groups"));
    }
    kernel_ = AddWeight({.name = "kernel",
                         .shape = KernelShape(*per_group, filters_),
                         .initializer = initializer_,
                         .regularizer = regularizer_,
                         .constraint = constraint_});
    AddBias(filters_);
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    return Finish(ops::Conv(x, *kernel_, options_));
  }

 private:
  int64_t filters_ = 0, groups_ = 1;
  Value initializer_, regularizer_, constraint_;
  Variable* kernel_ = nullptr;
};

class Depthwise : public Convolution {
 protected:
  using Convolution::Convolution;
  void Describe(Fields& f) override {
    DescribeWindow(f);
    f("depth_multiplier", multiplier_)("depthwise_initializer", initializer_)(
        "depthwise_regularizer", regularizer_)("depthwise_constraint",
                                               constraint_);
  }
  absl::Status Build(const Shape& input) override {
    auto channels = Channels(input);
    if (!channels.ok()) return channels.status();
    kernel_ = AddWeight({.name = "kernel",
                         .shape = KernelShape(*channels, multiplier_),
                         .initializer = initializer_,
                         .regularizer = regularizer_,
                         .constraint = constraint_});
    AddBias(*channels * Dim(multiplier_));
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    return Finish(ops::DepthwiseConv(x, *kernel_, options_));
  }

 private:
  int64_t multiplier_ = 1;
  Value initializer_, regularizer_, constraint_;
  Variable* kernel_ = nullptr;
};

class Separable : public Convolution {
 protected:
  using Convolution::Convolution;
  void Describe(Fields& f) override {
    DescribeWindow(f);
    f.Required("kernel_size")("filters", filters_)(
        "depth_multiplier", multiplier_)("depthwise_initializer",
                                         depthwise_[0])("depthwise_regularizer",
                                                        depthwise_[1])(
        "depthwise_constraint", depthwise_[2])("pointwise_initializer",
                                               pointwise_[0])(
        "pointwise_regularizer", pointwise_[1])("pointwise_constraint",
                                                pointwise_[2]);
    f.Only("groups", Value(1))
        .Only("kernel_initializer", Value())
        .Only("kernel_regularizer", Value())
        .Only("kernel_constraint", Value());
  }
  absl::Status Build(const Shape& input) override {
    auto channels = Channels(input);
    if (!channels.ok()) return channels.status();
    depthwise_kernel_ = AddWeight({.name = "depthwise_kernel",
                                   .shape = KernelShape(*channels, multiplier_),
                                   .initializer = depthwise_[0],
                                   .regularizer = depthwise_[1],
                                   .constraint = depthwise_[2]});
    Shape pointwise;
    for (int axis = 0; axis < rank_; ++axis) pointwise.push_back(1);
    pointwise.push_back(*channels * Dim(multiplier_));
    pointwise.push_back(filters_);
    pointwise_kernel_ = AddWeight({.name = "pointwise_kernel",
                                   .shape = pointwise,
                                   .initializer = pointwise_[0],
                                   .regularizer = pointwise_[1],
                                   .constraint = pointwise_[2]});
    AddBias(filters_);
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    return Finish(ops::SeparableConv(x, *depthwise_kernel_, *pointwise_kernel_,
                                     options_));
  }

 private:
  int64_t filters_ = 0, multiplier_ = 1;
  Value depthwise_[3], pointwise_[3];
  Variable* depthwise_kernel_ = nullptr;
  Variable* pointwise_kernel_ = nullptr;
};

// One class of Keras for each number of spatial axes.
#define KERATIN_CONVOLUTION(Class, Base, rank) \
  struct Class : Base {                        \
    Class() : Base(rank) {}                    \
  };                                           \
  KERATIN_REGISTER_LAYER("keras", Class)
KERATIN_CONVOLUTION(Conv1D, Conv, 1);
KERATIN_CONVOLUTION(Conv2D, Conv, 2);
KERATIN_CONVOLUTION(Conv3D, Conv, 3);
KERATIN_CONVOLUTION(DepthwiseConv1D, Depthwise, 1);
KERATIN_CONVOLUTION(DepthwiseConv2D, Depthwise, 2);
KERATIN_CONVOLUTION(SeparableConv1D, Separable, 1);
KERATIN_CONVOLUTION(SeparableConv2D, Separable, 2);

}  // namespace
}  // namespace keratin

// Convolutions in one, two and three dimensions, depthwise and separable ones.
// Keras: keras.layers.Conv1D .. SeparableConv2D.
#include "layers/ops/convolution.h"

#include "absl/strings/str_cat.h"
#include "layers/convolutional/base_convolution.h"

namespace keratin {
namespace {

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

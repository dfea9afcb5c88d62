// Convolution: what the convolution layers of every kind and rank share: the
// window, the bias, the activation. Keras: BaseConv and its like.
//
// Invariant: after Configured, sizes, strides and dilation rates have one
// number for each spatial axis.
#ifndef KERATIN_LAYERS_CONVOLUTIONAL_BASE_CONVOLUTION_H_
#define KERATIN_LAYERS_CONVOLUTIONAL_BASE_CONVOLUTION_H_

#include <optional>
#include <string>
#include <vector>

#include "layers/base/layer.h"
#include "layers/core/activation_field.h"
#include "layers/ops/convolution.h"

namespace keratin {

class Convolution : public Layer {
 protected:
  explicit Convolution(int rank) : rank_(rank) {}

  // The fields that all convolutions have.
  void DescribeWindow(Fields& f);
  absl::Status Configured() override;
  // The input's channels: an error if its rank is wrong or they are not known.
  absl::StatusOr<Dim> Channels(const Shape& input) const;
  // (*kernel_size, in, out)
  Shape KernelShape(const Dim& in, const Dim& out) const;
  void AddBias(const Dim& channels);
  // Adds the bias and applies the activation.
  Tensor Finish(Tensor y) const;

  int rank_;
  std::vector<int64_t> kernel_size_, strides_ = {1}, dilation_rate_ = {1};
  std::string padding_ = "valid";
  std::optional<std::string> data_format_;
  ActivationField activation_;
  bool use_bias_ = true;
  Value bias_initializer_ = "zeros", bias_regularizer_, bias_constraint_;
  ops::ConvOptions options_;
  Variable* bias_ = nullptr;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_CONVOLUTIONAL_BASE_CONVOLUTION_H_

// Transposed convolutions, which grow their input by the strides. Keras:
// keras.layers.Conv1DTranspose, Conv2DTranspose, Conv3DTranspose.
//
//   {.filters = 8, .kernel_size = {3, 3}, .strides = {2, 2}}
#ifndef KERATIN_LAYERS_CONVOLUTIONAL_CONV_TRANSPOSE_H_
#define KERATIN_LAYERS_CONVOLUTIONAL_CONV_TRANSPOSE_H_

#include <optional>
#include <vector>

#include "layers/convolutional/base_convolution.h"

namespace keratin {

class ConvTranspose : public Convolution {
 protected:
  using Convolution::Convolution;
  void Describe(Fields& fields) override;
  absl::Status Configured() override;
  absl::Status Build(const Shape& input) override;
  Tensor Call(const Tensor& x) override;

 private:
  int64_t filters_ = 0;
  // More elements behind the result, fewer than the strides; none: as many as
  // make the size that Keras infers.
  std::optional<std::vector<int64_t>> output_padding_;
  Value kernel_initializer_ = "glorot_uniform", kernel_regularizer_,
        kernel_constraint_;
  Variable* kernel_ = nullptr;
};

class Conv1DTranspose : public ConvTranspose {
 public:
  Conv1DTranspose() : ConvTranspose(1) {}
};
class Conv2DTranspose : public ConvTranspose {
 public:
  Conv2DTranspose() : ConvTranspose(2) {}
};
class Conv3DTranspose : public ConvTranspose {
 public:
  Conv3DTranspose() : ConvTranspose(3) {}
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_CONVOLUTIONAL_CONV_TRANSPOSE_H_

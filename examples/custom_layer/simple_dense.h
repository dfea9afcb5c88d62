// SimpleDense: y = x · kernel + bias, as in the documentation of keras.Layer.
#ifndef KERATIN_EXAMPLES_CUSTOM_LAYER_SIMPLE_DENSE_H_
#define KERATIN_EXAMPLES_CUSTOM_LAYER_SIMPLE_DENSE_H_

#include <cstdint>

#include "layers/base/layer_ptr.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/linear.h"

struct SimpleDenseOptions {
  int64_t units = 32;

  void Describe(keratin::Fields& f) { f("units", units); }
};

class SimpleDense : public keratin::LayerWith<SimpleDenseOptions> {
  // Creates the state of the layer.
  absl::Status Build(const keratin::Shape& input) override {
    kernel_ = AddWeight({.name = "kernel",
                         .shape = {input.back(), options_.units},
                         .initializer = "glorot_uniform"});
    bias_ = AddWeight(
        {.name = "bias", .shape = {options_.units}, .initializer = "zeros"});
    return absl::OkStatus();
  }

  // Defines the computation.
  keratin::Tensor Call(const keratin::Tensor& inputs) override {
    return keratin::ops::MatMul(inputs, kernel_) + bias_;
  }

  keratin::Weight kernel_, bias_;
};

#endif  // KERATIN_EXAMPLES_CUSTOM_LAYER_SIMPLE_DENSE_H_

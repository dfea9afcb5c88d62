// ComputeSum: the running sum of its inputs, as in the documentation of
// keras.Layer. Its state is no weight to be trained; calls write it.
#ifndef KERATIN_EXAMPLES_CUSTOM_LAYER_COMPUTE_SUM_H_
#define KERATIN_EXAMPLES_CUSTOM_LAYER_COMPUTE_SUM_H_

#include "layers/base/layer_ptr.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/reduction.h"

class ComputeSum : public keratin::Layer {
  absl::Status Configured() override {
    total_ = AddWeight(
        {.name = "total", .trainable = false, .initializer = "zeros"});
    return absl::OkStatus();
  }

  keratin::Tensor Call(const keratin::Tensor& inputs) override {
    total_->Assign(total_ + keratin::ops::Sum(inputs));
    return total_;
  }

  keratin::Weight total_;
};

#endif  // KERATIN_EXAMPLES_CUSTOM_LAYER_COMPUTE_SUM_H_

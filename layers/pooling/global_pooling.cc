#include "layers/pooling/global_pooling.h"

#include <vector>

#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

template <int kRank>
class GlobalPoolingLayer : public LayerWith<GlobalPoolingOptions> {
 protected:
  absl::Status Configured() override {
    set_input_spec({{.ndim = kRank + 2}});
    return absl::OkStatus();
  }
  bool keeps_build_shapes() const override { return false; }
  // The spatial axes.
  std::vector<int> axes() const {
    std::vector<int> axes;
    for (int axis = 0; axis < kRank; ++axis)
      axes.push_back(options_.data_format.first_axis() + axis);
    return axes;
  }
};

template <int kRank>
class GlobalMaxPoolingLayer : public GlobalPoolingLayer<kRank> {
  Tensor Call(const Tensor& x) override {
    return ops::Max(x, this->axes(), this->options_.keepdims);
  }
};

template <int kRank>
class GlobalAveragePoolingLayer : public GlobalPoolingLayer<kRank> {
 protected:
  Tensor Call(const Tensor& x) override {
    return ops::Mean(x, this->axes(), this->options_.keepdims);
  }
};

// Of sequences: means of the steps that hold.
class MaskedAveragePoolingLayer : public GlobalAveragePoolingLayer<1> {
 public:
  bool supports_masking() const override { return true; }
  Value ComputeMask(const Value&, const CallContext&) override {
    return Value();
  }

 private:
  CallSignature signature() const override {
    return {.arguments = {"inputs", "mask"}};
  }
  Tensor CallIn(const CallContext& context, const Tensor& x) override {
    if (!context.mask.ok()) return Call(x);
    const bool keepdims = options_.keepdims;
    const Tensor mask = ops::ExpandDims(ops::Cast(context.mask, DType::kBool),
                                        options_.data_format.channel_axis(1));
    return ops::Sum(ops::Where(mask, x, 0), axes(), keepdims) /
           ops::Sum(ops::Cast(mask, x.dtype()), axes(), keepdims);
  }
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", GlobalMaxPooling1D, GlobalMaxPoolingLayer<1>);
KERATIN_DEFINE_LAYER("keras", GlobalMaxPooling2D, GlobalMaxPoolingLayer<2>);
KERATIN_DEFINE_LAYER("keras", GlobalMaxPooling3D, GlobalMaxPoolingLayer<3>);
KERATIN_DEFINE_LAYER("keras", GlobalAveragePooling1D,
                     MaskedAveragePoolingLayer);
KERATIN_DEFINE_LAYER("keras", GlobalAveragePooling2D,
                     GlobalAveragePoolingLayer<2>);
KERATIN_DEFINE_LAYER("keras", GlobalAveragePooling3D,
                     GlobalAveragePoolingLayer<3>);

}  // namespace keratin

#include "layers/pooling/adaptive_pooling.h"

#include "layers/ops/pooling.h"

namespace keratin {
namespace {

using Pool = Tensor (*)(const ops::Operand&, const std::vector<int64_t>&,
                        ops::DataFormat);

template <Pool kPool, int kRank>
class AdaptivePoolingLayer : public LayerWith<AdaptivePoolingOptions> {
  absl::Status Configured() override {
    set_input_spec({{.ndim = kRank + 2}});
    return options_.output_size.Spread("output_size", kRank);
  }
  Tensor Call(const Tensor& x) override {
    return kPool(x, options_.output_size.values(), options_.data_format);
  }
};

template <int kRank>
using MeanLayer = AdaptivePoolingLayer<ops::AdaptiveAveragePool, kRank>;
template <int kRank>
using MaxLayer = AdaptivePoolingLayer<ops::AdaptiveMaxPool, kRank>;

}  // namespace

KERATIN_DEFINE_LAYER("keras", AdaptiveAveragePooling1D, MeanLayer<1>);
KERATIN_DEFINE_LAYER("keras", AdaptiveAveragePooling2D, MeanLayer<2>);
KERATIN_DEFINE_LAYER("keras", AdaptiveAveragePooling3D, MeanLayer<3>);
KERATIN_DEFINE_LAYER("keras", AdaptiveMaxPooling1D, MaxLayer<1>);
KERATIN_DEFINE_LAYER("keras", AdaptiveMaxPooling2D, MaxLayer<2>);
KERATIN_DEFINE_LAYER("keras", AdaptiveMaxPooling3D, MaxLayer<3>);

}  // namespace keratin

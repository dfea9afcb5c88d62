#include "layers/pooling/pooling.h"

#include "absl/strings/str_cat.h"
#include "layers/ops/pooling.h"

namespace keratin {
namespace {

using Pool = Tensor (*)(const ops::Operand&, const ops::PoolOptions&);

template <Pool kPool, int kRank>
class PoolingLayer : public LayerWith<PoolingOptions> {
  absl::Status Configured() override {
    set_input_spec({{.ndim = kRank + 2}});
    PoolingOptions& o = options_;
    absl::Status status = o.pool_size.Spread("pool_size", kRank);
    if (!status.ok()) return status;
    if (o.strides.is_none()) o.strides = o.pool_size;
    status = o.strides.Spread("strides", kRank);
    if (!status.ok()) return status;
    const auto padding = ops::PaddingOf(o.padding);
    if (!padding || *padding == ops::Padding::kCausal) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'padding' must be 'valid' or 'same', not '", o.padding, "'"));
    }
    pool_ = {.pool_size = o.pool_size.values(),
             .strides = o.strides.values(),
             .padding = *padding,
             .data_format = o.data_format};
    return absl::OkStatus();
  }
  // Keras builds it when it is made.
  Value GetBuildConfig() const override { return Value(); }
  Tensor Call(const Tensor& x) override { return kPool(x, pool_); }

  ops::PoolOptions pool_;
};

template <int kRank>
using MaxPoolingLayer = PoolingLayer<ops::MaxPool, kRank>;
template <int kRank>
using AveragePoolingLayer = PoolingLayer<ops::AveragePool, kRank>;

}  // namespace

KERATIN_DEFINE_LAYER("keras", MaxPooling1D, MaxPoolingLayer<1>);
KERATIN_DEFINE_LAYER("keras", MaxPooling2D, MaxPoolingLayer<2>);
KERATIN_DEFINE_LAYER("keras", MaxPooling3D, MaxPoolingLayer<3>);
KERATIN_DEFINE_LAYER("keras", AveragePooling1D, AveragePoolingLayer<1>);
KERATIN_DEFINE_LAYER("keras", AveragePooling2D, AveragePoolingLayer<2>);
KERATIN_DEFINE_LAYER("keras", AveragePooling3D, AveragePoolingLayer<3>);

}  // namespace keratin

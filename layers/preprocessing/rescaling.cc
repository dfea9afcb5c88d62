#include "layers/preprocessing/rescaling.h"

#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"

namespace keratin {
namespace {

class RescalingLayer : public LayerWith<RescalingOptions> {
 public:
  bool supports_masking() const override { return true; }

 private:
  absl::Status Configured() override {
    absl::StatusOr<Array> scale = ArrayOf(options_.scale, compute_dtype());
    if (!scale.ok()) return scale.status();
    absl::StatusOr<Array> offset = ArrayOf(options_.offset, compute_dtype());
    if (!offset.ok()) return offset.status();
    scale_ = *std::move(scale);
    offset_ = *std::move(offset);
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    Trace& trace = *Trace::Current();
    return ops::Cast(x, compute_dtype()) * trace.Dense(scale_) +
           trace.Dense(offset_);
  }

  Array scale_, offset_;
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", Rescaling, RescalingLayer);

}  // namespace keratin

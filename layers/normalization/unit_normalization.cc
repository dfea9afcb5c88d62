#include "layers/normalization/unit_normalization.h"

#include <vector>

#include "layers/ops/normalization.h"

namespace keratin {
namespace {

class UnitNormalizationLayer : public LayerWith<UnitNormalizationOptions> {
 public:
  bool supports_masking() const override { return true; }

 private:
  // Keras builds it when it is made.
  Value GetBuildConfig() const override { return Value(); }
  Tensor Call(const Tensor& x) override {
    const std::vector<int64_t>& axes = options_.axis.axes();
    return ops::Normalize(x, std::vector<int>(axes.begin(), axes.end()),
                          /*order=*/2, /*epsilon=*/1e-12);
  }
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", UnitNormalization, UnitNormalizationLayer);

}  // namespace keratin

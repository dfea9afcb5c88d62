#include "layers/normalization/unit_normalization.h"

#include "layers/ops/normalization.h"

namespace keratin {

void UnitNormalizationOptions::Describe(Fields& f) { f("axis", axis); }

Tensor UnitNormalization::Call(const Tensor& x) {
  return ops::Normalize(
      x, std::vector<int>(options_.axis.begin(), options_.axis.end()),
      /*order=*/2, /*epsilon=*/1e-12);
}

KERATIN_REGISTER_LAYER("keras", UnitNormalization);

}  // namespace keratin

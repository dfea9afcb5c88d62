// UnitNormalization: x divided by its Euclidean norm over some axes. Keras:
// keras.layers.UnitNormalization.
//
//   {.axis = {-1}}
#ifndef KERATIN_LAYERS_NORMALIZATION_UNIT_NORMALIZATION_H_
#define KERATIN_LAYERS_NORMALIZATION_UNIT_NORMALIZATION_H_

#include <vector>

#include "layers/base/layer.h"

namespace keratin {

struct UnitNormalizationOptions {
  std::vector<int64_t> axis = {-1};

  void Describe(Fields& fields);
};

class UnitNormalization : public Layer {
 public:
  bool supports_masking() const override { return true; }

 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  Tensor Call(const Tensor& x) override;

 private:
  UnitNormalizationOptions options_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_NORMALIZATION_UNIT_NORMALIZATION_H_

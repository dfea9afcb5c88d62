#include "layers/applications/inception_resnet_v2.h"

#include <vector>

#include "layers/ops/arithmetic.h"

namespace keratin {
namespace {

class ScaledSum : public LayerWith<CustomScaleLayerOptions> {
 public:
  std::string module() const override {
    return "keras.src.applications.inception_resnet_v2";
  }

 private:
  absl::Status BuildFrom(const Arguments&) override { return absl::OkStatus(); }
  Value CallWith(const CallContext&, const Arguments& arguments) override {
    const std::vector<Tensor> inputs = arguments.tensors();
    if (inputs.size() != 2)
      return Value(Fail("CustomScaleLayer takes a list of two tensors"));
    return Value(ops::Add(inputs[0], ops::Multiply(inputs[1], options_.scale)));
  }
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", CustomScaleLayer, ScaledSum);

}  // namespace keratin

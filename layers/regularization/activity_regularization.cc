#include "layers/regularization/activity_regularization.h"

#include "layers/regularizers/regularizers.h"

namespace keratin {
namespace {

class ActivityRegularizationLayer
    : public LayerWith<ActivityRegularizationOptions> {
 public:
  bool supports_masking() const override { return true; }
  // The regularizer is made of l1 and l2, and not written beside them.
  Value GetConfig() override {
    Value config = Layer::GetConfig();
    config.Remove("activity_regularizer");
    return config;
  }

 private:
  absl::Status Configured() override {
    set_activity_regularizer(regularizers::L1L2(options_.l1, options_.l2));
    return absl::OkStatus();
  }
  // Keras builds it when it is made.
  Value GetBuildConfig() const override { return Value(); }
  Tensor Call(const Tensor& x) override { return x; }
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", ActivityRegularization,
                     ActivityRegularizationLayer);

}  // namespace keratin

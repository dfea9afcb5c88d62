// TimeDistributed: a layer applied to every step of a sequence.
// [batch, time, ...] -> [batch, time, ...]. Keras:
// keras.layers.TimeDistributed.
//
// One scan over the time axis, which the compiler turns into one computation
// over all steps where they do not depend on each other. As in Keras the layer
// is computed without what its call operator adds (casts, masks of the outputs,
// its own activity loss), and its state goes from step to step where the number
// of steps is known, else every step starts from the same.
#ifndef KERATIN_LAYERS_RNN_TIME_DISTRIBUTED_H_
#define KERATIN_LAYERS_RNN_TIME_DISTRIBUTED_H_

#include "layers/base/layer.h"

namespace keratin {

struct TimeDistributedOptions {
  Value layer = {};  // as Keras serializes it

  void Describe(Fields& f) { f.Required("layer")("layer", layer); }
};

class TimeDistributed : public Layer {
 public:
  bool supports_masking() const override { return true; }

 protected:
  void Describe(Fields& f) override { options_.Describe(f); }
  absl::Status Configured() override;
  absl::Status BuildFrom(const Arguments& arguments) override;
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;

 private:
  TimeDistributedOptions options_;
  Layer* layer_ = nullptr;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_TIME_DISTRIBUTED_H_

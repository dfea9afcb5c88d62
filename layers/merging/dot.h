// Dot: sums of products of two tensors along an axis of each, example by
// example. Keras: keras.layers.Dot.
//
// [x1, x2] → x1's axes without the summed one, then x2's without it and the
// batch.
//
//   {.axes = {1, 2}, .normalize = true}   // cosines
#ifndef KERATIN_LAYERS_MERGING_DOT_H_
#define KERATIN_LAYERS_MERGING_DOT_H_

#include <vector>

#include "layers/base/layer.h"

namespace keratin {

struct DotOptions {
  // One axis of both, or one of each; not the batch.
  std::vector<int64_t> axes;
  // Whether both are divided by their norm along the axis first.
  bool normalize = false;

  void Describe(Fields& fields);
};

class Dot : public Layer {
 public:
  bool supports_masking() const override { return true; }
  Tensor ComputeMask(const Value&, const CallContext&) override {
    return Tensor();
  }

 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Configured() override;
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;

 private:
  DotOptions options_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_MERGING_DOT_H_

// Discretization: numbers as the bins they fall in. Keras:
// keras.layers.Discretization.
//
// Bin k reaches from boundary k - 1 up to, not including, boundary k.
//
//   {.bin_boundaries = {0.0, 1.0, 2.0}, .output_mode = "one_hot"}
#ifndef KERATIN_LAYERS_PREPROCESSING_DISCRETIZATION_H_
#define KERATIN_LAYERS_PREPROCESSING_DISCRETIZATION_H_

#include <optional>
#include <string>

#include "layers/base/layer.h"

namespace keratin {

struct DiscretizationOptions {
  // A list of rising numbers.
  Value bin_boundaries;
  // What `adapt` in Keras found the boundaries for.
  std::optional<int64_t> num_bins;
  double epsilon = 0.01;
  std::string output_mode = "int";  // "one_hot", "multi_hot", "count"

  void Describe(Fields& fields);
};

class Discretization : public Layer {
 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Configured() override;
  bool casts_inputs() const override { return false; }
  Tensor Call(const Tensor& x) override;

 private:
  DiscretizationOptions options_;
  Array boundaries_;  // float32 [bins - 1]
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_PREPROCESSING_DISCRETIZATION_H_

// Normalization: y = (x - mean) / sqrt(variance), of statistics known before:
// given, or learned by `adapt` in Keras and saved. Keras:
// keras.layers.Normalization.
//
// The kept axes have their own mean and variance; all other axes share them.
//
//   {.axis = {-1}}
//   {.axis = {}, .mean = 127.5, .variance = 16256.25}
#ifndef KERATIN_LAYERS_PREPROCESSING_NORMALIZATION_H_
#define KERATIN_LAYERS_PREPROCESSING_NORMALIZATION_H_

#include <optional>
#include <vector>

#include "layers/base/layer.h"

namespace keratin {

struct NormalizationOptions {
  std::vector<int64_t> axis = {-1};
  // A number, or lists of numbers for the kept axes, missing ones in front
  // broadcast; none: variables.
  Value mean, variance;
  // y = mean + x * sqrt(variance)
  bool invert = false;

  void Describe(Fields& fields);
};

class Normalization : public Layer {
 public:
  bool supports_masking() const override { return true; }

 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Configured() override;
  absl::Status Build(const Shape& input) override;
  Tensor Call(const Tensor& x) override;

 private:
  // A statistic arranged to broadcast against the input.
  Tensor Statistic(const Value& given, const Variable* variable) const;

  NormalizationOptions options_;
  std::vector<int> kept_;  // axes from the front, sorted
  Shape broadcast_;        // the input's sizes on kept axes, 1 elsewhere
  Variable *mean_ = nullptr, *variance_ = nullptr, *count_ = nullptr;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_PREPROCESSING_NORMALIZATION_H_

// Sums and means of values, each sample with its weight. Keras:
// keras.metrics.Sum, Mean, MeanMetricWrapper.
#ifndef KERATIN_LAYERS_METRICS_REDUCTION_H_
#define KERATIN_LAYERS_METRICS_REDUCTION_H_

#include <string>
#include <utility>

#include "layers/base/metric.h"

namespace keratin::metrics {

// Squeezes or adds a last axis of size 1 where the ranks differ by one. Keras:
// squeeze_or_expand_to_same_rank.
std::pair<Tensor, Tensor> ToSameRank(Tensor x1, Tensor x2);

// Those that Keras names by their class.
class NamedMetric : public Metric {
 protected:
  std::string DefaultName() const override;
};

class MeanMetric : public NamedMetric {
 protected:
  absl::Status Configured() override;
  void Update(const Arguments& arguments) override;
  Value Compute() override;
  // Adds values, weighted if the weights are ok().
  void AddValues(const Tensor& values, const Tensor& sample_weight);

 private:
  Weight total_, count_;
};

// The mean of a function of what was true and what was predicted, over the
// samples that the mask of the predictions leaves.
class MeanOfFunction : public MeanMetric {
 protected:
  virtual Tensor Values(const Tensor& y_true, const Tensor& y_pred) = 0;
  void Update(const Arguments& arguments) override;
};

}  // namespace keratin::metrics

#endif  // KERATIN_LAYERS_METRICS_REDUCTION_H_

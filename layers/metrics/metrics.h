// The metrics of keras.metrics that are there: sums, means, accuracies. Each
// is made from the options named as Keras's arguments.
//
//   MetricPtr top = metrics::TopKCategoricalAccuracy({.k = 3});
//   absl::Status status = top->UpdateStateOnArrays({y_true, y_pred});
#ifndef KERATIN_LAYERS_METRICS_METRICS_H_
#define KERATIN_LAYERS_METRICS_METRICS_H_

#include <cstdint>
#include <string>

#include "layers/base/metric.h"

namespace keratin::metrics {

struct MetricOptions {
  std::string name = {};   // empty: the class in snake_case
  std::string dtype = {};  // empty: config::floatx
};

struct BinaryAccuracyOptions {
  double threshold = 0.5;
  std::string name = {};
  std::string dtype = {};
};

struct TopKOptions {
  int64_t k = 5;
  std::string name = {};
  std::string dtype = {};
};

struct SparseTopKOptions {
  int64_t k = 5;
  // Whether predictions are class numbers, best first, instead of scores.
  bool from_sorted_ids = false;
  std::string name = {};
  std::string dtype = {};
};

// All null where the dtype is none. Sum and Mean take values; the others what
// was true and what was predicted.
MetricPtr Sum(const MetricOptions& options = {});
MetricPtr Mean(const MetricOptions& options = {});
MetricPtr Accuracy(const MetricOptions& options = {});
MetricPtr BinaryAccuracy(const BinaryAccuracyOptions& options = {});
MetricPtr CategoricalAccuracy(const MetricOptions& options = {});
MetricPtr SparseCategoricalAccuracy(const MetricOptions& options = {});
MetricPtr TopKCategoricalAccuracy(const TopKOptions& options = {});
MetricPtr SparseTopKCategoricalAccuracy(const SparseTopKOptions& options = {});

}  // namespace keratin::metrics

#endif  // KERATIN_LAYERS_METRICS_METRICS_H_

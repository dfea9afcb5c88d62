// How often predictions are right. Keras: keras.metrics.Accuracy,
// BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy,
// TopKCategoricalAccuracy, SparseTopKCategoricalAccuracy.
#include <tuple>

#include "layers/base/config.h"
#include "layers/metrics/reduction.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"
#include "layers/ops/sorting.h"

namespace keratin::metrics {
namespace {

Tensor AsFloat(const Tensor& matches) {
  return ops::Cast(matches, config::floatx());
}

class AccuracyMetric : public MeanOfFunction {
  Tensor Values(const Tensor& y_true, const Tensor& y_pred) override {
    const auto [truth, prediction] =
        ToSameRank(ops::Cast(y_true, y_pred.dtype()), y_pred);
    return AsFloat(ops::Equal(truth, prediction));
  }
};

class BinaryAccuracyMetric : public MeanOfFunction {
  void Describe(Fields& f) override {
    MeanOfFunction::Describe(f);
    f("threshold", threshold_);
  }
  Tensor Values(const Tensor& y_true, const Tensor& y_pred) override {
    const auto [truth, prediction] = ToSameRank(y_true, y_pred);
    return AsFloat(ops::Equal(
        truth, ops::Cast(ops::Greater(prediction, threshold_), truth.dtype())));
  }
  double threshold_ = 0.5;
};

// Whether the most likely class is the true one, in the shape of `y_true`, the
// numbers of classes; its last axis goes if it has as many as the predictions.
Tensor MostLikelyIs(const Tensor& y_true, const Tensor& y_pred) {
  const Tensor truth = y_true.rank() == y_pred.rank() && y_true.rank() > 0 &&
                               y_true.dim(-1).IsConstant(1)
                           ? ops::Squeeze(y_true, -1)
                           : y_true;
  const Tensor likely = ops::Cast(ops::ArgMax(y_pred, -1), truth.dtype());
  return AsFloat(ops::Equal(truth, likely));
}

class CategoricalAccuracyMetric : public MeanOfFunction {
  Tensor Values(const Tensor& y_true, const Tensor& y_pred) override {
    return MostLikelyIs(ops::Cast(ops::ArgMax(y_true, -1), y_pred.dtype()),
                        y_pred);
  }
};

class SparseCategoricalAccuracyMetric : public MeanOfFunction {
  Tensor Values(const Tensor& y_true, const Tensor& y_pred) override {
    Tensor matches = MostLikelyIs(ops::Cast(y_true, y_pred.dtype()), y_pred);
    if (matches.rank() > 1 && matches.dim(-1).IsConstant(1))
      matches = ops::Squeeze(matches, -1);
    return matches;
  }
};

// Predictions as rows, and one class number for each of them.
std::pair<Tensor, Tensor> Rows(const Tensor& y_true, const Tensor& y_pred) {
  const Dim rows = y_true.shape().Elements();
  return {y_true.rank() > 1 ? ops::Reshape(y_true, {rows}) : y_true,
          y_pred.rank() > 2 ? ops::Reshape(y_pred, {rows, y_pred.dim(-1)})
                            : y_pred};
}

class TopKMetric : public MeanOfFunction {
 protected:
  void Describe(Fields& f) override {
    MeanOfFunction::Describe(f);
    f("k", k_);
  }
  int64_t k_ = 5;
};

class TopKCategoricalAccuracyMetric : public TopKMetric {
  Tensor Values(const Tensor& y_true, const Tensor& y_pred) override {
    const Tensor classes = ops::ArgMax(y_true, -1);
    const auto [truth, scores] = Rows(classes, y_pred);
    return ops::Reshape(AsFloat(ops::InTopK(truth, scores, k_)),
                        classes.shape());
  }
};

class SparseTopKCategoricalAccuracyMetric : public TopKMetric {
  void Describe(Fields& f) override {
    TopKMetric::Describe(f);
    // As Keras: written only where it is true.
    if (f.reading() || from_sorted_ids_) f("from_sorted_ids", from_sorted_ids_);
  }
  Tensor Values(const Tensor& y_true, const Tensor& y_pred) override {
    const auto [truth, scores] = Rows(
        ops::Cast(y_true, from_sorted_ids_ ? y_pred.dtype() : DType::kInt32),
        y_pred);
    const Tensor matches =
        from_sorted_ids_
            ? ops::Any(ops::Equal(ops::ExpandDims(truth, 1),
                                  ops::SliceAxis(scores, 1, 0, k_)),
                       1)
            : ops::InTopK(truth, scores, k_);
    return ops::Reshape(AsFloat(matches), y_true.shape());
  }
  bool from_sorted_ids_ = false;
};

[[maybe_unused]] const bool kRegistered[] = {
    RegisterObject<AccuracyMetric>("Accuracy"),
    RegisterObject<BinaryAccuracyMetric>("BinaryAccuracy"),
    RegisterObject<CategoricalAccuracyMetric>("CategoricalAccuracy"),
    RegisterObject<SparseCategoricalAccuracyMetric>(
        "SparseCategoricalAccuracy"),
    RegisterObject<TopKCategoricalAccuracyMetric>("TopKCategoricalAccuracy"),
    RegisterObject<SparseTopKCategoricalAccuracyMetric>(
        "SparseTopKCategoricalAccuracy"),
};

}  // namespace
}  // namespace keratin::metrics

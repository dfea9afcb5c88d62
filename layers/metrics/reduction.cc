#include "layers/metrics/reduction.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "layers/base/call_scope.h"
#include "layers/base/names.h"
#include "layers/metrics/metrics.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::metrics {
namespace {

Tensor MaskOf(const Tensor& tensor) {
  CallScope* scope = CallScope::Current();
  return scope == nullptr ? Tensor() : scope->MaskOf(tensor);
}

// The weights of samples without those that the mask leaves out. Keras:
// apply_mask with the reduction "sum".
Tensor Masked(const Tensor& sample_weight, const Tensor& mask, DType dtype) {
  if (!mask.ok()) return sample_weight;
  const Tensor kept = ops::Cast(mask, dtype);
  if (!sample_weight.ok()) return kept;
  auto [by_mask, by_weight] = ToSameRank(kept, ops::Cast(sample_weight, dtype));
  return ops::Multiply(by_weight, by_mask);
}

std::vector<int> AxesFrom(int first, int rank) {
  std::vector<int> axes;
  for (int axis = first; axis < rank; ++axis) axes.push_back(axis);
  return axes;
}

using Reduce = Tensor (*)(const ops::Operand&, const ops::Axes&, bool);

// One value for each sample, and its weight if there are any. Keras:
// reduce_to_samplewise_values.
std::pair<Tensor, Tensor> BySample(const Tensor& given,
                                   const Tensor& sample_weight, Reduce reduce,
                                   DType dtype) {
  Tensor values = ops::Cast(given, dtype), weight;
  if (sample_weight.ok()) {
    weight = Masked(ops::Cast(sample_weight, dtype), MaskOf(given), dtype);
    std::tie(values, weight) = ToSameRank(values, weight);
    const int rank = weight.rank();
    if (values.rank() > rank)
      values = reduce(values, AxesFrom(rank, values.rank()), false);
    weight = ops::BroadcastTo(weight, values.shape());
    values = ops::Multiply(values, weight);
    if (rank > 1) weight = reduce(weight, AxesFrom(1, rank), false);
  }
  if (values.rank() > 1)
    values = reduce(values, AxesFrom(1, values.rank()), false);
  return {values, weight};
}

// The weights among the arguments of an update, at a place or by name.
Tensor SampleWeight(const Arguments& arguments, size_t place) {
  const Value* given = arguments.Find(place, "sample_weight");
  return given != nullptr && given->is_tensor() ? given->as_tensor() : Tensor();
}

class SumMetric : public NamedMetric {
 protected:
  absl::Status Configured() override {
    total_ = AddVariable({.name = "total"});
    return absl::OkStatus();
  }
  void Update(const Arguments& arguments) override {
    const Value* values = arguments.Find(0, "values");
    if (values == nullptr || !values->is_tensor())
      return Fail("is updated with a tensor of values");
    total_->AssignAdd(
        ops::Sum(BySample(values->as_tensor(), SampleWeight(arguments, 1),
                          &ops::Sum, dtype())
                     .first));
  }
  Value Compute() override { return Value(ops::Cast(total_, dtype())); }

 private:
  Weight total_;
};

[[maybe_unused]] const bool kSum = RegisterObject<SumMetric>("Sum");
[[maybe_unused]] const bool kMean = RegisterObject<MeanMetric>("Mean");

}  // namespace

std::pair<Tensor, Tensor> ToSameRank(Tensor x1, Tensor x2) {
  const auto fit = [](Tensor& longer, Tensor& shorter) {
    if (longer.rank() != shorter.rank() + 1 || !longer.dim(-1).IsConstant(1))
      return;
    if (shorter.rank() == 1) {
      shorter = ops::ExpandDims(shorter, -1);
    } else {
      longer = ops::Squeeze(longer, -1);
    }
  };
  fit(x1, x2);
  fit(x2, x1);
  return {x1, x2};
}

std::string NamedMetric::DefaultName() const {
  return ToSnakeCase(class_name());
}

absl::Status MeanMetric::Configured() {
  total_ = AddVariable({.name = "total"});
  count_ = AddVariable({.name = "count"});
  return absl::OkStatus();
}

void MeanMetric::Update(const Arguments& arguments) {
  const Value* values = arguments.Find(0, "values");
  if (values == nullptr || !values->is_tensor())
    return Fail("is updated with a tensor of values");
  AddValues(values->as_tensor(), SampleWeight(arguments, 1));
}

void MeanMetric::AddValues(const Tensor& given, const Tensor& sample_weight) {
  const auto [values, weight] =
      BySample(given, sample_weight, &ops::Mean, dtype());
  if (!values.ok()) return;
  total_->AssignAdd(ops::Sum(values));
  const Tensor samples = weight.ok() ? ops::Sum(weight)
                         : values.rank() == 0
                             ? ops::Ones({}, dtype())
                             : ops::SizeOf(values.dim(0), dtype());
  count_->AssignAdd(ops::Cast(samples, dtype()));
}

Value MeanMetric::Compute() {
  return Value(ops::DivideNoNan(total_, ops::Cast(count_, dtype())));
}

void MeanOfFunction::Update(const Arguments& arguments) {
  const Value* y_true = arguments.Find(0, "y_true");
  const Value* y_pred = arguments.Find(1, "y_pred");
  if (y_true == nullptr || !y_true->is_tensor() || y_pred == nullptr ||
      !y_pred->is_tensor())
    return Fail("is updated with the tensors y_true and y_pred");
  if (!y_true->as_tensor().ok() || !y_pred->as_tensor().ok()) return;
  AddValues(
      Values(y_true->as_tensor(), y_pred->as_tensor()),
      Masked(SampleWeight(arguments, 2), MaskOf(y_pred->as_tensor()), dtype()));
}

namespace {

MetricPtr Made(const char* class_name, const std::string& name,
               const std::string& dtype, Value::Entries config = {}) {
  if (!name.empty()) config.emplace_back("name", name);
  if (!dtype.empty()) config.emplace_back("dtype", dtype);
  return MakeMetric(class_name, std::move(config));
}

}  // namespace

MetricPtr Sum(const MetricOptions& o) { return Made("Sum", o.name, o.dtype); }
MetricPtr Mean(const MetricOptions& o) { return Made("Mean", o.name, o.dtype); }
MetricPtr Accuracy(const MetricOptions& o) {
  return Made("Accuracy", o.name, o.dtype);
}
MetricPtr BinaryAccuracy(const BinaryAccuracyOptions& o) {
  return Made("BinaryAccuracy", o.name, o.dtype, {{"threshold", o.threshold}});
}
MetricPtr CategoricalAccuracy(const MetricOptions& o) {
  return Made("CategoricalAccuracy", o.name, o.dtype);
}
MetricPtr SparseCategoricalAccuracy(const MetricOptions& o) {
  return Made("SparseCategoricalAccuracy", o.name, o.dtype);
}
MetricPtr TopKCategoricalAccuracy(const TopKOptions& o) {
  return Made("TopKCategoricalAccuracy", o.name, o.dtype, {{"k", o.k}});
}
MetricPtr SparseTopKCategoricalAccuracy(const SparseTopKOptions& o) {
  return Made("SparseTopKCategoricalAccuracy", o.name, o.dtype,
              {{"k", o.k}, {"from_sorted_ids", o.from_sorted_ids}});
}

}  // namespace keratin::metrics

// Metric: state that is accumulated over batches, and a number made of it.
// Keras: keras.metrics.Metric.
//
// A metric declares its variables in Configured, and computes in traces: Update
// assigns the variables, Compute makes the result, Reset begins again. A layer
// that tracks one (Layer::Track) may update it in its Call; its state is then
// threaded through the layer's compiled function like any other. Apart from
// layers it is called on Arrays, through the compiler that the program links.
//
//   MetricPtr mean = metrics::Mean();
//   absl::Status status = mean->UpdateStateOnArrays({x});
//   absl::StatusOr<Value> result = mean->ResultOnArrays();
//
// One of one's own:
//
//   class Largest : public Metric {
//     absl::Status Configured() override {
//       largest_ = AddVariable({.name = "largest", .dtype = dtype()});
//       return absl::OkStatus();
//     }
//     void Update(const Arguments& a) override {
//       largest_->Assign(ops::Maximum(largest_, ops::Max(a.tensors()[0])));
//     }
//     Value Compute() override { return Value(Tensor(largest_)); }
//     Weight largest_;
//   };
//   KERATIN_REGISTER_METRIC("my_package", Largest);
//   MetricPtr metric = MakeMetric("my_package>Largest", {{"name", "big"}});
#ifndef KERATIN_LAYERS_BASE_METRIC_H_
#define KERATIN_LAYERS_BASE_METRIC_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "layers/base/concrete_call.h"
#include "layers/base/config.h"
#include "layers/base/dtype_policy.h"
#include "layers/base/object.h"
#include "layers/base/variable.h"
#include "runtime/dtype.h"

namespace keratin {

class Metric;
// Shared by who holds it; null: none.
using MetricPtr = std::shared_ptr<Metric>;

class Metric : public ConfiguredObject {
 public:
  static constexpr char kKind[] = "metric";
  Metric() = default;
  Metric(const Metric&) = delete;
  Metric& operator=(const Metric&) = delete;

  const std::string& name() const { return name_; }
  // Of its variables and its result.
  DType dtype() const { return policy_.compute_dtype(); }
  // Keras's class name, as in files.
  std::string class_name() const;
  // "<Mean name=mean>"
  std::string ToString() const;
  // {module, class_name, config, registered_name}
  Value Serialize() const { return ObjectRegistry::Serialize(kKind, *this); }
  Value GetConfig() const;

  // Its own variables, then those of the metrics that it tracks.
  std::vector<Variable*> variables() const;

  // In a trace: adds to the state; usually the values, or what was true and
  // what was predicted, and how much each sample weighs (none: alike).
  void UpdateState(const Arguments& arguments) { Update(arguments); }
  void UpdateState(const std::vector<Tensor>& values,
                   const Tensor& sample_weight = {});
  // In a trace: the number that the state stands for; or a dictionary of such.
  Value Result() { return Compute(); }
  // In a trace: the state of the beginning.
  void ResetState() { Reset(); }

  // The same on Arrays: the variables are assigned.
  absl::Status UpdateStateOnArrays(const Arguments& arguments);
  absl::Status UpdateStateOnArrays(const std::vector<Array>& values,
                                   const Array& sample_weight = {});
  absl::StatusOr<Value> ResultOnArrays();
  absl::Status ResetStateOnArrays();
  // Updates, and gives the result. Keras: __call__.
  absl::StatusOr<Value> CallOnArrays(const Arguments& arguments);

  // The same of given values of variables(), touching nothing. A list of
  // another length is an error. Keras: stateless_update_state and so on.
  absl::StatusOr<std::vector<Array>> StatelessUpdateState(
      const std::vector<Array>& variables, const Arguments& arguments);
  absl::StatusOr<Value> StatelessResult(const std::vector<Array>& variables);
  absl::StatusOr<std::vector<Array>> StatelessResetState();

  // Overriders call it first.
  void Describe(Fields& fields) override;

 protected:
  // In a trace; see UpdateState, Result and ResetState. By default a metric
  // begins again with zeros.
  virtual void Update(const Arguments& arguments) = 0;
  virtual Value Compute() = 0;
  virtual void Reset();

  // The name of one that is given none; Keras counts those of one's own.
  virtual std::string DefaultName() const;

  // In Configured: a variable, by default a number that begins at zero. Keras:
  // add_variable.
  Weight AddVariable(WeightSpec spec);
  // In Configured: another metric whose state is part of this one's.
  void Track(MetricPtr metric) { metrics_.push_back(std::move(metric)); }
  // Notes an error in the current trace.
  void Fail(const std::string& message) const;

 private:
  // Updates, or computes, or both; neither: resets.
  StatefulFunction Function(const char* entry, bool updates, bool computes);
  StatefulFunction Updating();
  StatefulFunction Computing();
  StatefulFunction Resetting();

  std::string name_;
  DTypePolicy policy_ = DTypePolicy(DTypeName(config::floatx()));
  std::vector<Weight> variables_;
  std::vector<MetricPtr> metrics_;
  ConcreteCalls concrete_calls_;
};

// A metric of a registered class from Keras's configuration; the error names
// the class. Keras: keras.metrics.get, deserialize.
absl::StatusOr<MetricPtr> DeserializeMetric(const Value& written);
// The same of one that cannot be wrong: null if it is.
MetricPtr MakeMetric(const char* class_name, Value::Entries config);

// Registers a class of metrics under "package>Name"; in a source file.
#define KERATIN_REGISTER_METRIC(package, Class)                            \
  [[maybe_unused]] static const bool keratin_registered_metric_##Class =   \
      ::keratin::ObjectRegistry::Register(                                 \
          ::keratin::Metric::kKind, package, #Class, {package ">" #Class}, \
          [] { return std::make_unique<Class>(); })

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_METRIC_H_

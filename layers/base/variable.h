// Variable: state of a layer, a named array that calls read and may replace.
//
// Inside a trace a variable stands for its argument, or for what was assigned
// to it: `Tensor` is what it converts to. Its own value is made by its
// initializer when it is first asked for, and replaced by loading and by
// assigning from outside. Keras: keras.Variable.
//
//   Weight kernel_ = AddWeight({.name = "kernel", .shape = {8, 4}});
//   Tensor y = ops::MatMul(x, kernel_);
#ifndef KERATIN_LAYERS_BASE_VARIABLE_H_
#define KERATIN_LAYERS_BASE_VARIABLE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "layers/base/object.h"
#include "layers/base/value.h"
#include "runtime/array.h"
#include "runtime/dtype.h"
#include "runtime/shape.h"

namespace keratin {

// What add_weight is told of a variable.
struct WeightSpec {
  std::string name = {};          // empty: "variable", counted
  Shape shape = {};               // of known sizes
  DType dtype = DType::kInvalid;  // invalid: the layer's variable dtype
  bool trainable = true;
  bool autocast = true;
  // None: glorot_uniform for floats, zeros for other types.
  Initializer initializer = {};
  Regularizer regularizer = {};
  Constraint constraint = {};
  // What replicas make of their values: "none", "mean", "sum" or
  // "only_first_replica".
  std::string aggregation = "none";
  bool overwrite_with_gradient = false;
};

class Variable {
 public:
  Variable(WeightSpec spec, std::string path)
      : spec_(std::move(spec)), path_(std::move(path)) {}
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

  const std::string& name() const { return spec_.name; }
  // "model/block/dense/kernel"
  const std::string& path() const { return path_; }
  const Shape& shape() const { return spec_.shape; }
  DType dtype() const { return spec_.dtype; }
  bool trainable() const { return spec_.trainable; }
  void set_trainable(bool trainable);
  // The version (version.h) since which it is, or is not.
  int64_t trainable_since() const { return trainable_since_; }
  const WeightSpec& spec() const { return spec_; }

  // The value, if it was loaded, assigned or initialized.
  const std::optional<Array>& array() const { return array_; }
  // Counts the assignments: a value kept from an older version is stale.
  int64_t version() const { return version_; }
  // A wrong shape or dtype is an error that names the variable.
  absl::Status Assign(Array array);

  // In a trace: the tensor it stands for, cast to the compute dtype of the
  // layer that is being called if it is a float and autocasts.
  Tensor value() const;
  operator Tensor() const { return value(); }  // NOLINT
  // In a trace: replaces the value for the rest of it, cast to the variable's
  // type. Sums are computed in the wider type of both.
  void Assign(const Tensor& value) const;
  void AssignAdd(const Tensor& value) const;
  void AssignSub(const Tensor& value) const;

 private:
  WeightSpec spec_;
  std::string path_;
  std::optional<Array> array_;
  int64_t version_ = 0;
  int64_t trainable_since_ = 0;
};

// A layer's hold on a variable, shared by the layers that track it. A default
// one stands for no value, as a poisoned Tensor does.
class Weight {
 public:
  Weight() = default;
  explicit Weight(std::shared_ptr<Variable> variable)
      : variable_(std::move(variable)) {}

  explicit operator bool() const { return variable_ != nullptr; }
  operator Variable*() const { return get(); }  // NOLINT
  operator Tensor() const {                     // NOLINT
    return variable_ == nullptr ? Tensor() : variable_->value();
  }
  Variable* operator->() const { return get(); }
  Variable& operator*() const { return *get(); }
  Variable* get() const { return variable_.get(); }
  const std::shared_ptr<Variable>& shared() const { return variable_; }

 private:
  std::shared_ptr<Variable> variable_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_VARIABLE_H_

// Variable: state of a layer, a named array that calls read and may replace.
//
// Inside a trace a variable stands for its argument, or for what was assigned
// to it: `Tensor` is what it converts to. Its own value is touched by loading
// and by assigning from outside alone. Keras: keras.Variable.
#ifndef KERATIN_LAYERS_BASE_VARIABLE_H_
#define KERATIN_LAYERS_BASE_VARIABLE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "layers/base/value.h"
#include "runtime/array.h"
#include "runtime/dtype.h"
#include "runtime/shape.h"

namespace keratin {

// What add_weight is told of a variable.
struct WeightSpec {
  std::string name;
  Shape shape;
  DType dtype = DType::kInvalid;  // invalid: the layer's variable dtype
  bool trainable = true;
  bool autocast = true;
  // As Keras serializes them; none: Keras's defaults, no regularizer, none.
  Value initializer = {};
  Value regularizer = {};
  Value constraint = {};
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
  void set_trainable(bool trainable) { spec_.trainable = trainable; }
  const WeightSpec& spec() const { return spec_; }

  // The value, if it was loaded or assigned.
  const std::optional<Array>& array() const { return array_; }
  // Counts the assignments: a value kept from an older version is stale.
  int64_t version() const { return version_; }
  // A wrong shape or dtype is an error that names the variable.
  absl::Status Assign(Array array);

  // In a trace: the tensor it stands for, cast to the compute dtype of the
  // layer that is being called if it is a float and autocasts.
  Tensor value() const;
  operator Tensor() const { return value(); }  // NOLINT
  // In a trace: replaces the value for the rest of it.
  void Assign(const Tensor& value) const;

 private:
  WeightSpec spec_;
  std::string path_;
  std::optional<Array> array_;
  int64_t version_ = 0;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_VARIABLE_H_

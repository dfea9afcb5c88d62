// Tensor: a value inside a trace. A cheap handle; its operations add to the
// trace it belongs to.
//
// A Tensor whose making failed is poisoned: everything computed from it is
// poisoned too, and the trace keeps the first error. Using a Tensor after its
// trace has ended is such an error, never a crash.
//
//   Tensor y = trace::Tanh(x);  // y.ok() or not; y.shape(), y.dtype()
#ifndef KERATIN_IR_TRACE_TENSOR_H_
#define KERATIN_IR_TRACE_TENSOR_H_

#include <memory>

#include "runtime/dtype.h"
#include "runtime/shape.h"

namespace keratin {

class Trace;

class Tensor {
 public:
  // No value: not ok.
  Tensor() = default;

  bool ok() const;
  // kInvalid and an empty shape if it is not ok.
  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  int rank() const { return shape_.rank(); }
  // The size of an axis; a negative one counts from the end. The axis must
  // exist.
  const Dim& dim(int axis) const {
    return shape_[axis < 0 ? axis + rank() : axis];
  }
  // The trace it belongs to; null once that has ended.
  Trace* trace() const;
  // The same value of the same trace; for tables keyed by tensors.
  const void* id() const { return value_; }

 private:
  friend class Trace;
  std::weak_ptr<Trace*> trace_;
  const void* value_ = nullptr;  // an mlir::Value; null if poisoned
  DType dtype_ = DType::kInvalid;
  Shape shape_;
};

}  // namespace keratin

#endif  // KERATIN_IR_TRACE_TENSOR_H_

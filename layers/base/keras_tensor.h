// KerasTensor: a tensor of a model's graph: its shape and dtype, and how it was
// made. No data, and no trace. Keras: keras.KerasTensor.
//
// Unknown sizes are named symbols. A tensor whose making failed is not ok() and
// carries the error; what is called on it fails with the same one.
//
//   KerasTensor x = Input({.shape = {{28, 28, 1}}});
//   KerasTensor y = Flatten()(x);  // y.shape() == (batch, 784)
#ifndef KERATIN_LAYERS_BASE_KERAS_TENSOR_H_
#define KERATIN_LAYERS_BASE_KERAS_TENSOR_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "runtime/dtype.h"
#include "runtime/shape.h"

namespace keratin {

struct Node;

// An unknown size, where a shape is given; it gets a name of its own.
inline constexpr int64_t kNone = -1;

class KerasTensor {
 public:
  KerasTensor() = default;  // no tensor
  // A bare description, made by nothing.
  KerasTensor(Shape shape, DType dtype, std::string name = "");
  // Output number `output` of a call.
  KerasTensor(Shape shape, DType dtype, std::shared_ptr<const Node> node,
              int output);
  static KerasTensor Failed(absl::Status status);

  bool ok() const { return state_ != nullptr && state_->status.ok(); }
  absl::Status status() const;
  const Shape& shape() const;
  DType dtype() const { return ok() ? state_->dtype : DType::kInvalid; }
  const std::string& name() const;

  // The call that made it, and which of its outputs it is. Null if it is bare.
  const std::shared_ptr<const Node>& node() const;
  int output() const { return ok() ? state_->output : 0; }

  // Whether it bears a mask, and of what shape.
  const Shape* mask() const;
  void set_mask(Shape shape);

  // The same tensor: equal only to its copies.
  const void* id() const { return state_.get(); }
  std::string ToString() const;

 private:
  struct State {
    Shape shape;
    DType dtype = DType::kInvalid;
    std::string name;
    std::shared_ptr<const Node> node;
    int output = 0;
    std::unique_ptr<Shape> mask;
    absl::Status status;
  };
  std::shared_ptr<State> state_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_KERAS_TENSOR_H_

#include "layers/base/keras_tensor.h"

#include "absl/strings/str_cat.h"

namespace keratin {

KerasTensor::KerasTensor(Shape shape, DType dtype, std::string name)
    : state_(std::make_shared<State>()) {
  state_->shape = std::move(shape);
  state_->dtype = dtype;
  state_->name = std::move(name);
}

KerasTensor::KerasTensor(Shape shape, DType dtype,
                         std::shared_ptr<const Node> node, int output)
    : KerasTensor(std::move(shape), dtype) {
  state_->node = std::move(node);
  state_->output = output;
}

KerasTensor KerasTensor::Failed(absl::Status status) {
  KerasTensor tensor(Shape(), DType::kInvalid);
  tensor.state_->status = std::move(status);
  return tensor;
}

absl::Status KerasTensor::status() const {
  if (state_ != nullptr) return state_->status;
  return absl::InvalidArgumentError(
      "a KerasTensor has no value; make it by Input or by calling a layer");
}

const Shape& KerasTensor::shape() const {
  static const auto* none = new Shape();
  return state_ == nullptr ? *none : state_->shape;
}

const std::string& KerasTensor::name() const {
  static const auto* none = new std::string();
  return state_ == nullptr ? *none : state_->name;
}

const std::shared_ptr<const Node>& KerasTensor::node() const {
  static const auto* none = new std::shared_ptr<const Node>();
  return state_ == nullptr ? *none : state_->node;
}

const Shape* KerasTensor::mask() const {
  return state_ == nullptr ? nullptr : state_->mask.get();
}

void KerasTensor::set_mask(Shape shape) {
  if (state_ != nullptr)
    state_->mask = std::make_unique<Shape>(std::move(shape));
}

std::string KerasTensor::ToString() const {
  if (!ok()) return "<KerasTensor of no value>";
  return absl::StrCat("<KerasTensor shape=", shape().ToString(),
                      ", dtype=", DTypeName(dtype()), ">");
}

}  // namespace keratin

#include "layers/rnn/gated_cell.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/creation.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

class UnitForgetBiasInitializer : public InitializerObject {
 public:
  explicit UnitForgetBiasInitializer(
      std::shared_ptr<const InitializerObject> others)
      : others_(std::move(others)) {}
  Tensor operator()(const Shape& shape, DType dtype) const override {
    const int64_t units = *shape[0].AsConstant() / 4;
    return ops::Concatenate({(*others_)({units}, dtype),
                             ops::Ones({units}, dtype),
                             (*others_)({2 * units}, dtype)});
  }

 private:
  std::shared_ptr<const InitializerObject> others_;
};

}  // namespace

Initializer UnitForgetBias(const Initializer& others) {
  auto object = others.Get();
  // An initializer that there is none of says so where it is used.
  if (!object.ok() || *object == nullptr) return others;
  return Initializer(std::make_shared<UnitForgetBiasInitializer>(*object));
}

std::vector<Tensor> Masked(const Tensor& x, const std::vector<Tensor>& masks) {
  if (masks.empty()) return {x};
  std::vector<Tensor> masked;
  for (const Tensor& mask : masks) masked.push_back(x * mask);
  return masked;
}

std::vector<Tensor> Gates(const Tensor& x, int gates, int axis) {
  return ops::Split(x, gates, axis);
}

std::vector<Tensor> GateProducts(
    const std::vector<Tensor>& inputs, const Tensor& kernel, int gates,
    const std::function<Tensor(const Tensor& x, const Tensor& kernel)>& product,
    int axis) {
  if (inputs.size() == 1) return Gates(product(inputs[0], kernel), gates, axis);
  std::vector<Tensor> kernels = Gates(kernel, gates), products;
  for (int gate = 0; gate < gates; ++gate)
    products.push_back(product(inputs[gate], kernels[gate]));
  return products;
}

absl::Status CheckUnits(int64_t units, const Shape& input) {
  if (units <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("'units' must be positive, not ", units));
  }
  if (input.empty() || !input.back().IsConstant()) {
    return absl::InvalidArgumentError(
        "the last axis of the input of a recurrent cell must have a known "
        "size");
  }
  return absl::OkStatus();
}

}  // namespace keratin

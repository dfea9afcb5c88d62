#include "layers/quantizers/fitted_mode.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/shaping.h"
#include "layers/quantizers/int4.h"

namespace keratin {

FittedMode::FittedMode(const DTypePolicy& policy, WeightUse use)
    : WeightMode(std::move(use)),
      weight_bits_(policy.weight_bits()),
      block_size_(policy.block_size()) {}

void FittedMode::Build(const Adder& add) {
  const std::string& name = use_.spec.name;
  const int64_t columns = use_.fitted_matrix[1].AsConstant().value_or(0);
  const int64_t summed = rows().AsConstant().value_or(0);
  const int64_t blocks =
      block_size_ == -1 ? 1 : (summed + block_size_ - 1) / block_size_;
  const Shape scales = {Dim(columns), Dim(blocks)};
  const auto add_frozen = [&](const std::string& named, const Shape& shape,
                              DType dtype, const char* initializer) {
    variables_.push_back(add({.name = named,
                              .shape = shape,
                              .dtype = dtype,
                              .trainable = false,
                              .initializer = initializer}));
  };
  add_frozen(name, {Dim(packs() ? (columns + 1) / 2 : columns), rows()},
             DType::kUInt8, "zeros");
  add_frozen(absl::StrCat(name, "_scale"), scales, DType::kInvalid, "ones");
  add_frozen(use_.fitted_zero, scales, DType::kUInt8, "zeros");
  AddOwn(add);
  add_frozen("g_idx", {rows()}, DType::kFloat32, "zeros");
}

Tensor FittedMode::Dequantized(DType) const {
  const Tensor integers =
      packs() ? quantizers::UnpackInt4(variables_[0], use_.fitted_matrix[1], 0)
              : Tensor(variables_[0]);
  const Tensor floats = quantizers::DequantizeBlocks(
      integers, variables_[1], variables_[2], variables_.back(), -1);
  return ops::Reshape(Restored(ops::Transpose(floats)), use_.spec.shape);
}

Tensor FittedMode::Multiply(const Tensor& x, const Tensor&, DType dtype) const {
  return use_.product.multiply(x, Dequantized(dtype));
}

}  // namespace keratin

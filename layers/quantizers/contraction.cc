#include "layers/quantizers/contraction.h"

#include <algorithm>

#include "layers/ops/linear.h"
#include "layers/ops/shaping.h"

namespace keratin {

Tensor ScaleLayout::Apply(const Tensor& scale) const {
  Tensor laid = scale;
  if (!transpose.empty()) laid = ops::Transpose(laid, transpose);
  if (!expand.empty()) laid = ops::ExpandDims(laid, ops::Axes(expand));
  if (!squeeze.empty()) laid = ops::Squeeze(laid, ops::Axes(squeeze));
  return laid;
}

Tensor ScaleLayout::Undo(const Tensor& scale) const {
  Tensor laid = scale;
  if (!squeeze.empty()) laid = ops::ExpandDims(laid, ops::Axes(squeeze));
  if (!expand.empty()) laid = ops::Squeeze(laid, ops::Axes(expand));
  if (!transpose.empty()) {
    std::vector<int> inverse(transpose.size());
    for (size_t k = 0; k < transpose.size(); ++k)
      inverse[transpose[k]] = static_cast<int>(k);
    laid = ops::Transpose(laid, inverse);
  }
  return laid;
}

Shape ScaleLayout::Apply(const Shape& scale) const {
  std::vector<Dim> dims(scale.dims().begin(), scale.dims().end());
  if (!transpose.empty()) {
    for (size_t k = 0; k < transpose.size(); ++k) dims[k] = scale[transpose[k]];
  }
  std::vector<int> inserted = expand, removed = squeeze;
  std::sort(inserted.begin(), inserted.end());
  for (int axis : inserted) dims.insert(dims.begin() + axis, Dim(1));
  for (int& axis : removed) {
    if (axis < 0) axis += static_cast<int>(dims.size());
  }
  std::sort(removed.rbegin(), removed.rend());
  for (int axis : removed) dims.erase(dims.begin() + axis);
  Shape shape;
  for (const Dim& dim : dims) shape.push_back(dim);
  return shape;
}

Contraction MatrixProduct() {
  return {
      .multiply = [](const Tensor& x,
                     const Tensor& kernel) { return ops::MatMul(x, kernel); },
      .x_axes = {-1},
      .kernel_axes = {0},
      .kernel_scale = {.squeeze = {0}}};
}

Contraction MatrixRows() {
  return {.multiply = {},
          .x_axes = {},
          .kernel_axes = {1},
          .kernel_scale = {.squeeze = {1}}};
}

namespace {

// Python's list.insert.
void Insert(std::vector<int>& list, int index, int value) {
  const int size = static_cast<int>(list.size());
  if (index < 0) index = std::max(index + size, 0);
  list.insert(list.begin() + std::min(index, size), value);
}

// The layout of the scale of an operand. Each summed axis takes the place of an
// axis of the result that the operand lacks; once those are used up the axis is
// dropped in the end, and until then stands where the last one was put: so
// Keras lays scales out in its files.
ScaleLayout LayoutOf(const std::string& operand, const std::string& y,
                     const std::vector<int>& summed, int* place) {
  ScaleLayout layout;
  for (size_t k = 0; k < y.size(); ++k) {
    const size_t in_operand = operand.find(y[k]);
    if (in_operand == std::string::npos) {
      layout.expand.push_back(static_cast<int>(k));
    } else {
      layout.transpose.push_back(static_cast<int>(in_operand));
    }
  }
  for (int axis : summed) {
    if (layout.expand.empty()) {
      layout.squeeze.push_back(axis);
    } else {
      *place = layout.expand.front();
      layout.expand.erase(layout.expand.begin());
    }
    Insert(layout.transpose, *place, axis);
  }
  return layout;
}

std::vector<int> Summed(const std::string& operand, const std::string& y) {
  std::vector<int> axes;
  for (size_t k = 0; k < operand.size(); ++k) {
    if (y.find(operand[k]) == std::string::npos)
      axes.push_back(static_cast<int>(k));
  }
  return axes;
}

}  // namespace

Contraction EinsumProduct(const std::string& equation, const std::string& x,
                          const std::string& kernel, const std::string& y) {
  Contraction contraction;
  contraction.multiply = [equation](const Tensor& a, const Tensor& b) {
    return ops::Einsum(equation, {a, b});
  };
  contraction.x_axes = Summed(x, y);
  contraction.kernel_axes = Summed(kernel, y);
  // Where Keras's search for the last label of the kernel ended.
  const size_t last = y.find(kernel.back());
  int place = last == std::string::npos ? -1 : static_cast<int>(last);
  contraction.x_scale = LayoutOf(x, y, contraction.x_axes, &place);
  contraction.kernel_scale =
      LayoutOf(kernel, y, contraction.kernel_axes, &place);
  return contraction;
}

}  // namespace keratin

// Contraction: the product of a layer's input with its kernel, as the modes of
// quantization must know it.
//
// A scale is computed with the summed axes kept as size 1. ScaleLayout says
// where its axes stand in the result, by which it is divided.
#ifndef KERATIN_LAYERS_QUANTIZERS_CONTRACTION_H_
#define KERATIN_LAYERS_QUANTIZERS_CONTRACTION_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ir/trace/tensor.h"
#include "runtime/shape.h"

namespace keratin {

// Transposed, then given axes of size 1 at `expand` (of the result), then rid
// of those at `squeeze`.
struct ScaleLayout {
  std::vector<int> transpose = {};  // empty: as they are
  std::vector<int> expand = {}, squeeze = {};

  Tensor Apply(const Tensor& scale) const;
  Tensor Undo(const Tensor& scale) const;
  // The shape of Apply's result.
  Shape Apply(const Shape& scale) const;
};

struct Contraction {
  std::function<Tensor(const Tensor& x, const Tensor& kernel)> multiply;
  // Axes that are summed over.
  std::vector<int> x_axes, kernel_axes;
  ScaleLayout x_scale = {}, kernel_scale = {};
};

// x · kernel over the last axis of x: [..., in] · [in, out].
Contraction MatrixProduct();

// None, of a table whose rows are taken by number: each has a scale.
Contraction MatrixRows();

// Of an equation whose labels are all written out, as "ab,bcd->acd".
Contraction EinsumProduct(const std::string& equation, const std::string& x,
                          const std::string& kernel, const std::string& y);

}  // namespace keratin

#endif  // KERATIN_LAYERS_QUANTIZERS_CONTRACTION_H_

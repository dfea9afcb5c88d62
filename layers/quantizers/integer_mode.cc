#include "layers/quantizers/integer_mode.h"

#include "ir/trace/trace.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/shaping.h"

namespace keratin {

Tensor IntegerMode::Multiply(const Tensor& x, const Tensor&,
                             DType dtype) const {
  return Product(x, use_.product, false, dtype);
}

Tensor IntegerMode::MultiplyTransposed(const Tensor& x, DType dtype) const {
  return Product(x, MatrixProduct(), true, dtype);
}

Tensor IntegerMode::Product(const Tensor& given, const Contraction& product,
                            bool transposed, DType dtype) const {
  Tensor x = given;
  Tensor x_scale;
  if (!inputs_.is_none()) {
    auto quantizer = inputs_.Get();
    if (!quantizer.ok()) return Trace::Current()->Error(quantizer.status());
    struct Quantized quantized = (**quantizer)(x, product.x_axes);
    x = quantized.values;
    x_scale = product.x_scale.Apply(quantized.scale);
  }
  const bool floats = multiplies_floats();
  Tensor kernel = floats ? Dequantized(dtype) : Values();
  if (transposed) kernel = ops::Transpose(kernel);
  Tensor y = product.multiply(x, kernel);
  if (floats) return x_scale.ok() ? ops::Cast(y, dtype) / x_scale : y;
  y = ops::Cast(y, dtype);
  return x_scale.ok() ? y / ops::Multiply(scale(), x_scale)
                      : ops::Divide(y, scale());
}

}  // namespace keratin

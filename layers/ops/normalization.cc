#include "layers/ops/normalization.h"

#include <string>
#include <vector>

#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

// In float32 at least.
Tensor Wide(const Operand& x) {
  if (!x.ok()) return Tensor();
  return x.As(IsFloating(x.type().dtype) ? WideFloat(x.type().dtype)
                                         : DType::kFloat32);
}

Tensor AsFloat(const Operand& x) {
  if (!x.ok()) return Tensor();
  return x.As(IsFloating(x.type().dtype) ? x.type().dtype : DType::kFloat32);
}

// A parameter with the shape of the axes, arranged to broadcast against x.
Tensor BesideAxes(const Operand& parameter, const Tensor& x,
                  absl::Span<const int64_t> axes) {
  if (!parameter.ok()) return Tensor();
  Tensor tensor = parameter.As(x.dtype());
  bool last = axes.size() == 1 && axes[0] == x.rank() - 1;
  if (last || tensor.rank() == x.rank()) return tensor;
  Shape shape(std::vector<Dim>(x.rank(), Dim(1)));
  for (int64_t axis : axes) shape[axis] = x.shape()[axis];
  return Reshape(tensor, shape);
}

}  // namespace

Tensor Softmax(const Operand& x, const Axes& axis) {
  Tensor tensor = AsFloat(x);
  if (!tensor.ok()) return Tensor();
  std::optional<std::vector<int64_t>> axes =
      axis.Resolve("softmax", tensor.rank());
  if (!axes.has_value()) return Tensor();
  return trace::Softmax(tensor, *axes);
}

Tensor LogSoftmax(const Operand& x, const Axes& axis) {
  Tensor tensor = AsFloat(x);
  Tensor shifted = Subtract(tensor, Max(tensor, axis, /*keepdims=*/true));
  return Subtract(shifted, Log(Sum(Exp(shifted), axis, /*keepdims=*/true)));
}

Tensor Normalize(const Operand& x, const Axes& axis, int order,
                 double epsilon) {
  Tensor tensor = x.ok() && x.shape().empty() ? ExpandDims(x, 0) : x.AsTensor();
  if (order < 1) return Fail("normalize", "order must be at least 1");
  if (order == 2) {
    Tensor inverse = Rsqrt(Sum(Square(tensor), axis, /*keepdims=*/true));
    return Multiply(tensor, Minimum(inverse, 1.0 / epsilon));
  }
  tensor = AsFloat(tensor);
  Tensor norm =
      order == 1
          ? Sum(Abs(tensor), axis, /*keepdims=*/true)
          : Power(Sum(Power(Abs(tensor), order), axis, /*keepdims=*/true),
                  1.0 / order);
  return Divide(tensor, Maximum(norm, epsilon));
}

Tensor BatchNormalization(const Operand& x, const Operand& mean,
                          const Operand& variance, int axis,
                          const std::optional<Operand>& offset,
                          const std::optional<Operand>& scale, double epsilon) {
  if (!x.ok() || !mean.ok() || !variance.ok()) return Tensor();
  int along = CanonicalAxis("batch_normalization", axis, x.shape().rank());
  if (along < 0) return Tensor();
  Shape shape(std::vector<Dim>(x.shape().rank(), Dim(1)));
  shape[along] = mean.shape().Elements();
  Tensor inverse = Rsqrt(Add(Reshape(variance, shape), epsilon));
  if (scale.has_value()) inverse = Multiply(inverse, Reshape(*scale, shape));
  Tensor shift = Multiply(Negative(Reshape(mean, shape)), inverse);
  if (offset.has_value()) shift = Add(shift, Reshape(*offset, shape));
  return Add(Multiply(x, inverse), shift);
}

Tensor LayerNormalization(const Operand& x, const std::optional<Operand>& gamma,
                          const std::optional<Operand>& beta, const Axes& axis,
                          double epsilon, bool rms_scaling) {
  Tensor wide = Wide(x);
  if (!wide.ok()) return Tensor();
  std::optional<std::vector<int64_t>> axes =
      axis.Resolve("layer_normalization", wide.rank());
  if (!axes.has_value()) return Tensor();
  if (rms_scaling) {
    Tensor y = wide * Rsqrt(Var(wide, axis, /*keepdims=*/true) + epsilon);
    if (gamma.has_value()) y = y * BesideAxes(*gamma, wide, *axes);
    return Cast(y, x.type().dtype);
  }
  Moments moments = MomentsOf(wide, axis, /*keepdims=*/true);
  Tensor inverse = Rsqrt(Add(moments.variance, epsilon));
  if (gamma.has_value()) inverse = inverse * BesideAxes(*gamma, wide, *axes);
  Tensor shift = Negative(moments.mean) * inverse;
  if (beta.has_value()) shift = shift + BesideAxes(*beta, wide, *axes);
  return Cast(wide * inverse + shift, x.type().dtype);
}

Tensor RmsNormalization(const Operand& x, const std::optional<Operand>& scale,
                        const Axes& axis, double epsilon) {
  Tensor wide = Wide(x);
  if (!wide.ok()) return Tensor();
  if (wide.rank() == 0) wide = ExpandDims(wide, 0);
  Tensor y =
      wide * Rsqrt(Mean(Square(wide), axis, /*keepdims=*/true) + epsilon);
  if (scale.has_value()) y = Multiply(y, scale->As(wide.dtype()));
  return Cast(y, x.type().dtype);
}

}  // namespace keratin::ops

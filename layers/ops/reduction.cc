#include "layers/ops/reduction.h"

#include <vector>

#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

// `body` over the axes; they stay with size 1 if `keepdims`.
template <typename Body>
Tensor Reduce(const char* op, const Tensor& x, const Axes& axis, bool keepdims,
              Body body) {
  if (!x.ok()) return Tensor();
  std::optional<std::vector<int64_t>> axes = axis.Resolve(op, x.rank());
  if (!axes.has_value()) return Tensor();
  Tensor result = axes->empty() ? x : body(x, *axes);
  if (!keepdims || !result.ok()) return result;
  Shape shape = x.shape();
  for (int64_t one : *axes) shape[one] = 1;
  return trace::Reshape(result, shape);
}

Tensor SumOf(const Tensor& x, const std::vector<int64_t>& axes) {
  return trace::ReduceSum(x, axes);
}

Tensor Truth(const Operand& x) {
  if (!x.ok()) return Tensor();
  return IsBool(x.type().dtype) ? x.AsTensor() : NotEqual(x, 0);
}

// The number of elements combined, as a tensor without axes.
Operand Count(const Shape& shape, absl::Span<const int64_t> axes, DType dtype) {
  Dim count = CountOf(shape, axes);
  if (count.IsConstant())
    return trace::Constant(static_cast<double>(*count.AsConstant()), dtype);
  return trace::Size({count}, dtype);
}

// Mean in the tensor's own (wide) type.
Tensor MeanOf(const char* op, const Tensor& x, const Axes& axis,
              bool keepdims) {
  return Reduce(op, x, axis, keepdims,
                [](const Tensor& a, const std::vector<int64_t>& axes) {
                  return Divide(trace::ReduceSum(a, axes),
                                Count(a.shape(), axes, a.dtype()));
                });
}

Tensor VarianceOf(const char* op, const Tensor& x, const Axes& axis,
                  bool keepdims) {
  if (!x.ok()) return Tensor();
  return MeanOf(op, Square(Subtract(x, MeanOf(op, x, axis, /*keepdims=*/true))),
                axis, keepdims);
}

// The operand in the type in which a mean is computed: float32 at least.
Tensor Wide(const Operand& x) {
  if (!x.ok()) return Tensor();
  return x.As(IsFloating(x.type().dtype) ? WideFloat(x.type().dtype)
                                         : DType::kFloat32);
}

DType FloatOf(DType dtype) {
  return IsFloating(dtype) ? dtype : DType::kFloat32;
}

// A tensor, flat if no axis is given, for operations along one axis.
Tensor Along(const char* op, const Operand& x, std::optional<int> axis,
             int* along) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  if (!axis.has_value() || tensor.rank() == 0) {
    *along = 0;
    return Reshape(tensor, {tensor.shape().Elements()});
  }
  *along = CanonicalAxis(op, *axis, tensor.rank());
  return *along < 0 ? Tensor() : tensor;
}

Tensor ArgExtreme(const char* op, const Operand& x, std::optional<int> axis,
                  bool keepdims, bool least) {
  int along = 0;
  Tensor flat = Along(op, x, axis, &along);
  if (!flat.ok()) return Tensor();
  if (IsFloating(flat.dtype())) {
    // Keras tells -0.0 from 0.0.
    flat = Cast(flat, WideFloat(flat.dtype()));
    flat = Where(LogicalAnd(Equal(flat, 0), SignBit(flat)),
                 -TinyOf(flat.dtype()), flat);
    if (least) flat = trace::Negate(flat);
  } else if (least) {
    flat = trace::Not(flat);
  }
  Tensor result = trace::ArgMax(flat, along);
  if (!keepdims || !result.ok()) return result;
  Shape shape = x.shape();
  for (int i = 0; i < shape.rank(); ++i) {
    if (!axis.has_value() || i == along) shape[i] = 1;
  }
  return trace::Reshape(result, shape);
}

Tensor Cumulative(const char* op, const Operand& x, std::optional<int> axis,
                  std::optional<DType> dtype, const char* kind) {
  int along = 0;
  Tensor tensor = Along(op, x, axis, &along);
  if (!tensor.ok()) return Tensor();
  DType result = tensor.dtype();
  if (IsBool(result)) result = DType::kInt32;
  if (dtype.has_value()) result = CanonicalDType(*dtype);
  if (IsBool(result))
    return Cast(Cumulative(op, Truth(tensor), along, DType::kInt32, kind),
                result);
  DType wide = WideFloat(result);
  return Cast(trace::Cumulative(Cast(tensor, wide), along, kind), result);
}

}  // namespace

Dim CountOf(const Shape& shape, absl::Span<const int64_t> axes) {
  Dim count = 1;
  for (int64_t axis : axes) count *= shape[axis];
  return count;
}

Tensor Sum(const Operand& x, const Axes& axis, bool keepdims) {
  if (!x.ok()) return Tensor();
  return Reduce("sum", x.As(AccumulatorDType(x.type().dtype)), axis, keepdims,
                SumOf);
}

Tensor Prod(const Operand& x, const Axes& axis, bool keepdims,
            std::optional<DType> dtype) {
  if (!x.ok()) return Tensor();
  DType result = dtype.has_value() ? CanonicalDType(*dtype)
                                   : AccumulatorDType(x.type().dtype);
  return Cast(Reduce("prod", Cast(x, WideFloat(result)), axis, keepdims,
                     [](const Tensor& a, const std::vector<int64_t>& axes) {
                       return trace::ReduceProd(a, axes);
                     }),
              result);
}

Tensor Mean(const Operand& x, const Axes& axis, bool keepdims) {
  return Cast(MeanOf("mean", Wide(x), axis, keepdims), FloatOf(x.type().dtype));
}

Tensor Var(const Operand& x, const Axes& axis, bool keepdims) {
  return Cast(VarianceOf("var", Wide(x), axis, keepdims),
              FloatOf(x.type().dtype));
}

Tensor Std(const Operand& x, const Axes& axis, bool keepdims) {
  return Cast(Sqrt(VarianceOf("std", Wide(x), axis, keepdims)),
              FloatOf(x.type().dtype));
}

Tensor Average(const Operand& x, const Axes& axis,
               const std::optional<Operand>& weights) {
  if (!weights.has_value()) return Mean(Wide(x), axis);
  if (!x.ok() || !weights->ok()) return Tensor();
  absl::StatusOr<DType> dtype =
      ResultType({x.type(), weights->type(), WeakFloat()});
  if (!dtype.ok())
    return Fail("average", std::string(dtype.status().message()));
  Tensor tensor = x.As(*dtype);
  Tensor weight = weights->As(*dtype);
  if (weight.rank() == 1 && tensor.rank() > 1) {
    std::optional<std::vector<int64_t>> axes =
        axis.Resolve("average", tensor.rank());
    if (!axes.has_value()) return Tensor();
    if (axes->size() != 1)
      return Fail("average",
                  "weights of one axis need one axis to average over");
    Shape shape(std::vector<Dim>(tensor.rank(), Dim(1)));
    shape[(*axes)[0]] = weight.shape()[0];
    weight = trace::Reshape(weight, shape);
  }
  weight = BroadcastTo(weight, tensor.shape());
  return Divide(Sum(Multiply(tensor, weight), axis), Sum(weight, axis));
}

Tensor Max(const Operand& x, const Axes& axis, bool keepdims,
           const std::optional<Operand>& initial) {
  if (!x.ok()) return Tensor();
  Tensor result = Reduce("max", x.AsTensor(), axis, keepdims,
                         [](const Tensor& a, const std::vector<int64_t>& axes) {
                           return IsBool(a.dtype()) ? trace::ReduceOr(a, axes)
                                                    : trace::ReduceMax(a, axes);
                         });
  return initial.has_value() && result.ok()
             ? Maximum(initial->As(result.dtype()), result)
             : result;
}

Tensor Min(const Operand& x, const Axes& axis, bool keepdims,
           const std::optional<Operand>& initial) {
  if (!x.ok()) return Tensor();
  Tensor result = Reduce("min", x.AsTensor(), axis, keepdims,
                         [](const Tensor& a, const std::vector<int64_t>& axes) {
                           return IsBool(a.dtype()) ? trace::ReduceAnd(a, axes)
                                                    : trace::ReduceMin(a, axes);
                         });
  return initial.has_value() && result.ok()
             ? Minimum(initial->As(result.dtype()), result)
             : result;
}

Tensor Any(const Operand& x, const Axes& axis, bool keepdims) {
  return Reduce("any", Truth(x), axis, keepdims,
                [](const Tensor& a, const std::vector<int64_t>& axes) {
                  return trace::ReduceOr(a, axes);
                });
}

Tensor All(const Operand& x, const Axes& axis, bool keepdims) {
  return Reduce("all", Truth(x), axis, keepdims,
                [](const Tensor& a, const std::vector<int64_t>& axes) {
                  return trace::ReduceAnd(a, axes);
                });
}

Tensor CountNonzero(const Operand& x, const Axes& axis) {
  return Sum(Truth(x), axis);
}

Tensor LogSumExp(const Operand& x, const Axes& axis, bool keepdims) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.As(FloatOf(x.type().dtype));
  Tensor most = Max(tensor, axis, /*keepdims=*/true);
  most = Where(IsFinite(most), most, 0);
  Tensor result =
      Log(Sum(Exp(Subtract(tensor, most)), axis, /*keepdims=*/true)) + most;
  if (keepdims || !result.ok()) return result;
  std::optional<std::vector<int64_t>> axes =
      axis.Resolve("logsumexp", tensor.rank());
  std::vector<int> dropped(axes->begin(), axes->end());
  return Squeeze(result, dropped);
}

Tensor ArgMax(const Operand& x, std::optional<int> axis, bool keepdims) {
  return ArgExtreme("argmax", x, axis, keepdims, /*least=*/false);
}

Tensor ArgMin(const Operand& x, std::optional<int> axis, bool keepdims) {
  return ArgExtreme("argmin", x, axis, keepdims, /*least=*/true);
}

Tensor CumSum(const Operand& x, std::optional<int> axis,
              std::optional<DType> dtype) {
  return Cumulative("cumsum", x, axis, dtype, "add");
}

Tensor CumProd(const Operand& x, std::optional<int> axis,
               std::optional<DType> dtype) {
  return Cumulative("cumprod", x, axis, dtype, "mul");
}

Moments MomentsOf(const Tensor& x, const Axes& axes, bool keepdims) {
  constexpr double kFloat16Max = 65504;
  if (!x.ok()) return {};
  Tensor wide = Cast(x, WideFloat(x.dtype()));
  Moments moments = {MeanOf("moments", wide, axes, keepdims),
                     VarianceOf("moments", wide, axes, keepdims)};
  if (wide.dtype() == x.dtype()) return moments;
  return {Cast(Clip(moments.mean, -kFloat16Max, kFloat16Max), x.dtype()),
          Cast(Clip(moments.variance, -kFloat16Max, kFloat16Max), x.dtype())};
}

}  // namespace keratin::ops

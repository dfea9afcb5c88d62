#include "layers/ops/operand.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ir/trace/ops.h"
#include "ir/trace/trace.h"

namespace keratin::ops {

Tensor Operand::As(DType dtype) const {
  if (is_number_) return trace::Constant(number_, dtype);
  return tensor_.dtype() == dtype ? tensor_ : trace::Convert(tensor_, dtype);
}

Tensor Operand::AsTensor() const {
  return is_number_ ? As(type_.dtype) : tensor_;
}

Tensor Fail(const char* op, const std::string& what) {
  Trace* trace = Trace::Current();
  if (trace == nullptr) return Tensor();
  return trace->Error(
      absl::InvalidArgumentError(absl::StrCat("ops.", op, ": ", what)));
}

int CanonicalAxis(const char* op, int axis, int rank) {
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  Fail(op, absl::StrCat("axis ", axis, " is outside a tensor of rank ", rank));
  return -1;
}

std::optional<std::vector<int64_t>> Axes::Resolve(const char* op,
                                                  int rank) const {
  std::vector<int64_t> result;
  for (int axis : axes_) {
    result.push_back(CanonicalAxis(op, axis, rank));
    if (result.back() < 0) return std::nullopt;
  }
  for (int axis = 0; all_ && axis < rank; ++axis) result.push_back(axis);
  std::sort(result.begin(), result.end());
  if (std::adjacent_find(result.begin(), result.end()) != result.end()) {
    Fail(op, absl::StrCat("an axis is given twice in (",
                          absl::StrJoin(axes_, ", "), ")"));
    return std::nullopt;
  }
  return result;
}

Shape BroadcastShapes(const char* op, absl::Span<const Shape> shapes) {
  int rank = 0;
  for (const Shape& shape : shapes) rank = std::max(rank, shape.rank());
  std::vector<Dim> result(rank, Dim(1));
  for (const Shape& shape : shapes) {
    for (int i = 0; i < shape.rank(); ++i) {
      const Dim& dim = shape[i];
      Dim& known = result[rank - shape.rank() + i];
      if (dim.IsConstant(1) || dim == known) continue;
      if (known.IsConstant(1)) {
        known = dim;
        continue;
      }
      if (known.IsConstant() && dim.IsConstant()) {
        Fail(op,
             absl::StrCat("shapes ",
                          absl::StrJoin(shapes, " and ",
                                        [](std::string* out, const Shape& s) {
                                          out->append(s.ToString());
                                        }),
                          " do not broadcast: sizes ", known.ToString(),
                          " and ", dim.ToString(), " differ"));
        return Shape({Dim::Invalid()});
      }
      if (Trace* trace = Trace::Current()) trace->AssumeEqual(known, dim);
      if (dim.IsConstant()) known = dim;
    }
  }
  return Shape(std::move(result));
}

Tensor WithSizes(const char* op, const Tensor& x, const Shape& shape) {
  if (!x.ok() || x.shape() == shape) return x;
  bool fits = x.rank() == shape.rank() && Trace::Current() != nullptr;
  for (int i = 0; fits && i < shape.rank(); ++i)
    fits = Trace::Current()->AssumeEqual(x.shape()[i], shape[i]);
  if (!fits) {
    return Fail(op, absl::StrCat("shape ", x.shape().ToString(), " is not ",
                                 shape.ToString()));
  }
  return trace::Reshape(x, shape);
}

Tensor BroadcastTo(const Operand& x, const Shape& shape) {
  if (!x.ok()) return Tensor();
  if (x.is_number())
    return trace::Full(shape, x.number(), CanonicalDType(x.type().dtype));
  const Tensor& tensor = x.tensor();
  if (tensor.shape() == shape) return tensor;
  int offset = shape.rank() - tensor.rank();
  // What the shape is before sizes 1 are repeated.
  Shape known = tensor.shape();
  std::vector<int64_t> axes;
  bool fits = offset >= 0;
  for (int i = 0; fits && i < tensor.rank(); ++i) {
    const Dim& to = shape[offset + i];
    if (!known[i].IsConstant(1)) {
      fits = known[i] == to || !known[i].IsConstant() || !to.IsConstant();
      known[i] = to;
    }
    axes.push_back(offset + i);
  }
  if (!fits) {
    return Fail("broadcast_to",
                absl::StrCat("shape ", tensor.shape().ToString(),
                             " does not broadcast to ", shape.ToString()));
  }
  Tensor renamed = WithSizes("broadcast_to", tensor, known);
  return known == shape ? renamed : trace::BroadcastInDim(renamed, shape, axes);
}

std::vector<Tensor> Promote(const char* op, absl::Span<const Operand> operands,
                            Raise raise, bool broadcast) {
  std::vector<Tensor> result(operands.size());
  std::vector<OperandType> types;
  std::vector<Shape> shapes;
  for (const Operand& operand : operands) {
    if (!operand.ok()) return result;
    types.push_back(operand.type());
    shapes.push_back(operand.shape());
  }
  if (raise == Raise::kFloat) types.push_back(WeakFloat());
  if (raise == Raise::kInteger) types.push_back(WeakInt());
  absl::StatusOr<DType> dtype = ResultType(types);
  if (!dtype.ok()) {
    Fail(op, std::string(dtype.status().message()));
    return result;
  }
  Shape shape;
  if (broadcast) {
    shape = BroadcastShapes(op, shapes);
    if (!shape.ok()) return result;
  }
  for (size_t i = 0; i < operands.size(); ++i) {
    if (broadcast && operands[i].is_number()) {
      result[i] = trace::Full(shape, operands[i].number(), *dtype);
      continue;
    }
    result[i] = operands[i].As(*dtype);
    if (broadcast) result[i] = BroadcastTo(result[i], shape);
  }
  return result;
}

}  // namespace keratin::ops

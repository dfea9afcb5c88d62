#include "layers/ops/segments.h"

#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/indexing.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

using Combine = Tensor (*)(const Tensor& x, const std::vector<int64_t>& axes);

// What a maximum of nothing is, or a minimum.
double LeastValue(DType dtype) {
  return IsFloating(dtype) ? -std::numeric_limits<double>::infinity()
                           : LeastOf(dtype);
}
double GreatestValue(DType dtype) {
  return IsFloating(dtype) ? std::numeric_limits<double>::infinity()
                           : GreatestOf(dtype);
}

// x [n, ..] combined into [segments, ..].
Tensor Segments(const char* op, const Operand& data, const Operand& segment_ids,
                const Dim& segments, double start, Combine combine) {
  if (!data.ok() || !segment_ids.ok()) return Tensor();
  Tensor x = data.AsTensor();
  Tensor ids = segment_ids.AsTensor();
  if (!IsInteger(ids.dtype()) || ids.rank() != 1 || x.rank() < 1)
    return Fail(op, "segment_ids must be integers of one axis");
  Shape shape(std::vector<Dim>(x.rank() + 1, Dim(1)));
  shape[1] = ids.dim(0);
  ids = Reshape(Cast(ids, DType::kInt32), shape);
  shape[1] = 1;
  shape[0] = segments;
  const Tensor number = trace::Iota(0, DType::kInt32, shape);
  const Tensor members = Where(Equal(ids, number), ExpandDims(x, 0),
                               trace::Constant(start, x.dtype()));
  return members.ok() ? combine(members, {1}) : Tensor();
}

Tensor SumOf(const char* op, const Operand& data, const Operand& ids,
             const Dim& segments) {
  return Segments(op, data, ids, segments, 0, trace::ReduceSum);
}
Tensor ProdOf(const char* op, const Operand& data, const Operand& ids,
              const Dim& segments) {
  return Segments(op, data, ids, segments, 1, trace::ReduceProd);
}
Tensor MaxOf(const char* op, const Operand& data, const Operand& ids,
             const Dim& segments) {
  if (!data.ok()) return Tensor();
  return Segments(op, data, ids, segments, LeastValue(data.type().dtype),
                  trace::ReduceMax);
}
Tensor MinOf(const char* op, const Operand& data, const Operand& ids,
             const Dim& segments) {
  if (!data.ok()) return Tensor();
  return Segments(op, data, ids, segments, GreatestValue(data.type().dtype),
                  trace::ReduceMin);
}

// Updates at indices, as segments of the flat leading axes of a shape.
struct Flat {
  Tensor ids;     // [n], -1 for what lies outside
  Tensor values;  // [n, rest]
  Dim places;     // product of the leading axes
  Shape shape;    // [places, rest]
};

// `shape` is that of what is updated.
std::optional<Flat> Flatten(const char* op, const Operand& indices,
                            const Operand& values, const Shape& shape) {
  if (!indices.ok() || !values.ok()) return std::nullopt;
  const Tensor index = indices.AsTensor();
  std::optional<int64_t> depth =
      index.rank() > 0 ? index.dim(-1).AsConstant() : std::nullopt;
  if (!IsInteger(index.dtype()) || !depth.has_value() ||
      *depth > shape.rank()) {
    Fail(op, absl::StrCat("indices must be integers, with as many in the last "
                          "axis as axes of ",
                          shape.ToString(), " are indexed"));
    return std::nullopt;
  }
  Flat flat;
  flat.places = 1;
  const Tensor numbers = Cast(index, DType::kInt32);
  Tensor inside = trace::FullInteger({}, 1, DType::kBool);
  flat.ids = Zeros({}, DType::kInt32);
  for (int64_t axis = 0; axis < *depth; ++axis) {
    const Tensor size = SizeOf(shape[axis]);
    Tensor place = Squeeze(SliceAxis(numbers, -1, axis, axis + 1), /*axis=*/-1);
    place = Where(Less(place, 0), place + size, place);
    inside = LogicalAnd(inside,
                        LogicalAnd(GreaterEqual(place, 0), Less(place, size)));
    flat.ids = flat.ids * size + place;
    flat.places *= shape[axis];
  }
  flat.ids = Ravel(Where(inside, flat.ids, -1));
  Dim rest = 1;
  for (int axis = static_cast<int>(*depth); axis < shape.rank(); ++axis)
    rest *= shape[axis];
  flat.shape = {flat.places, rest};
  // One update for each index: those of fewer axes are repeated.
  Shape each(std::vector<Dim>(index.shape().begin(), index.shape().end() - 1));
  for (int axis = static_cast<int>(*depth); axis < shape.rank(); ++axis)
    each.push_back(shape[axis]);
  if (!flat.ids.ok()) return std::nullopt;
  flat.values = Reshape(BroadcastTo(values, each), {flat.ids.dim(0), rest});
  return flat;
}

}  // namespace

Tensor SegmentSum(const Operand& data, const Operand& segment_ids,
                  int64_t num_segments) {
  return SumOf("segment_sum", data, segment_ids, num_segments);
}
Tensor SegmentProd(const Operand& data, const Operand& segment_ids,
                   int64_t num_segments) {
  return ProdOf("segment_prod", data, segment_ids, num_segments);
}
Tensor SegmentMax(const Operand& data, const Operand& segment_ids,
                  int64_t num_segments) {
  return MaxOf("segment_max", data, segment_ids, num_segments);
}
Tensor SegmentMin(const Operand& data, const Operand& segment_ids,
                  int64_t num_segments) {
  return MinOf("segment_min", data, segment_ids, num_segments);
}

Tensor Scatter(const Operand& indices, const Operand& values,
               const Shape& shape) {
  const auto flat = Flatten("scatter", indices, values, shape);
  if (!flat.has_value()) return Tensor();
  return Reshape(SumOf("scatter", flat->values, flat->ids, flat->places),
                 shape);
}

std::optional<Update> UpdateOf(absl::string_view name) {
  if (name == "add") return Update::kAdd;
  if (name == "max") return Update::kMax;
  if (name == "min") return Update::kMin;
  if (name == "mul") return Update::kMul;
  return std::nullopt;
}

Tensor ScatterUpdate(const Operand& inputs, const Operand& indices,
                     const Operand& updates, Update update) {
  constexpr char kOp[] = "scatter_update";
  if (!inputs.ok() || !updates.ok()) return Tensor();
  const Tensor x = inputs.AsTensor();
  const auto flat = Flatten(kOp, indices, Cast(updates, x.dtype()), x.shape());
  if (!flat.has_value()) return Tensor();
  const Tensor old = Reshape(x, flat->shape);
  Tensor result;
  switch (update) {
    case Update::kSet: {
      // The number of the last update of each place.
      const Tensor last =
          MaxOf(kOp, ArangeSize(flat->ids.dim(0)), flat->ids, flat->places);
      const Tensor updated = ExpandDims(GreaterEqual(last, 0), 1);
      result = Where(updated, Take(flat->values, Maximum(last, 0), 0), old);
      break;
    }
    case Update::kAdd:
      result = old + SumOf(kOp, flat->values, flat->ids, flat->places);
      break;
    case Update::kMul:
      result = old * ProdOf(kOp, flat->values, flat->ids, flat->places);
      break;
    case Update::kMax:
      result = Maximum(old, MaxOf(kOp, flat->values, flat->ids, flat->places));
      break;
    case Update::kMin:
      result = Minimum(old, MinOf(kOp, flat->values, flat->ids, flat->places));
      break;
  }
  return Reshape(result, x.shape());
}

}  // namespace keratin::ops

// The regularizers of keras.regularizers, at a tensor.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/base/layer.h"

namespace keratin {
namespace {

std::vector<int64_t> AllAxes(const Tensor& x) {
  std::vector<int64_t> axes;
  for (int axis = 0; axis < x.rank(); ++axis) axes.push_back(axis);
  return axes;
}

Tensor Number(const Tensor& like, double value) {
  return trace::Full(like.shape(), value, like.dtype());
}

Tensor SumOf(const Tensor& x) { return trace::ReduceSum(x, AllAxes(x)); }

// keras.regularizers.OrthogonalRegularizer: the mean of |cosine| over pairs of
// different rows or columns.
Tensor Orthogonal(const Tensor& x, double factor, const std::string& mode) {
  if (x.rank() != 2 || (mode != "rows" && mode != "columns")) {
    return Trace::Current()->Error(absl::InvalidArgumentError(
        absl::StrCat("OrthogonalRegularizer takes a matrix and the mode 'rows' "
                     "or 'columns', not rank ",
                     x.rank(), " and '", mode, "'")));
  }
  const int64_t across = mode == "rows" ? 1 : 0;
  Tensor squares = trace::ReduceSum(trace::Multiply(x, x), {across});
  Tensor norm = trace::Sqrt(squares);
  Tensor unit =
      trace::Divide(x, trace::BroadcastInDim(norm, x.shape(), {1 - across}));
  Tensor cosines = trace::DotGeneral(unit, unit, {}, {}, {across}, {across});
  Tensor row = trace::Iota(0, DType::kInt32, cosines.shape());
  Tensor column = trace::Iota(1, DType::kInt32, cosines.shape());
  Tensor off_diagonal = trace::Select(trace::Compare(row, column, "EQ"),
                                      Number(cosines, 0), trace::Abs(cosines));
  const Dim& size = cosines.dim(0);
  Tensor pairs = trace::Size(Shape{size * (size - 1)}, x.dtype());
  Tensor total = SumOf(off_diagonal);
  Tensor mean = trace::Divide(trace::Multiply(total, Number(total, 0.5)),
                              trace::Multiply(pairs, Number(pairs, 0.5)));
  return trace::Multiply(mean, Number(mean, factor));
}

}  // namespace

Tensor Regularize(const Value& regularizer, const Tensor& x) {
  std::string name;
  const Value* config = nullptr;
  if (regularizer.is_string()) {
    name = regularizer.as_string();
  } else if (const Value* class_name = regularizer.Find("class_name");
             class_name != nullptr && class_name->is_string()) {
    name = class_name->as_string();
    config = regularizer.Find("config");
  }
  auto number = [&](const char* key, double fallback) {
    const Value* value = config == nullptr ? nullptr : config->Find(key);
    return value != nullptr && value->is_number() ? value->as_double()
                                                  : fallback;
  };
  auto sum_of = [&](const Tensor& terms, double factor) {
    Tensor total = SumOf(terms);
    return total.ok() ? trace::Multiply(total, Number(total, factor)) : total;
  };
  auto l1 = [&](double factor) { return sum_of(trace::Abs(x), factor); };
  auto l2 = [&](double factor) {
    return sum_of(trace::Multiply(x, x), factor);
  };
  if (name == "L1" || name == "l1") return l1(number("l1", 0.01));
  if (name == "L2" || name == "l2") return l2(number("l2", 0.01));
  if (name == "L1L2" || name == "l1_l2")
    return trace::Add(l1(number("l1", 0.0)), l2(number("l2", 0.0)));
  if (name == "OrthogonalRegularizer" || name == "orthogonal_regularizer") {
    const Value* mode = config == nullptr ? nullptr : config->Find("mode");
    return Orthogonal(
        x, number("factor", 0.01),
        mode != nullptr && mode->is_string() ? mode->as_string() : "rows");
  }
  return Trace::Current()->Error(absl::UnimplementedError(absl::StrCat(
      "the regularizer ", regularizer.ToString(), " is not supported")));
}

}  // namespace keratin

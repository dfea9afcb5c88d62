// Reductions, sorting and products.
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/linear.h"
#include "layers/ops/nodes/operation.h"
#include "layers/ops/reduction.h"
#include "layers/ops/sorting.h"

namespace keratin::ops {
namespace {

using A = NodeArguments;

template <Tensor (*function)(const Operand&, const Axes&, bool)>
Value Reduce(A& a) {
  return function(a.operand("x"), a.axes("axis"), a.flag("keepdims"));
}
template <Tensor (*function)(const Operand&, const Axes&, bool,
                             const std::optional<Operand>&)>
Value Extreme(A& a) {
  return function(a.operand("x"), a.axes("axis"), a.flag("keepdims"),
                  a.maybe_operand("initial"));
}
template <Tensor (*function)(const Operand&, std::optional<int>, bool)>
Value Position(A& a) {
  return function(a.operand("x"), a.maybe_axis("axis"), a.flag("keepdims"));
}
template <Tensor (*function)(const Operand&, std::optional<int>,
                             std::optional<DType>)>
Value Running(A& a) {
  return function(a.operand("x"), a.maybe_axis("axis"), a.dtype("dtype"));
}
template <Tensor (*function)(const Operand&, const Operand&)>
Value Binary(A& a) {
  return function(a.operand("x1"), a.operand("x2"));
}

Value TensorDotOf(A& a) {
  const Value* axes = a.Find("axes");
  if (axes == nullptr || axes->is_int()) {
    return TensorDot(a.operand("x1"), a.operand("x2"),
                     static_cast<int>(a.integer("axes", 2)));
  }
  // A pair of axes, or of lists of axes.
  std::vector<std::vector<int>> pair;
  for (const Value& side :
       axes->is_sequence() ? axes->items() : Value::Items{}) {
    pair.emplace_back();
    for (const Value& axis :
         side.is_sequence() ? side.items() : Value::Items{side}) {
      if (!axis.is_int()) return a.Error("argument 'axes' must be axes");
      pair.back().push_back(static_cast<int>(axis.as_int()));
    }
  }
  if (pair.size() != 2)
    return a.Error("argument 'axes' must be a number or a pair");
  return TensorDot(a.operand("x1"), a.operand("x2"), pair[0], pair[1]);
}

constexpr Operation kOperations[] = {
    {"numpy", "All", "x", Reduce<All>},
    {"numpy", "Any", "x", Reduce<Any>},
    {"numpy", "Amax", "x", Extreme<Max>},
    {"numpy", "Amin", "x", Extreme<Min>},
    {"numpy", "Argmax", "x", Position<ArgMax>},
    {"numpy", "Argmin", "x", Position<ArgMin>},
    {"numpy", "Average", "x,weights",
     [](A& a) -> Value {
       return Average(a.operand("x"), a.axes("axis"),
                      a.maybe_operand("weights"));
     }},
    {"numpy", "CountNonzero", "x",
     [](A& a) -> Value {
       return CountNonzero(a.operand("x"), a.axes("axis"));
     }},
    {"numpy", "Cumprod", "x", Running<CumProd>},
    {"numpy", "Cumsum", "x", Running<CumSum>},
    {"numpy", "Max", "x", Extreme<Max>},
    {"numpy", "Mean", "x", Reduce<Mean>},
    {"numpy", "Min", "x", Extreme<Min>},
    {"numpy", "Prod", "x",
     [](A& a) -> Value {
       return Prod(a.operand("x"), a.axes("axis"), a.flag("keepdims"),
                   a.dtype("dtype"));
     }},
    {"numpy", "Ptp", "x",
     [](A& a) -> Value {
       Operand x = a.operand("x");
       return Subtract(Max(x, a.axes("axis"), a.flag("keepdims")),
                       Min(x, a.axes("axis"), a.flag("keepdims")));
     }},
    {"numpy", "Std", "x", Reduce<Std>},
    {"numpy", "Sum", "x", Reduce<Sum>},
    {"numpy", "Var", "x", Reduce<Var>},
    {"math", "Logsumexp", "x", Reduce<LogSumExp>},
    {"nn", "Moments", "x",
     [](A& a) -> Value {
       Moments moments = MomentsOf(a.operand("x").AsTensor(), a.axes("axes"),
                                   a.flag("keepdims"));
       return Value::Tuple({moments.mean, moments.variance});
     }},

    {"numpy", "Sort", "x",
     [](A& a) -> Value { return Sort(a.operand("x"), a.axis("axis", -1)); }},
    {"numpy", "Argsort", "x",
     [](A& a) -> Value { return ArgSort(a.operand("x"), a.axis("axis", -1)); }},
    {"math", "TopK", "x",
     [](A& a) -> Value {
       TopKResult top = TopK(a.operand("x"), a.integer("k"));
       return Value::Tuple({top.values, top.indices});
     }},
    {"math", "InTopK", "targets,predictions",
     [](A& a) -> Value {
       return InTopK(a.operand("targets"), a.operand("predictions"),
                     a.integer("k"));
     }},

    {"numpy", "Dot", "x1,x2", Binary<Dot>},
    {"numpy", "Einsum", "",
     [](A& a) -> Value {
       std::vector<Operand> operands = a.all_operands();
       return Einsum(a.text("subscripts", ""), operands);
     }},
    {"numpy", "Inner", "x1,x2", Binary<Inner>},
    {"numpy", "Matmul", "x1,x2", Binary<MatMul>},
    {"numpy", "Outer", "x1,x2", Binary<Outer>},
    {"numpy", "Tensordot", "x1,x2", TensorDotOf},
    {"numpy", "Vdot", "x1,x2", Binary<VDot>},
};

}  // namespace

absl::Span<const Operation> ReductionOperations() { return kOperations; }

}  // namespace keratin::ops

// Reductions and sorting.
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/nan_reduction.h"
#include "layers/ops/nodes/operation.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"
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
constexpr Operation kOperations[] = {
    {"numpy", "All", "x", Reduce<All>},
    {"numpy", "AllClose", "x1,x2",
     [](A& a) -> Value {
       return All(IsClose(a.operand("x1"), a.operand("x2"),
                          a.number("rtol", 1e-5), a.number("atol", 1e-8),
                          a.flag("equal_nan")));
     }},
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
    {"numpy", "Nanargmax", "x", Position<NanArgMax>},
    {"numpy", "Nanargmin", "x", Position<NanArgMin>},
    {"numpy", "Nancumprod", "x", Running<NanCumProd>},
    {"numpy", "Nancumsum", "x", Running<NanCumSum>},
    {"numpy", "Nanmax", "x", Reduce<NanMax>},
    {"numpy", "Nanmean", "x", Reduce<NanMean>},
    {"numpy", "Nanmin", "x", Reduce<NanMin>},
    {"numpy", "Nanprod", "x", Reduce<NanProd>},
    {"numpy", "Nanstd", "x", Reduce<NanStd>},
    {"numpy", "Nansum", "x", Reduce<NanSum>},
    {"numpy", "Nanvar", "x", Reduce<NanVar>},
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
    {"numpy", "Argpartition", "x",
     [](A& a) -> Value {
       const Operand x = a.operand("x");
       const int64_t kth = a.integer("kth");
       if (!a.Has("axis")) return ArgPartition(Ravel(x), kth, 0);
       return ArgPartition(x, kth, a.axis("axis", -1));
     }},
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
};

}  // namespace

absl::Span<const Operation> ReductionOperations() { return kOperations; }

}  // namespace keratin::ops

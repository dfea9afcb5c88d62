// Quantiles, counts, segments, and sequences.
#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/counting.h"
#include "layers/ops/nodes/operation.h"
#include "layers/ops/quantiles.h"
#include "layers/ops/segments.h"
#include "layers/ops/sequences.h"

namespace keratin::ops {
namespace {

using A = NodeArguments;

constexpr char kDataDependent[] =
    "makes a tensor whose size depends on the numbers in its input, which "
    "cannot be compiled";

template <bool kSkipNan>
Value MedianOf(A& a) {
  return Median(a.operand("x"), a.axes("axis"), a.flag("keepdims"), kSkipNan);
}

// The quantile at `q`, from 0 to 1.
Value QuantileAt(A& a, const Operand& q, bool skip_nan) {
  const std::string name = a.text("method", "linear");
  const std::optional<Between> method = BetweenOf(name);
  if (!method.has_value())
    return a.Error(absl::StrCat("method '", name, "' is unknown"));
  return Quantile(a.operand("x"), q,
                  {.axis = a.axes("axis"),
                   .method = *method,
                   .keepdims = a.flag("keepdims"),
                   .skip_nan = skip_nan});
}

// As a tensor of a float type.
Operand FloatOf(const Operand& q) {
  const std::vector<Tensor> x =
      Promote("quantile", {q}, Raise::kFloat, /*broadcast=*/false);
  return x[0];
}

template <bool kSkipNan>
Value PercentileOf(A& a) {
  return QuantileAt(a, Divide(FloatOf(a.operand("q")), 100.0), kSkipNan);
}

template <Tensor (*function)(const Operand&, const Operand&, int64_t)>
Value Segment(A& a) {
  return function(a.operand("data"), a.operand("segment_ids"),
                  a.integer("num_segments"));
}

Value HistogramOf(A& a) {
  std::optional<std::pair<double, double>> range;
  if (const Value* given = a.Find("range"); given != nullptr) {
    if (!given->is_sequence() || given->items().size() != 2 ||
        !given->items()[0].is_number() || !given->items()[1].is_number())
      return a.Error("argument 'range' must be two numbers");
    range = {given->items()[0].as_double(), given->items()[1].as_double()};
  }
  const HistogramResult made =
      Histogram(a.operand("x"), a.integer("bins", 10), range);
  return Value::Tuple({made.counts, made.edges});
}

Value ScatterUpdateOf(A& a) {
  Update update = Update::kSet;
  if (a.Has("reduction")) {
    const std::string name = a.text("reduction", "");
    const std::optional<Update> known = UpdateOf(name);
    if (!known.has_value())
      return a.Error(absl::StrCat("reduction '", name, "' is unknown"));
    update = *known;
  }
  return ScatterUpdate(a.operand("inputs"), a.operand("indices"),
                       a.operand("updates"), update);
}

constexpr Operation kOperations[] = {
    {"numpy", "Median", "x", MedianOf<false>},
    {"numpy", "Nanmedian", "x", MedianOf<true>},
    {"numpy", "Nanpercentile", "x,q", PercentileOf<true>},
    {"numpy", "Nanquantile", "x,q",
     [](A& a) -> Value {
       return QuantileAt(a, FloatOf(a.operand("q")), true);
     }},
    {"numpy", "Percentile", "x,q", PercentileOf<false>},
    // Keras does not pass the method of this one on.
    {"numpy", "Quantile", "x,q",
     [](A& a) -> Value {
       return Quantile(
           a.operand("x"), FloatOf(a.operand("q")),
           {.axis = a.axes("axis"), .keepdims = a.flag("keepdims")});
     }},

    {"numpy", "Bincount", "x",
     [](A& a) -> Value { return a.Unsupported(kDataDependent); }},
    {"numpy", "Nonzero", "x",
     [](A& a) -> Value { return a.Unsupported(kDataDependent); }},
    {"numpy", "Unique", "x",
     [](A& a) -> Value {
       const Value* size = a.Find("size");
       return a.Unsupported(size == nullptr || size->is_none()
                                ? kDataDependent
                                : "with a size is not supported");
     }},
    {"numpy", "Digitize", "x,bins",
     [](A& a) -> Value { return Digitize(a.operand("x"), a.operand("bins")); }},
    {"numpy", "Histogram", "x", HistogramOf},
    {"numpy", "IsIn", "x1,x2",
     [](A& a) -> Value {
       return IsIn(a.operand("x1"), a.operand("x2"), a.flag("invert"));
     }},
    {"numpy", "SearchSorted", "sorted_sequence,values",
     [](A& a) -> Value {
       return SearchSorted(a.operand("sorted_sequence"), a.operand("values"),
                           a.text("side", "left") == "right");
     }},
    {"numpy", "UnravelIndex", "indices",
     [](A& a) -> Value {
       const std::vector<Tensor> places =
           UnravelIndex(a.operand("indices"), a.integers("shape"));
       return Value::Tuple(Value::Items(places.begin(), places.end()));
     }},

    {"math", "SegmentMax", "data,segment_ids", Segment<SegmentMax>},
    {"math", "SegmentMin", "data,segment_ids", Segment<SegmentMin>},
    {"math", "SegmentProd", "data,segment_ids", Segment<SegmentProd>},
    {"math", "SegmentSum", "data,segment_ids", Segment<SegmentSum>},
    {"core", "Scatter", "indices,values",
     [](A& a) -> Value {
       return Scatter(a.operand("indices"), a.operand("values"),
                      a.shape("shape"));
     }},
    {"core", "ScatterUpdate", "inputs,indices,updates", ScatterUpdateOf},

    {"numpy", "Correlate", "x1,x2",
     [](A& a) -> Value {
       const std::string name = a.text("mode", "valid");
       const std::optional<Overlap> overlap = OverlapOf(name);
       if (!overlap.has_value())
         return a.Error(absl::StrCat("mode '", name, "' is unknown"));
       return Correlate(a.operand("x1"), a.operand("x2"), *overlap);
     }},
    {"numpy", "Diff", "a",
     [](A& a) -> Value {
       return Diff(a.operand("a"), a.integer("n", 1), a.axis("axis", -1));
     }},
    {"numpy", "Trapezoid", "y",
     [](A& a) -> Value {
       return Trapezoid(a.operand("y"), a.maybe_operand("x"),
                        a.maybe_operand("dx").value_or(1.0),
                        a.axis("axis", -1));
     }},
    {"math", "ExtractSequences", "x",
     [](A& a) -> Value {
       return ExtractSequences(a.operand("x"), a.integer("sequence_length"),
                               a.integer("sequence_stride"));
     }},
};

}  // namespace

absl::Span<const Operation> StatisticOperations() { return kOperations; }

}  // namespace keratin::ops

// Shapes and parts.
#include "absl/strings/str_cat.h"
#include "layers/models/constant.h"
#include "layers/ops/indexing.h"
#include "layers/ops/nodes/operation.h"
#include "layers/ops/padding.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

using A = NodeArguments;

Value ListOf(std::vector<Tensor> tensors) {
  return Value::List(Value::Items(tensors.begin(), tensors.end()));
}

// A part of the key of x[...] as Keras writes it.
std::optional<Index> IndexOf(const Value& part) {
  if (part.is_none()) return Index::NewAxis();
  if (part.is_int()) return Index::At(part.as_int());
  if (part.is_tensor()) return Index::Elements(part.as_tensor());
  if (IsConstant(part)) return Index::Elements(ConstantOf(part));
  const Value* kind = part.Find("class_name");
  const Value* config = part.Find("config");
  if (kind == nullptr || !kind->is_string()) return std::nullopt;
  if (kind->as_string() == "__ellipsis__") return Index::Ellipsis();
  if (kind->as_string() != "__slice__" || config == nullptr)
    return std::nullopt;
  Index index = Index::All();
  for (auto [name, bound] : {std::pair{"start", &index.start},
                             {"stop", &index.stop},
                             {"step", &index.step}}) {
    const Value* value = config->Find(name);
    if (value == nullptr || value->is_none()) continue;
    if (!value->is_int()) return std::nullopt;
    *bound = value->as_int();
  }
  return index;
}

Value GetItemOf(A& a) {
  const Value* key = a.Find("key");
  std::vector<Index> indices;
  for (const Value& part : key != nullptr && key->is_sequence() ? key->items()
                           : key == nullptr ? Value::Items{Value()}
                                            : Value::Items{*key}) {
    std::optional<Index> index = IndexOf(part);
    if (!index.has_value())
      return a.Error(
          absl::StrCat("the index ", part.ToString(), " is not supported"));
    indices.push_back(*index);
  }
  return GetItem(a.operand("x"), indices);
}

Value PadOf(A& a) {
  std::string name = a.text("mode", "constant");
  std::optional<PadMode> mode = PadModeOf(name);
  if (!mode.has_value())
    return a.Error(absl::StrCat("mode '", name, "' is not supported"));
  PadWidth width;
  const Value* pairs = a.Find("pad_width");
  if (pairs == nullptr) return a.Error("argument 'pad_width' is missing");
  if (pairs->is_int()) width = {{pairs->as_int(), pairs->as_int()}};
  for (const Value& pair :
       pairs->is_sequence() ? pairs->items() : Value::Items{}) {
    if (pair.is_int() && pairs->items().size() == 2 && width.empty()) {
      width = {{pair.as_int(),
                pairs->items()[1].is_int() ? pairs->items()[1].as_int() : -1}};
      break;
    }
    if (pair.is_sequence() && pair.items().size() == 2 &&
        pair.items()[0].is_int() && pair.items()[1].is_int()) {
      width.emplace_back(pair.items()[0].as_int(), pair.items()[1].as_int());
    } else if (pair.is_sequence() && pair.items().size() == 1 &&
               pair.items()[0].is_int()) {
      width.emplace_back(pair.items()[0].as_int(), pair.items()[0].as_int());
    } else {
      return a.Error("argument 'pad_width' must be pairs of whole numbers");
    }
  }
  return Pad(a.operand("x"), width, *mode,
             a.maybe_operand("constant_values").value_or(0));
}

Value SplitOf(A& a) {
  const Value* sections = a.Find("indices_or_sections");
  int axis = a.axis("axis", 0);
  if (sections != nullptr && sections->is_int())
    return ListOf(Split(a.operand("x"), sections->as_int(), axis));
  return ListOf(
      SplitAt(a.operand("x"), a.integers("indices_or_sections"), axis));
}

Value SliceOf(A& a) {
  const Value* start = a.Find("start_indices");
  std::vector<Operand> starts;
  if (start != nullptr && !start->is_sequence()) {
    Operand all = a.operand("start_indices");
    if (!all.ok()) return Tensor();
    for (const Tensor& one : Unstack(all)) starts.push_back(one);
  } else {
    starts = a.operands("start_indices");
  }
  Operand x = a.operand("inputs");
  if (a.Has("updates")) return SliceUpdate(x, starts, a.operand("updates"));
  Shape shape = a.shape("shape");
  for (int i = 0; x.ok() && i < shape.rank() && i < x.shape().rank(); ++i) {
    // What is left behind the start.
    if (!shape[i].IsConstant(-1)) continue;
    if (i >= static_cast<int>(starts.size()) || !starts[i].is_number())
      return a.Error("a size of -1 needs a known start");
    shape[i] = x.shape()[i] - static_cast<int64_t>(starts[i].number());
  }
  return Slice(x, starts, shape);
}

// Along the axis after which hsplit, vsplit and dsplit are named.
template <int kAxis>
Value SplitAlong(A& a) {
  const Operand x = a.operand("x");
  const int axis = kAxis == 1 && x.shape().rank() == 1 ? 0 : kAxis;
  const Value* sections = a.Find("indices_or_sections");
  if (sections != nullptr && sections->is_int())
    return ListOf(Split(x, sections->as_int(), axis));
  return ListOf(SplitAt(x, a.integers("indices_or_sections"), axis));
}

constexpr Operation kOperations[] = {
    {"numpy", "GetItem", "x,key", GetItemOf},
    {"numpy", "Pad", "x,constant_values", PadOf},
    {"numpy", "Split", "x", SplitOf},
    {"numpy", "ArraySplit", "x",
     [](A& a) -> Value {
       const Value* sections = a.Find("indices_or_sections");
       if (sections != nullptr && !sections->is_int()) return SplitOf(a);
       return ListOf(ArraySplit(a.operand("x"),
                                a.integer("indices_or_sections"),
                                a.axis("axis", 0)));
     }},
    {"core", "Slice", "inputs,start_indices", SliceOf},
    {"core", "SliceUpdate", "inputs,start_indices,updates", SliceOf},
    {"core", "Unstack", "x",
     [](A& a) -> Value {
       if (a.Has("num")) {
         std::vector<Tensor> parts =
             Split(a.operand("x"), a.integer("num"), a.axis("axis", 0));
         for (Tensor& part : parts) part = Squeeze(part, a.axis("axis", 0));
         return ListOf(parts);
       }
       return ListOf(Unstack(a.operand("x"), a.axis("axis", 0)));
     }},

    {"numpy", "Append", "x1,x2",
     [](A& a) -> Value {
       if (!a.Has("axis"))
         return Concatenate({Ravel(a.operand("x1")), Ravel(a.operand("x2"))},
                            0);
       return Concatenate({a.operand("x1"), a.operand("x2")},
                          a.axis("axis", 0));
     }},
    {"numpy", "BroadcastTo", "x",
     [](A& a) -> Value {
       return BroadcastTo(a.operand("x"), a.shape("shape"));
     }},
    {"numpy", "Concatenate", "xs",
     [](A& a) -> Value {
       return Concatenate(a.operands("xs"), a.axis("axis", 0));
     }},
    {"numpy", "Dsplit", "x", SplitAlong<2>},
    {"numpy", "Dstack", "xs",
     [](A& a) -> Value { return DStack(a.operands("xs")); }},
    {"numpy", "ExpandDims", "x",
     [](A& a) -> Value { return ExpandDims(a.operand("x"), a.axes("axis")); }},
    {"numpy", "Flip", "x",
     [](A& a) -> Value { return Flip(a.operand("x"), a.axes("axis")); }},
    {"numpy", "Fliplr", "x",
     [](A& a) -> Value { return Flip(a.operand("x"), 1); }},
    {"numpy", "Flipud", "x",
     [](A& a) -> Value { return Flip(a.operand("x"), 0); }},
    {"numpy", "Hsplit", "x", SplitAlong<1>},
    {"numpy", "Hstack", "xs",
     [](A& a) -> Value { return HStack(a.operands("xs")); }},
    {"numpy", "Moveaxis", "x",
     [](A& a) -> Value {
       return MoveAxis(a.operand("x"), a.axis_list("source"),
                       a.axis_list("destination"));
     }},
    {"numpy", "Ravel", "x",
     [](A& a) -> Value { return Ravel(a.operand("x")); }},
    {"numpy", "Repeat", "x",
     [](A& a) -> Value {
       return Repeat(a.operand("x"), a.integers("repeats"),
                     a.maybe_axis("axis"));
     }},
    {"numpy", "Reshape", "x",
     [](A& a) -> Value {
       return Reshape(a.operand("x"), a.shape("newshape"));
     }},
    {"numpy", "Roll", "x",
     [](A& a) -> Value {
       return Roll(a.operand("x"), a.integers("shift"), a.axis_list("axis"));
     }},
    {"numpy", "Rot90", "array",
     [](A& a) -> Value {
       std::vector<int> axes =
           a.Has("axes") ? a.axis_list("axes") : std::vector<int>{0, 1};
       if (axes.size() != 2) return a.Error("argument 'axes' must be two axes");
       return Rot90(a.operand("array"), static_cast<int>(a.integer("k", 1)),
                    axes[0], axes[1]);
     }},
    {"numpy", "Squeeze", "x",
     [](A& a) -> Value { return Squeeze(a.operand("x"), a.axes("axis")); }},
    {"numpy", "Stack", "x",
     [](A& a) -> Value { return Stack(a.operands("x"), a.axis("axis", 0)); }},
    {"numpy", "Swapaxes", "x",
     [](A& a) -> Value {
       return SwapAxes(a.operand("x"), a.axis("axis1", 0), a.axis("axis2", 1));
     }},
    {"numpy", "Take", "x,indices",
     [](A& a) -> Value {
       return Take(a.operand("x"), a.operand("indices"), a.maybe_axis("axis"));
     }},
    {"numpy", "TakeAlongAxis", "x,indices",
     [](A& a) -> Value {
       return TakeAlongAxis(a.operand("x"), a.operand("indices"),
                            a.maybe_axis("axis"));
     }},
    {"numpy", "Tile", "x",
     [](A& a) -> Value { return Tile(a.operand("x"), a.integers("repeats")); }},
    {"numpy", "Transpose", "x",
     [](A& a) -> Value {
       return a.Has("axes") ? Transpose(a.operand("x"), a.axis_list("axes"))
                            : Transpose(a.operand("x"));
     }},
    {"numpy", "Vsplit", "x", SplitAlong<0>},
    {"numpy", "Vstack", "xs",
     [](A& a) -> Value { return VStack(a.operands("xs")); }},
};

}  // namespace

absl::Span<const Operation> ShapeOperations() { return kOperations; }

}  // namespace keratin::ops

// New tensors, and triangles of matrices.
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/nodes/operation.h"
#include "layers/ops/spacing.h"

namespace keratin::ops {
namespace {

using A = NodeArguments;

Value ListOf(std::vector<Tensor> tensors) {
  return Value::List(Value::Items(tensors.begin(), tensors.end()));
}

SpacingOptions SpacingOptionsOf(A& a) {
  return {.endpoint = a.flag("endpoint", true),
          .axis = a.axis("axis", 0),
          .dtype = a.dtype("dtype")};
}

Value LinspaceOf(A& a) {
  if (a.flag("retstep"))
    return a.Unsupported("with 'retstep' is not supported");
  return Linspace(a.operand("start"), a.operand("stop"), a.integer("num", 50),
                  SpacingOptionsOf(a));
}

constexpr Operation kOperations[] = {
    {"numpy", "Diag", "x",
     [](A& a) -> Value { return Diag(a.operand("x"), a.integer("k", 0)); }},
    {"numpy", "Diagonal", "x",
     [](A& a) -> Value {
       return Diagonal(a.operand("x"), a.integer("offset", 0),
                       a.axis("axis1", 0), a.axis("axis2", 1));
     }},
    {"numpy", "Trace", "x",
     [](A& a) -> Value {
       return MatrixTrace(a.operand("x"), a.integer("offset", 0),
                          a.axis("axis1", 0), a.axis("axis2", 1));
     }},
    {"numpy", "Tril", "x",
     [](A& a) -> Value { return Tril(a.operand("x"), a.integer("k", 0)); }},
    {"numpy", "Triu", "x",
     [](A& a) -> Value { return Triu(a.operand("x"), a.integer("k", 0)); }},
    {"numpy", "FullLike", "x,fill_value",
     [](A& a) -> Value {
       return FullLike(a.operand("x"), a.operand("fill_value"),
                       a.dtype("dtype"));
     }},
    {"numpy", "EmptyLike", "x",
     [](A& a) -> Value { return ZerosLike(a.operand("x"), a.dtype("dtype")); }},
    {"numpy", "OnesLike", "x",
     [](A& a) -> Value { return OnesLike(a.operand("x"), a.dtype("dtype")); }},
    {"numpy", "ZerosLike", "x",
     [](A& a) -> Value { return ZerosLike(a.operand("x"), a.dtype("dtype")); }},
    {"numpy", "Meshgrid", "",
     [](A& a) -> Value {
       std::vector<Operand> xs = a.all_operands();
       return ListOf(Meshgrid(xs, a.text("indexing", "xy") == "xy"));
     }},
    {"numpy", "Diagflat", "x",
     [](A& a) -> Value { return DiagFlat(a.operand("x"), a.integer("k", 0)); }},
    {"numpy", "Full", "fill_value",
     [](A& a) -> Value {
       return Full(a.shape("shape"), a.operand("fill_value"),
                   a.dtype("dtype").value_or(DType::kFloat32));
     }},
    {"numpy", "Geomspace", "start,stop",
     [](A& a) -> Value {
       return Geomspace(a.operand("start"), a.operand("stop"),
                        a.integer("num", 50), SpacingOptionsOf(a));
     }},
    {"numpy", "Linspace", "start,stop", LinspaceOf},
    {"numpy", "Logspace", "start,stop",
     [](A& a) -> Value {
       return Logspace(a.operand("start"), a.operand("stop"),
                       a.integer("num", 50), a.number("base", 10),
                       SpacingOptionsOf(a));
     }},
    {"numpy", "Ndim", "x",
     [](A& a) -> Value { return SizeOf(a.operand("x").shape().rank()); }},
    {"numpy", "Size", "x",
     [](A& a) -> Value { return SizeOf(a.operand("x").shape().Elements()); }},
};

}  // namespace

absl::Span<const Operation> CreationOperations() { return kOperations; }

}  // namespace keratin::ops

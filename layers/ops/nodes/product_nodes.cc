// Products, and linear algebra.
#include <limits>

#include "layers/ops/linear.h"
#include "layers/ops/linear_algebra.h"
#include "layers/ops/nodes/operation.h"
#include "layers/ops/products.h"

namespace keratin::ops {
namespace {

using A = NodeArguments;

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

// An axis for all, or one for each.
Value CrossOf(A& a) {
  const int all = a.axis("axis", -1);
  const bool given = a.Has("axis");
  return Cross(
      a.operand("x1"), a.operand("x2"), given ? all : a.axis("axisa", -1),
      given ? all : a.axis("axisb", -1), given ? all : a.axis("axisc", -1));
}

Value NormOf(A& a) {
  NormOrder order;
  const Value* given = a.Find("ord");
  if (given != nullptr && given->is_string()) {
    if (given->as_string() != "fro")
      return a.Unsupported("of order '" + given->as_string() +
                           "' needs singular values, which are not supported");
  } else if (given != nullptr) {
    order = a.number("ord");
  }
  const Axes axes = a.axes("axis");
  if (order.has_value() && std::abs(*order) == 2 && axes.count() == 2)
    return a.Unsupported(
        "of order 2 over two axes needs singular values, "
        "which are not supported");
  return Norm(a.operand("x"), order, axes, a.flag("keepdims"));
}

constexpr Operation kOperations[] = {
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

    {"numpy", "Corrcoef", "x", Unary<CorrCoef>},
    {"numpy", "Cross", "x1,x2", CrossOf},
    {"numpy", "Kron", "x1,x2", Binary<Kron>},
    {"numpy", "Vander", "x",
     [](A& a) -> Value {
       std::optional<int64_t> n;
       if (a.Has("N")) n = a.integer("N");
       return Vander(a.operand("x"), n, a.flag("increasing"));
     }},
    {"math", "CDist", "x,y",
     [](A& a) -> Value { return CDist(a.operand("x"), a.operand("y")); }},

    {"numpy", "Slogdet", "x",
     [](A& a) -> Value {
       const SlogDetResult result = SlogDet(a.operand("x"));
       return Value::Tuple({result.sign, result.log});
     }},
    {"math", "Logdet", "x",
     [](A& a) -> Value { return SlogDet(a.operand("x")).log; }},
    {"linalg", "Cholesky", "x",
     [](A& a) -> Value { return Cholesky(a.operand("x"), a.flag("upper")); }},
    {"linalg", "CholeskyInverse", "x",
     [](A& a) -> Value {
       return CholeskyInverse(a.operand("x"), a.flag("upper"));
     }},
    {"linalg", "Det", "x", Unary<Det>},
    {"linalg", "Inv", "x", Unary<Inv>},
    {"linalg", "LuFactor", "x",
     [](A& a) -> Value {
       const LuFactors lu = LuFactor(a.operand("x"));
       return Value::Tuple({lu.factors, lu.pivots});
     }},
    {"linalg", "Norm", "x", NormOf},
    {"linalg", "Qr", "x",
     [](A& a) -> Value {
       const QrFactors qr =
           Qr(a.operand("x"), a.text("mode", "reduced") == "complete");
       return Value::Tuple({qr.q, qr.r});
     }},
    {"linalg", "Solve", "a,b",
     [](A& a) -> Value { return Solve(a.operand("a"), a.operand("b")); }},
    {"linalg", "SolveTriangular", "a,b",
     [](A& a) -> Value {
       return SolveTriangular(a.operand("a"), a.operand("b"), a.flag("lower"));
     }},
};

}  // namespace

absl::Span<const Operation> ProductOperations() { return kOperations; }

}  // namespace keratin::ops

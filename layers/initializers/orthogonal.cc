// keras.initializers.Orthogonal: Q of the QR decomposition of normal numbers,
// with the signs that make R's diagonal positive, which is what the
// Gram-Schmidt process gives. Each column is orthogonalized twice, so that
// rounding stays that of one step.
#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/initializers/initializers.h"
#include "layers/initializers/seed.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/linear.h"
#include "layers/ops/random.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::initializers {
namespace {

class OrthogonalClass : public InitializerObject {
  void Describe(Fields& f) override { f("seed", seed_)("gain", gain_); }

  Tensor operator()(const Shape& shape, DType dtype) const override {
    if (shape.rank() < 2 || !shape.IsStatic()) {
      return ops::Fail("Orthogonal",
                       absl::StrCat("initializes weights of two axes or more, "
                                    "not of shape ",
                                    shape.ToString()));
    }
    Dim rows = 1;
    for (int axis = 0; axis + 1 < shape.rank(); ++axis) rows *= shape[axis];
    const Dim& columns = shape.back();
    const bool wide = *rows.AsConstant() < *columns.AsConstant();
    const Dim longer = wide ? columns : rows, shorter = wide ? rows : columns;
    Tensor normal =
        ops::random::Normal(seed_.Key(), {longer, shorter}, 0, 1, dtype);
    // Column by column: a row of `q` is one that is done.
    Tensor work = ops::Cast(ops::Transpose(normal), DType::kFloat32);
    std::vector<Tensor> results = trace::Scan(
        std::vector<Tensor>{ops::Zeros({shorter, longer})},
        std::vector<Tensor>{work}, shorter, /*reverse=*/false,
        [&](const Tensor& step, absl::Span<const Tensor> carried,
            absl::Span<const Tensor> slices) {
          Tensor q = carried[0], v = slices[0];
          for (int pass = 0; pass < 2; ++pass)
            v = v - ops::MatMul(ops::MatMul(q, v), q);
          v = v / ops::Sqrt(ops::Sum(ops::Square(v)));
          Tensor here = ops::ExpandDims(
              ops::Equal(trace::Iota(0, DType::kInt32, {shorter}),
                         ops::Cast(step, DType::kInt32)),
              1);
          Tensor next = ops::Where(here, ops::ExpandDims(v, 0), q);
          return std::pair(std::vector<Tensor>{next}, std::vector<Tensor>{});
        });
    if (results.empty()) return Tensor();
    Tensor q = ops::Cast(results[0], dtype);
    if (!wide) q = ops::Transpose(q);
    return ops::Reshape(q, shape) * gain_;
  }

  Seed seed_;
  double gain_ = 1;
};

[[maybe_unused]] const bool kRegistered =
    RegisterObject<OrthogonalClass>("Orthogonal", {"OrthogonalInitializer"});

}  // namespace

Initializer Orthogonal(const OrthogonalOptions& options) {
  return MakeObject<InitializerObject>(
      "Orthogonal", {{"gain", options.gain}, {"seed", options.seed}});
}

}  // namespace keratin::initializers

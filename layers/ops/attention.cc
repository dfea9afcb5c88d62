#include "layers/ops/attention.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/linear.h"
#include "layers/ops/normalization.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {

Tensor DotProductAttention(const Operand& query, const Operand& key,
                           const Operand& value,
                           const AttentionOptions& options) {
  constexpr char kOp[] = "dot_product_attention";
  std::vector<Tensor> x =
      Promote(kOp, {query, key, value}, Raise::kFloat, /*broadcast=*/false);
  for (const Tensor& tensor : x) {
    if (!tensor.ok()) return Tensor();
    if (tensor.rank() != 4) {
      return Fail(
          kOp, absl::StrCat("query, key and value must have rank 4, not shape ",
                            tensor.shape().ToString()));
    }
  }
  Tensor q = x[0];
  Tensor k = x[1];
  Tensor v = x[2];
  std::optional<int64_t> heads = q.dim(2).AsConstant();
  std::optional<int64_t> key_heads = k.dim(2).AsConstant();
  std::optional<int64_t> depth = q.dim(3).AsConstant();
  if (!heads.has_value() || !key_heads.has_value() || !depth.has_value() ||
      *key_heads == 0 || *heads % *key_heads != 0) {
    return Fail(kOp, absl::StrCat("the query's heads (", q.dim(2).ToString(),
                                  ") must be a known multiple of the key's (",
                                  k.dim(2).ToString(), ")"));
  }
  if (*heads != *key_heads) {
    k = Repeat(k, *heads / *key_heads, 2);
    v = Repeat(v, *heads / *key_heads, 2);
  }
  DType dtype = q.dtype();
  DType wide = WideFloat(dtype);
  // Scores accumulate in float32 and stay there.
  Tensor scores = Einsum("btnh,bsnh->bnts", {Cast(q, wide), Cast(k, wide)});
  scores = Multiply(scores, options.scale.value_or(
                                1 / std::sqrt(static_cast<double>(*depth))));
  if (options.bias.has_value())
    scores = Cast(Add(scores, Cast(*options.bias, dtype)), wide);
  Tensor mask;
  if (options.mask.has_value()) mask = NotEqual(*options.mask, false);
  if (options.mask.has_value() && !mask.ok()) return Tensor();
  if (options.is_causal && scores.ok()) {
    Tensor causal = Tri(scores.dim(2), scores.dim(3), 0, DType::kBool);
    mask = mask.ok() ? LogicalAnd(mask, causal) : causal;
  }
  // A number of float32, whose softmax it is; a row of it alone has one.
  if (mask.ok())
    scores = Where(mask, scores, -0.7 * GreatestOf(DType::kFloat32));
  Tensor weights = Cast(Softmax(Cast(scores, DType::kFloat32), -1), dtype);
  return Einsum("bnts,bsnh->btnh", {weights, v});
}

}  // namespace keratin::ops

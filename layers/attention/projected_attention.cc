#include "layers/attention/projected_attention.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "layers/attention/attention_mask.h"
#include "layers/core/activation_layers.h"
#include "layers/core/einsum_dense.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/attention.h"
#include "layers/ops/linear.h"
#include "layers/ops/shaping.h"
#include "layers/regularization/dropout.h"

namespace keratin {
namespace {

// The argument as a tensor; not ok() if it is not given.
Tensor TensorOf(const Arguments& arguments, size_t place, const char* name) {
  const Value* value = arguments.Find(place, name);
  return value != nullptr && value->is_tensor() ? value->as_tensor() : Tensor();
}

bool FlagOf(const Arguments& arguments, size_t place, const char* name) {
  const Value* value = arguments.Find(place, name);
  return value != nullptr && value->is_bool() && value->as_bool();
}

struct QueryKeyValue {
  Tensor query, key, value;
  bool has_key = false;
};

QueryKeyValue TensorsOf(const Arguments& arguments) {
  QueryKeyValue tensors{.query = TensorOf(arguments, 0, "query"),
                        .key = TensorOf(arguments, 2, "key"),
                        .value = TensorOf(arguments, 1, "value")};
  tensors.has_key = tensors.key.ok();
  if (!tensors.has_key) tensors.key = tensors.value;
  return tensors;
}

std::string Letters(int first, int count) {
  std::string letters;
  for (int k = 0; k < count; ++k) letters += static_cast<char>('a' + first + k);
  return letters;
}

// Of projections of a rank: "scores" from key and query, "join" from scores and
// value. Axes that attention runs over are others in the query and in the key.
struct AttentionEquations {
  std::string scores, join;
  int scores_rank;
};

AttentionEquations EquationsOf(int rank, const std::vector<int64_t>& axes) {
  const std::string query = Letters(0, rank);
  std::string key = query, batch, query_steps, key_steps;
  for (int axis = 0; axis < rank; ++axis) {
    const auto is_step = [&](int64_t k) { return k == axis; };
    if (std::any_of(axes.begin(), axes.end(), is_step)) {
      key[axis] = static_cast<char>('a' + rank + key_steps.size());
      query_steps += query[axis];
      key_steps += key[axis];
    } else if (axis + 1 < rank) {
      batch += query[axis];
    }
  }
  const std::string scores = batch + query_steps + key_steps;
  return {.scores = absl::StrCat(key, ",", query, "->", scores),
          .join = absl::StrCat(scores, ",", key, "->", query),
          .scores_rank = static_cast<int>(scores.size())};
}

}  // namespace

absl::Status ProjectedAttentionOptions::Check() const {
  if (sliding_window.has_value() && *sliding_window <= 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'sliding_window' must be positive, not ", *sliding_window));
  }
  if (flash_attention && dropout > 0) {
    return absl::InvalidArgumentError(
        "'dropout' must be 0 with 'flash_attention'");
  }
  return absl::OkStatus();
}

absl::Status ProjectedAttention::Set(Heads heads,
                                     ProjectedAttentionOptions options) {
  heads_ = std::move(heads);
  projected_ = std::move(options);
  projection_regularizer_ = activity_regularizer();
  if (!heads_.regularizes_itself) set_activity_regularizer({});
  return projected_.Check();
}

Value ProjectedAttention::GetConfig() {
  Value config = Layer::GetConfig();
  config.Set("activity_regularizer", projection_regularizer_.Serialized());
  return config;
}

LayerOptions ProjectedAttention::PartOptions(const char* name) const {
  return {.name = name, .dtype = dtype_policy()};
}

Layer* ProjectedAttention::AddProjection(const char* name, int input_rank,
                                         int bound, std::vector<int64_t> sizes,
                                         const char* activation) {
  const int free = input_rank - bound;
  const std::string kept = Letters(0, free), summed = Letters(free, bound),
                    made = Letters(input_rank, static_cast<int>(sizes.size()));
  std::vector<std::optional<int64_t>> output_shape(free - 1);
  output_shape.insert(output_shape.end(), sizes.begin(), sizes.end());
  const ProjectedAttentionOptions& o = projected_;
  LayerOptions part = PartOptions(name);
  part.activity_regularizer = projection_regularizer_;
  const EinsumDense layer(
      {.equation =
           absl::StrCat(kept, summed, ",", summed, made, "->", kept, made),
       .output_shape = std::move(output_shape),
       .activation = activation,
       .bias_axes = o.use_bias ? std::optional(made) : std::nullopt,
       .kernel_initializer = o.kernel_initializer,
       .bias_initializer = o.bias_initializer,
       .kernel_regularizer = o.kernel_regularizer,
       .bias_regularizer = o.bias_regularizer,
       .kernel_constraint = o.kernel_constraint,
       .bias_constraint = o.bias_constraint},
      std::move(part));
  const std::string kind = name;
  // Keras's gate has no public attribute beside the private one.
  return Track(kind == "gate"
                   ? "_gate_dense"
                   : absl::StrCat(heads_.prefix,
                                  kind == "attention_output" ? "output" : kind,
                                  "_dense"),
               layer.shared());
}

absl::Status ProjectedAttention::BuildFrom(const Arguments& arguments) {
  const QueryKeyValue x = TensorsOf(arguments);
  if (!x.query.ok() || !x.value.ok())
    return absl::InvalidArgumentError("takes a query and a value");
  const bool same_rank = x.key.rank() == x.value.rank();
  bool fits = x.query.rank() >= 3 && x.value.rank() >= 3 && same_rank;
  for (int axis = 1; fits && axis + 1 < x.value.rank(); ++axis) {
    const Dim difference = x.key.dim(axis) - x.value.dim(axis);
    fits = !difference.IsConstant() || difference.IsConstant(0);
  }
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat(
        "query, key and value must have rank 3 at least, and key and value "
        "equal sizes but for the last, not the shapes ",
        x.query.shape().ToString(), ", ", x.key.shape().ToString(), " and ",
        x.value.shape().ToString()));
  }
  const Heads& h = heads_;
  const int rank = x.query.rank();
  query_dense_ = AddProjection("query", rank, 1, {h.query, h.key_dim});
  key_dense_ = AddProjection("key", x.key.rank(), 1, {h.key, h.key_dim});
  if (projected_.use_gate) {
    gate_dense_ = AddProjection("gate", rank, 1, {h.query, h.value_dim},
                                /*activation=*/"sigmoid");
  }
  value_dense_ =
      AddProjection("value", x.value.rank(), 1, {h.key, h.value_dim});

  const int projected_rank = x.value.rank() + 1;
  attention_axes_ = h.attention_axes;
  if (attention_axes_.empty()) {
    for (int axis = 1; axis < projected_rank - 2; ++axis)
      attention_axes_.push_back(axis);
  }
  for (int64_t& axis : attention_axes_) {
    if (axis < 0) axis += projected_rank - 1;
    if (axis < 0 || axis >= projected_rank - 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("'attention_axes' must be axes of the query, whose "
                       "shape is ",
                       x.query.shape().ToString()));
    }
  }
  const int scores_rank =
      EquationsOf(projected_rank, attention_axes_).scores_rank;
  std::vector<int64_t> softmax_axes;
  for (size_t k = attention_axes_.size(); k > 0; --k)
    softmax_axes.push_back(scores_rank - static_cast<int64_t>(k));
  softmax_ = Track(
      "_softmax",
      Softmax({.axis = Axis(softmax_axes)}, PartOptions("softmax")).shared());
  dropout_ =
      Track("_dropout_layer",
            Dropout({.rate = projected_.dropout, .seed = projected_.seed},
                    PartOptions("dropout"))
                .shared());

  std::vector<int64_t> output_shape = h.output_shape;
  if (output_shape.empty()) {
    const auto features = x.query.dim(-1).AsConstant();
    if (!features.has_value()) {
      return absl::InvalidArgumentError(
          "the last axis of the query must have a known size");
    }
    output_shape = {*features};
  }
  output_dense_ =
      AddProjection("attention_output", rank + 1, 2, std::move(output_shape));
  for (const Layer* part : sublayers()) {
    if (!part->status().ok()) return part->status();
  }
  return absl::OkStatus();
}

Tensor ProjectedAttention::Attend(const Tensor& query, Tensor key, Tensor value,
                                  const Tensor& mask, bool causal,
                                  bool want_scores, Tensor* scores) {
  const Heads& h = heads_;
  const double scale = 1 / std::sqrt(static_cast<double>(h.key_dim));
  const int axes = static_cast<int>(attention_axes_.size());
  if (projected_.dropout == 0 && !want_scores && query.rank() == 4) {
    ops::AttentionOptions how = {.scale = scale, .is_causal = causal};
    if (mask.ok()) how.mask = WithHeadAxes(mask, 4, axes);
    return ops::DotProductAttention(query, key, value, how);
  }
  if (h.query != h.key) {
    key = ops::Repeat(key, h.query / h.key, -2);
    value = ops::Repeat(value, h.query / h.key, -2);
  }
  const AttentionEquations equations =
      EquationsOf(value.rank(), attention_axes_);
  Tensor weights = ops::Einsum(equations.scores, {key, query * scale});
  Arguments softmax{{Value(weights)}, {}};
  Tensor seen = mask;
  if (causal) seen = CausalMask(query.dim(1), value.dim(1));
  if (seen.ok()) {
    softmax.keyword.emplace_back(
        "mask", Value(WithHeadAxes(seen, equations.scores_rank, axes)));
  }
  const Value result = (*softmax_)(softmax);
  weights = result.is_tensor() ? result.as_tensor() : Tensor();
  *scores = weights;
  if (projected_.dropout > 0) weights = (*dropout_)(weights);
  return ops::Einsum(equations.join, {weights, value});
}

Value ProjectedAttention::CallWith(const CallContext&,
                                   const Arguments& arguments) {
  const QueryKeyValue x = TensorsOf(arguments);
  const Heads& h = heads_;
  CallScope& scope = *CallScope::Current();
  const Tensor borne = scope.MaskOf(x.query);
  AttentionMaskParts parts{
      .query =
          h.takes_query_mask ? TensorOf(arguments, 3, "query_mask") : borne,
      .value = TensorOf(arguments, 4, "value_mask"),
      .key = TensorOf(arguments, 5, "key_mask"),
      .attention = TensorOf(arguments, 6, "attention_mask"),
      .causal = FlagOf(arguments, 9, "use_causal_mask"),
      .sliding_window = projected_.sliding_window,
      .query_steps = x.query.dim(1),
      .value_steps = x.value.dim(1)};
  const bool want_scores = FlagOf(arguments, 7, "return_attention_scores");
  if (want_scores && projected_.flash_attention) {
    return Value(
        Fail("attention scores cannot be returned with 'flash_attention'"));
  }
  if (h.takes_masks_away) {
    for (const Tensor& tensor : {x.query, x.key, x.value})
      scope.SetMask(tensor, Tensor());
  }
  // Alone, causality needs no mask tensor.
  const bool only_causal = parts.causal && !parts.query.ok() &&
                           !parts.value.ok() && !parts.key.ok() &&
                           !parts.attention.ok() &&
                           !parts.sliding_window.has_value();
  const Tensor mask = only_causal ? Tensor() : MergeAttentionMasks(parts);

  Tensor gate;
  if (gate_dense_ != nullptr) gate = (*gate_dense_)(x.query);
  const Tensor query = (*query_dense_)(x.query);
  const Tensor key = (*key_dense_)(x.key);
  const Tensor value = (*value_dense_)(x.value);
  Tensor scores;
  Tensor y = Attend(query, key, value, mask, only_causal, want_scores, &scores);
  if (gate_dense_ != nullptr) y = y * gate;
  y = (*output_dense_)(y);
  if (want_scores) return Value::Tuple({Value(y), Value(scores)});
  return Value(y);
}

}  // namespace keratin

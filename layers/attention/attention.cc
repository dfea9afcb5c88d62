#include "layers/attention/attention.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "layers/attention/attention_mask.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/linear.h"
#include "layers/ops/normalization.h"
#include "layers/ops/random.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

std::vector<Tensor> InputsOf(const Arguments& arguments) {
  const Value* inputs = arguments.Find(0, "inputs");
  return inputs == nullptr ? std::vector<Tensor>() : inputs->tensors();
}

// The masks of query and value: those given, else those that they bear.
std::vector<Tensor> MasksOf(const Arguments& arguments,
                            const std::vector<Tensor>& inputs) {
  std::vector<Tensor> masks;
  const Value* given = arguments.Find(1, "mask");
  if (given != nullptr && given->is_sequence()) {
    for (const Value& mask : given->items())
      masks.push_back(mask.is_tensor() ? mask.as_tensor() : Tensor());
  } else {
    for (const Tensor& input : inputs)
      masks.push_back(CallScope::Current()->MaskOf(input));
  }
  masks.resize(2);
  return masks;
}

bool FlagOf(const Arguments& arguments, size_t place, const char* name) {
  const Value* value = arguments.Find(place, name);
  return value != nullptr && value->is_bool() && value->as_bool();
}

}  // namespace

void AttentionOptions::Describe(Fields& f) {
  f("use_scale", use_scale)("score_mode", score_mode)("dropout", dropout)(
      "seed", seed);
}

absl::Status Attention::Configured() {
  if (options_.score_mode != "dot" && options_.score_mode != "concat") {
    return absl::InvalidArgumentError(
        absl::StrCat("'score_mode' must be 'dot' or 'concat', not '",
                     options_.score_mode, "'"));
  }
  if (options_.dropout > 0)
    seed_state_ = AddSeed("seed_generator", options_.seed);
  return absl::OkStatus();
}

absl::Status Attention::BuildFrom(const Arguments& arguments) {
  const std::vector<Tensor> inputs = InputsOf(arguments);
  if (inputs.size() != 2 && inputs.size() != 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("takes a list of query, value and optionally key, not of ",
                     inputs.size(), " tensors"));
  }
  return BuildScores(inputs[0].shape());
}

absl::Status Attention::BuildScores(const Shape&) {
  if (options_.use_scale)
    scale_ = AddWeight({.name = "scale", .shape = {}, .initializer = "ones"});
  if (options_.score_mode == "concat") {
    concat_score_weight_ = AddWeight(
        {.name = "concat_score_weight", .shape = {}, .initializer = "ones"});
  }
  return absl::OkStatus();
}

Tensor Attention::Scores(const Tensor& query, const Tensor& key) {
  if (concat_score_weight_ == nullptr) {
    Tensor scores = ops::MatMul(query, ops::SwapAxes(key, -2, -1));
    return scale_ == nullptr ? scores : scores * *scale_;
  }
  Tensor sum = ops::ExpandDims(query, -2) + ops::ExpandDims(key, -3);
  if (scale_ != nullptr) sum = scale_->value() * sum;
  return concat_score_weight_->value() * ops::Sum(ops::Tanh(sum), -1);
}

Value Attention::CallWith(const CallContext& context,
                          const Arguments& arguments) {
  const std::vector<Tensor> inputs = InputsOf(arguments);
  const std::vector<Tensor> masks = MasksOf(arguments, inputs);
  const Tensor& value = inputs[1];
  Tensor scores = Scores(inputs[0], inputs.size() > 2 ? inputs[2] : value);
  if (!scores.ok()) return Value(Tensor());

  Tensor seen = masks[1];
  if (seen.ok()) seen = ops::ExpandDims(seen, -2);
  if (FlagOf(arguments, 4, "use_causal_mask")) {
    Tensor causal = CausalMask(scores.dim(-2), scores.dim(-1));
    seen = seen.ok() ? ops::LogicalAnd(seen, causal) : causal;
  }
  if (seen.ok()) {
    const double far = scores.dtype() == DType::kFloat16 ? 65504.0 : 1e9;
    scores = ops::Where(seen, scores, scores - far);
  }
  Tensor weights = ops::Softmax(scores, -1);
  if (context.training && seed_state_ != nullptr) {
    weights =
        ops::random::Dropout(NextSeed(*seed_state_), weights, options_.dropout);
  }
  Tensor y = ops::MatMul(weights, value);
  if (masks[0].ok()) {
    y = ops::Where(ops::ExpandDims(masks[0], -1), y, 0.0);
    CallScope::Current()->SetMask(y, masks[0]);
  }
  if (FlagOf(arguments, 3, "return_attention_scores"))
    return Value::Tuple({Value(y), Value(weights)});
  return Value(y);
}

KERATIN_REGISTER_LAYER("keras", Attention);

}  // namespace keratin

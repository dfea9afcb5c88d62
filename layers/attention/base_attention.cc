#include "layers/attention/base_attention.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "layers/attention/attention_mask.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/linear.h"
#include "layers/ops/normalization.h"
#include "layers/ops/random.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

std::vector<Tensor> InputsOf(const Arguments& arguments) {
  const Value* inputs = arguments.Find(0, "inputs");
  return inputs == nullptr ? std::vector<Tensor>() : inputs->tensors();
}

bool FlagOf(const Arguments& arguments, size_t place, const char* name) {
  const Value* value = arguments.Find(place, name);
  return value != nullptr && value->is_bool() && value->as_bool();
}

}  // namespace

void BaseAttention::SetDropout(double rate, std::optional<int64_t> seed) {
  dropout_ = rate;
  if (rate > 0) seed_state_ = AddSeed("seed_generator", seed);
}

absl::Status BaseAttention::BuildFrom(const Arguments& arguments) {
  const std::vector<Tensor> inputs = InputsOf(arguments);
  if (inputs.size() != 2 && inputs.size() != 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("takes a list of query, value and optionally key, not of ",
                     inputs.size(), " tensors"));
  }
  return Build(inputs[0].shape());
}

Value BaseAttention::CallWith(const CallContext& context,
                              const Arguments& arguments) {
  const std::vector<Tensor> inputs = InputsOf(arguments);
  std::vector<Tensor> masks = context.masks;  // of query and value
  masks.resize(2);
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
    weights = ops::random::Dropout(NextSeed(*seed_state_), weights, dropout_);
  }
  Tensor y = ops::MatMul(weights, value);
  if (masks[0].ok()) y = ops::Where(ops::ExpandDims(masks[0], -1), y, 0.0);
  if (FlagOf(arguments, 3, "return_attention_scores"))
    return Value::Tuple({Value(y), Value(weights)});
  return Value(y);
}

}  // namespace keratin

#include "layers/core/reversible_embedding.h"

#include "layers/base/call_scope.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/linear.h"
#include "layers/ops/shaping.h"

namespace keratin {

void ReversibleEmbeddingOptions::Describe(Fields& f) {
  f.Required("input_dim")
      .Required("output_dim")("input_dim", input_dim)("output_dim", output_dim)(
          "embeddings_initializer", embeddings_initializer)(
          "embeddings_regularizer", embeddings_regularizer)(
          "embeddings_constraint", embeddings_constraint)(
          "mask_zero", mask_zero)("quantization_config", quantization_config)(
          "tie_weights", tie_weights)("reverse_dtype", reverse_dtype)(
          "logit_soft_cap", logit_soft_cap);
  DescribeLora(f, lora_rank, lora_alpha);
  f.Written("activity_regularizer", Value());
}

std::vector<Variable*> ReversibleEmbeddingLayer::own_variables() const {
  std::vector<Variable*> own = EmbeddingTable::own_variables();
  for (Variable* variable : reverse_.saved()) own.push_back(variable);
  return own;
}

absl::Status ReversibleEmbeddingLayer::SaveOwnVariables(
    VariableStore& store) const {
  absl::Status status = EmbeddingTable::SaveOwnVariables(store);
  return status.ok() ? reverse_.Save(nullptr, store) : status;
}

absl::Status ReversibleEmbeddingLayer::Configured() {
  absl::Status status = EmbeddingTable::Configured();
  if (!status.ok() || !options_.reverse_dtype.has_value()) return status;
  return ParseDType(*options_.reverse_dtype).status();
}

absl::Status ReversibleEmbeddingLayer::Build(const Shape&) {
  absl::Status status = BuildTable(true);
  if (status.ok()) status = Adapt();
  if (!status.ok() || options_.tie_weights) return status;
  const Shape shape = {options_.output_dim, options_.input_dim};
  return reverse_.Build(
      {.spec = {.name = "reverse_embeddings",
                .shape = shape,
                .initializer = options_.embeddings_initializer},
       .product = MatrixProduct(),
       .quantizes_inputs = {true, true},
       .matrix = shape,
       .packed_axis = 0,
       .zero_dtype = DType::kInvalid,
       .keeps_block_numbers = false},
      own_policy(), options_.quantization_config, Hold());
}

absl::Status ReversibleEmbeddingLayer::QuantizeWeights(
    const QuantizationConfig& config, const DTypePolicy& policy) {
  absl::Status status = EmbeddingTable::QuantizeWeights(config, policy);
  if (!status.ok() || options_.tie_weights) return status;
  return reverse_.Quantize(config, policy, Hold());
}

Value ReversibleEmbeddingLayer::CallWith(const CallContext&,
                                         const Arguments& arguments) {
  const Value* reverse = arguments.Find(1, "reverse");
  if (arguments.positional.empty() || !arguments.positional[0].is_tensor())
    return Value(Fail("it takes one tensor"));
  const Tensor& x = arguments.positional[0].as_tensor();
  if (reverse != nullptr && reverse->is_bool() && reverse->as_bool())
    return Value(Products(x));
  const Tensor rows = Rows(x);
  if (const Tensor mask = MaskOf(x); mask.ok())
    CallScope::Current()->SetMask(rows, mask);
  return Value(rows);
}

Tensor ReversibleEmbeddingLayer::Products(const Tensor& x) const {
  const DType dtype = compute_dtype();
  Tensor y;
  if (!quantization_mode().empty()) {
    y = options_.tie_weights ? weight_.MultiplyTransposed(x, dtype)
                             : reverse_.Multiply(x, dtype);
  } else {
    Tensor kernel = options_.tie_weights ? ops::Transpose(weight_.value(dtype))
                                         : reverse_.value(dtype);
    Tensor input = x;
    if (options_.reverse_dtype.has_value()) {
      const DType reverse = *ParseDType(*options_.reverse_dtype);
      input = ops::Cast(input, reverse);
      kernel = ops::Cast(kernel, reverse);
    }
    y = ops::MatMul(input, kernel);
  }
  if (!options_.logit_soft_cap.has_value()) return y;
  const double cap = *options_.logit_soft_cap;
  return ops::Tanh(y / cap) * cap;
}

KERATIN_DEFINE_LAYER("keras", ReversibleEmbedding, ReversibleEmbeddingLayer);

}  // namespace keratin

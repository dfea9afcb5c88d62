#include "layers/quantizers/quantizable_weight.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ir/trace/trace.h"
#include "layers/base/evaluate.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/indexing.h"
#include "layers/ops/linear.h"
#include "layers/ops/shaping.h"

namespace keratin {

absl::Status QuantizableWeight::Build(WeightUse use, const DTypePolicy& policy,
                                      const QuantizationConfig& config,
                                      const Owner& owner) {
  use_ = std::move(use);
  compute_ = policy.compute_dtype();
  if (!policy.quantization_mode().empty()) {
    auto mode = MakeWeightMode(policy, config, use_);
    if (!mode.ok()) return mode.status();
    mode_ = *std::move(mode);
    mode_->Build(owner.add);
  }
  if (mode_ == nullptr || mode_->keeps_floats()) floats_ = owner.add(use_.spec);
  built_ = true;
  return absl::OkStatus();
}

Tensor QuantizableWeight::Delta() const {
  return ops::Multiply(alpha_by_rank_, ops::MatMul(a_, b_));
}

Tensor QuantizableWeight::Adapted(const Tensor& y, const Tensor& xa,
                                  DType dtype) const {
  return ops::Cast(y + ops::Multiply(alpha_by_rank_, ops::MatMul(xa, b_)),
                   dtype);
}

Tensor QuantizableWeight::value(DType dtype) const {
  if (!adapted()) return floats_;
  return ops::Cast(ops::Add(floats_, Delta()), dtype);
}

Tensor QuantizableWeight::Multiply(const Tensor& x, DType dtype) const {
  if (mode_ == nullptr) return use_.product.multiply(x, value(dtype));
  const Tensor y = mode_->Multiply(x, floats_, dtype);
  if (!adapted()) return y;
  if (mode_->keeps_floats()) {
    return Trace::Current()->Error(absl::UnimplementedError(
        "its mode of quantization does not go with a low-rank adaptation"));
  }
  return Adapted(y, use_.product.multiply(x, a_), dtype);
}

Tensor QuantizableWeight::MultiplyTransposed(const Tensor& x,
                                             DType dtype) const {
  return mode_ == nullptr ? ops::MatMul(x, ops::Transpose(value(dtype)))
                          : mode_->MultiplyTransposed(x, dtype);
}

Tensor QuantizableWeight::Rows(const Tensor& numbers, DType dtype) const {
  if (mode_ == nullptr)
    return ops::Cast(ops::Take(value(dtype), numbers, 0), dtype);
  const Tensor rows = mode_->Rows(numbers, dtype);
  return adapted() ? Adapted(rows, ops::Take(a_, numbers, 0), dtype) : rows;
}

Tensor QuantizableWeight::Bias(const Tensor& bias, DType dtype) const {
  return mode_ == nullptr ? bias : mode_->Bias(bias, dtype);
}

absl::Status QuantizableWeight::Quantize(const QuantizationConfig& config,
                                         const DTypePolicy& policy,
                                         const Owner& owner) {
  auto made = MakeWeightMode(policy, config, use_);
  if (!made.ok()) return made.status();
  std::unique_ptr<WeightMode> mode = *std::move(made);
  std::vector<Array> values;
  if (!mode->keeps_floats()) {
    auto quantized =
        EvaluateVariables({floats_}, [&] { return mode->Quantized(floats_); });
    if (!quantized.ok()) return quantized.status();
    values = *std::move(quantized);
    owner.remove(floats_);
    floats_ = Weight();
  }
  mode->Build(owner.add);
  for (size_t k = 0; k < values.size(); ++k) {
    Variable& variable = *mode->variables()[k];
    // A zero point may be kept as a float.
    auto value = values[k].Cast(variable.dtype());
    if (!value.ok()) return value.status();
    absl::Status status = variable.Assign(*std::move(value));
    if (!status.ok()) return status;
  }
  mode_ = std::move(mode);
  return absl::OkStatus();
}

absl::Status QuantizableWeight::EnableLora(const LoraOptions& options,
                                           const Owner& owner) {
  if (!use_.spec.constraint.is_none()) {
    return absl::InvalidArgumentError(
        "a low-rank adaptation does not go with a constraint of the weight it "
        "adapts; leave the constraint out");
  }
  if (adapted()) {
    return absl::FailedPreconditionError(
        "it has a low-rank adaptation already, and takes one only");
  }
  if (mode_ != nullptr && !mode_->is_adaptable()) {
    return absl::UnimplementedError(
        "a low-rank adaptation does not go with weights in the mode gptq or "
        "awq");
  }
  std::optional<double> alpha = static_cast<double>(options.rank);
  if (options.alpha.is_int()) {
    alpha = static_cast<double>(options.alpha.as_int());
  } else if (options.alpha.is_double()) {
    alpha = options.alpha.as_double();
  } else if (!options.alpha.is_none()) {
    alpha.reset();
  }
  if (options.rank < 1 || !alpha.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'rank' of a low-rank adaptation must be positive, and 'alpha' a "
        "number, not ",
        options.rank, " and ", options.alpha.ToString()));
  }
  const Shape& shape = use_.spec.shape;
  Shape a = shape;
  a[shape.rank() - 1] = Dim(options.rank);
  // float32, so that small updates are not lost.
  a_ = owner.add({.name = absl::StrCat("lora_", use_.spec.name, "_a"),
                  .shape = a,
                  .dtype = DType::kFloat32,
                  .initializer = options.a_initializer,
                  .regularizer = use_.spec.regularizer});
  b_ = owner.add({.name = absl::StrCat("lora_", use_.spec.name, "_b"),
                  .shape = {Dim(options.rank), shape.back()},
                  .dtype = DType::kFloat32,
                  .initializer = options.b_initializer,
                  .regularizer = use_.spec.regularizer});
  alpha_by_rank_ = *alpha / static_cast<double>(options.rank);
  if (floats_) floats_->set_trainable(false);
  return absl::OkStatus();
}

std::vector<Variable*> QuantizableWeight::saved(Variable* bias) const {
  std::vector<Variable*> variables;
  if (floats_) variables.push_back(floats_);
  if (mode_ != nullptr) {
    for (const Weight& weight : mode_->variables()) variables.push_back(weight);
  }
  const bool first = mode_ != nullptr && mode_->saves_bias_first();
  if (bias != nullptr)
    variables.insert(variables.begin() + (first ? 0 : 1), bias);
  return variables;
}

absl::Status QuantizableWeight::Save(Variable* bias,
                                     VariableStore& store) const {
  std::vector<Variable*> variables = saved(bias);
  absl::Status status = SaveInOrder(variables, store);
  if (!status.ok() || !adapted() || (mode_ != nullptr && mode_->keeps_floats()))
    return status;
  std::vector<Variable*> used = saved();
  std::vector<Variable*> given = used;
  given.push_back(a_);
  given.push_back(b_);
  auto merged = EvaluateVariables(given, [&] {
    if (mode_ == nullptr) return std::vector<Tensor>{value(compute_)};
    return mode_->Quantized(ops::Add(mode_->Dequantized(compute_), Delta()));
  });
  if (!merged.ok()) return merged.status();
  for (size_t k = 0; k < merged->size(); ++k) {
    auto array = (*merged)[k].Cast(used[k]->dtype());
    if (!array.ok()) return array.status();
    // The bias stands behind the first.
    const size_t place = k == 0 || bias == nullptr ? k : k + 1;
    const size_t first = store.size() - variables.size();
    store[absl::StrCat(first + place)] = *std::move(array);
  }
  return absl::OkStatus();
}

absl::Status QuantizableWeight::ResetLora() const {
  if (!adapted()) return absl::OkStatus();
  for (const Weight* weight : {&a_, &b_}) {
    absl::Status status = (*weight)->Assign(
        Array::Zeros((*weight)->dtype(), *(*weight)->shape().AsSizes()));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace keratin

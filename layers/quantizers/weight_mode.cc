#include "layers/quantizers/weight_mode.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ir/trace/trace.h"
#include "layers/quantizers/awq.h"
#include "layers/quantizers/float8.h"
#include "layers/quantizers/gptq.h"
#include "layers/quantizers/int4.h"
#include "layers/quantizers/int8.h"

namespace keratin {
namespace {

Tensor Missing(const char* what) {
  return Trace::Current()->Error(absl::UnimplementedError(
      absl::StrCat("its mode of quantization has no ", what)));
}

}  // namespace

std::vector<Tensor> WeightMode::Quantized(const Tensor&) const {
  return {Missing("way from floats")};
}

Tensor WeightMode::Dequantized(DType) const {
  return Missing("floats of a weight");
}

Tensor WeightMode::MultiplyTransposed(const Tensor&, DType) const {
  return Missing("product with the transposed weight");
}

Tensor WeightMode::Rows(const Tensor&, DType) const {
  return Missing("rows by number");
}

absl::StatusOr<std::unique_ptr<WeightMode>> MakeWeightMode(
    const DTypePolicy& policy, const QuantizationConfig& config,
    WeightUse use) {
  const std::string& mode = policy.quantization_mode();
  QuantizationSettings settings = SettingsOf(config, policy);
  if (mode == "int8") return MakeInt8(std::move(settings), std::move(use));
  if (mode == "int4") return MakeInt4(std::move(settings), std::move(use));
  if (mode == "float8")
    return MakeFloat8(policy.amax_history_length(), std::move(use));
  if ((mode == "gptq" || mode == "awq") && use.fitted_matrix.empty()) {
    return absl::UnimplementedError(
        absl::StrCat("the mode of quantization '", mode,
                     "' takes a kernel of 2 or 3 axes, not of the shape ",
                     use.spec.shape.ToString()));
  }
  if (mode == "gptq") return MakeGptq(policy, std::move(use));
  if (mode == "awq") return MakeAwq(policy, std::move(use));
  return absl::UnimplementedError(
      absl::StrCat("the mode of quantization '", mode, "' is not supported"));
}

}  // namespace keratin

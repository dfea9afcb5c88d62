// QuantizableWeight: a weight that a layer multiplies by or takes rows of, in
// floats or kept by a mode of quantization, with a low-rank adaptation or not.
//
// The layer declares how it uses the weight, and asks for products; it does not
// see the mode.
//
//   kernel_.Build(use, dtype_policy(), options_.quantization_config, owner);
//   Tensor y = kernel_.Multiply(x, compute_dtype());
#ifndef KERATIN_LAYERS_QUANTIZERS_QUANTIZABLE_WEIGHT_H_
#define KERATIN_LAYERS_QUANTIZERS_QUANTIZABLE_WEIGHT_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "layers/base/dtype_policy.h"
#include "layers/base/quantization.h"
#include "layers/base/variable.h"
#include "layers/base/variable_store.h"
#include "layers/quantizers/weight_mode.h"

namespace keratin {

class QuantizableWeight {
 public:
  // What a layer does with its variables.
  struct Owner {
    WeightMode::Adder add;
    std::function<void(const Weight&)> remove;
  };

  // Adds the variables, in floats or in the mode of the policy.
  absl::Status Build(WeightUse use, const DTypePolicy& policy,
                     const QuantizationConfig& config, const Owner& owner);
  bool built() const { return built_; }

  // The floats, adapted, in `dtype` if they are; of one that is not quantized.
  Tensor value(DType dtype) const;
  Tensor Multiply(const Tensor& x, DType dtype) const;
  // Of a matrix: x · transposed weight, and its rows by number.
  Tensor MultiplyTransposed(const Tensor& x, DType dtype) const;
  Tensor Rows(const Tensor& numbers, DType dtype) const;
  // What is added to the product for a bias.
  Tensor Bias(const Tensor& bias, DType dtype) const;

  // Keeps the weight by the mode of `policy` from now on.
  absl::Status Quantize(const QuantizationConfig& config,
                        const DTypePolicy& policy, const Owner& owner);
  absl::Status EnableLora(const LoraOptions& options, const Owner& owner);

  // The variables that files hold, with the layer's bias where Keras has it.
  // Those of an adaptation are none: what is saved is adapted.
  std::vector<Variable*> saved(Variable* bias = nullptr) const;
  absl::Status Save(Variable* bias, VariableStore& store) const;
  // Makes an adaptation one that adds nothing.
  absl::Status ResetLora() const;

 private:
  bool adapted() const { return static_cast<bool>(a_); }
  // alpha / rank · a · b.
  Tensor Delta() const;
  // Adds what the adaptation makes of x · a, or of rows of a.
  Tensor Adapted(const Tensor& y, const Tensor& xa, DType dtype) const;

  bool built_ = false;
  WeightUse use_;
  DType compute_ = DType::kInvalid;
  Weight floats_;                     // none if the mode does not keep them
  std::shared_ptr<WeightMode> mode_;  // null if it is not quantized
  Weight a_, b_;
  double alpha_by_rank_ = 1;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_QUANTIZERS_QUANTIZABLE_WEIGHT_H_

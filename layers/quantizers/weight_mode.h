// WeightMode: how a mode of quantization keeps a weight, and what a layer
// computes with it.
//
// The modes are in int8.h, int4.h, float8.h, gptq.h and awq.h;
// QuantizableWeight holds the one that a layer is in.
#ifndef KERATIN_LAYERS_QUANTIZERS_WEIGHT_MODE_H_
#define KERATIN_LAYERS_QUANTIZERS_WEIGHT_MODE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ir/trace/tensor.h"
#include "layers/base/dtype_policy.h"
#include "layers/base/variable.h"
#include "layers/quantizers/contraction.h"
#include "layers/quantizers/quantization_configs.h"

namespace keratin {

// What a layer declares of a weight that can be quantized.
struct WeightUse {
  // As it is while it is floats: the names of the variables of a mode begin
  // with its name.
  WeightSpec spec;
  // The axes that it sums over share a scale. Of a table of rows: MatrixRows().
  Contraction product;
  // Whether the inputs of a product are quantized unless a configuration says
  // otherwise: of int8, and of int4.
  bool quantizes_inputs[2] = {true, false};

  // Of int4 alone. The weight as a matrix; which of its axes is cut
  // into blocks, and along which two numbers share a byte.
  Shape matrix = {};
  int block_axis = 0, packed_axis = 1;
  // Whether a product is that of floats also without blocks.
  bool multiplies_floats = false;
  // Of the zero points; and whether the block of each row is a variable.
  DType zero_dtype = DType::kInt8;
  bool keeps_block_numbers = true;

  // Of gptq and awq alone: the weight as a matrix, whose rows are summed over
  // (empty: it cannot be one), and the name of the zero points.
  Shape fitted_matrix = {};
  std::string fitted_zero = "";
};

class WeightMode {
 public:
  using Adder = std::function<Weight(WeightSpec)>;

  virtual ~WeightMode() = default;
  WeightMode(const WeightMode&) = delete;
  WeightMode& operator=(const WeightMode&) = delete;

  // Whether the floats are kept beside the variables of the mode.
  virtual bool keeps_floats() const { return false; }
  // Whether files have the layer's bias before the variables, not after the
  // first.
  virtual bool saves_bias_first() const { return false; }
  // Whether a low-rank adaptation can be added.
  virtual bool is_adaptable() const { return true; }
  // Makes the variables; the first stands for the weight unless floats are
  // kept.
  virtual void Build(const Adder& add) = 0;
  const std::vector<Weight>& variables() const { return variables_; }
  // In a trace: the values of the variables for floats; none: their initial
  // ones.
  virtual std::vector<Tensor> Quantized(const Tensor& weight) const;
  // In a trace: the floats that the variables stand for.
  virtual Tensor Dequantized(DType dtype) const;
  // x · weight. `weight` are the floats, where they are kept.
  virtual Tensor Multiply(const Tensor& x, const Tensor& weight,
                          DType dtype) const = 0;
  // x · transposed weight, of a matrix.
  virtual Tensor MultiplyTransposed(const Tensor& x, DType dtype) const;
  // Rows by number, of a matrix.
  virtual Tensor Rows(const Tensor& numbers, DType dtype) const;
  // What is added to a product for a bias.
  virtual Tensor Bias(const Tensor& bias, DType dtype) const { return bias; }

 protected:
  explicit WeightMode(WeightUse use) : use_(std::move(use)) {}

  WeightUse use_;
  std::vector<Weight> variables_;
};

// The mode of a quantized policy, not built yet.
absl::StatusOr<std::unique_ptr<WeightMode>> MakeWeightMode(
    const DTypePolicy& policy, const QuantizationConfig& config, WeightUse use);

}  // namespace keratin

#endif  // KERATIN_LAYERS_QUANTIZERS_WEIGHT_MODE_H_

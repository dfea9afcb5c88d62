// What gptq and awq share: small integers that were fitted to data elsewhere,
// kept as the transposed weight, with a scale and a zero point for each block
// of rows of a column.
//
// The variables are the integers [columns, rows] (of 4 bits, two columns in a
// byte), scale and zero [columns, blocks], and the block of each row.
#ifndef KERATIN_LAYERS_QUANTIZERS_FITTED_MODE_H_
#define KERATIN_LAYERS_QUANTIZERS_FITTED_MODE_H_

#include "layers/quantizers/weight_mode.h"

namespace keratin {

class FittedMode : public WeightMode {
 public:
  bool saves_bias_first() const override { return true; }
  bool is_adaptable() const override { return false; }
  void Build(const Adder& add) override;
  Tensor Dequantized(DType dtype) const override;
  Tensor Multiply(const Tensor& x, const Tensor& weight,
                  DType dtype) const override;

 protected:
  FittedMode(const DTypePolicy& policy, WeightUse use);

  const Dim& rows() const { return use_.fitted_matrix[0]; }
  // For a mode's own variables: before that of the blocks.
  virtual void AddOwn(const Adder& add) {}
  // The weight as a matrix, from what the integers stand for.
  virtual Tensor Restored(const Tensor& matrix) const { return matrix; }

 private:
  bool packs() const { return weight_bits_ == 4; }

  int64_t weight_bits_, block_size_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_QUANTIZERS_FITTED_MODE_H_

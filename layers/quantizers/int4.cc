#include "layers/quantizers/int4.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ir/trace/trace.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/indexing.h"
#include "layers/ops/padding.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"
#include "layers/quantizers/integer_mode.h"

namespace keratin {
namespace quantizers {
namespace {

constexpr int64_t kLow = -8, kHigh = 7;

int64_t SizeOf(const Tensor& x, int axis) {
  return x.ok() ? x.dim(axis).AsConstant().value_or(0) : 0;
}

// Zeros after the end of one axis.
Tensor PadEnd(const Tensor& x, int axis, int64_t count) {
  if (count == 0 || !x.ok()) return x;
  ops::PadWidth width(x.rank(), {0, 0});
  width[axis].second = count;
  return ops::Pad(x, width);
}

// Half a byte, [0, 15], of signed numbers as one in [-8, 7].
Tensor Half(const Tensor& shifted) {
  const Tensor half = ops::BitwiseAnd(shifted, 15);
  return half.dtype() == DType::kUInt8
             ? half
             : ops::Subtract(ops::BitwiseXor(half, 8), 8);
}

}  // namespace

Tensor PackInt4(const Tensor& x, int axis) {
  const int64_t size = SizeOf(x, axis);
  const Tensor even = PadEnd(x, axis, size % 2);
  const Dim end = size + size % 2;
  const Tensor low = ops::SliceAxis(even, axis, 0, end, 2);
  const Tensor high = ops::SliceAxis(even, axis, 1, end, 2);
  return ops::BitwiseOr(ops::BitwiseAnd(low, 15),
                        ops::LeftShift(ops::BitwiseAnd(high, 15), 4));
}

Tensor UnpackInt4(const Tensor& packed, const Dim& size, int axis) {
  if (!packed.ok()) return packed;
  const Tensor low = Half(packed);
  const Tensor high = Half(ops::RightShift(packed, 4));
  const Tensor pairs = ops::Stack({low, high}, axis + 1);
  Shape shape;
  for (int k = 0; k < packed.rank(); ++k)
    shape.push_back(k == axis ? packed.dim(k) * Dim(2) : packed.dim(k));
  return ops::SliceAxis(ops::Reshape(pairs, shape), axis, 0, size);
}

Blocks QuantizeBlocks(const Tensor& x, int64_t block_size) {
  const int64_t rows = SizeOf(x, 0), columns = SizeOf(x, 1);
  const int64_t blocks = (rows + block_size - 1) / block_size;
  const Tensor cut = ops::Reshape(PadEnd(x, 0, blocks * block_size - rows),
                                  {Dim(blocks), Dim(block_size), Dim(columns)});
  const Tensor low = ops::Min(cut, 1, true), high = ops::Max(cut, 1, true);
  const Tensor scale = (high - low + 1e-7) / (kHigh - kLow);
  const Tensor zero =
      ops::Clip(ops::Round(ops::Negative(low) / scale) + kLow, kLow, kHigh);
  const Tensor values = ops::Clip(ops::Round(cut / scale) + zero, kLow, kHigh);
  const Tensor flat = ops::Reshape(ops::Cast(values, DType::kInt8),
                                   {Dim(blocks * block_size), Dim(columns)});
  return {ops::SliceAxis(flat, 0, 0, rows), ops::Squeeze(scale, 1),
          ops::Cast(ops::Squeeze(zero, 1), DType::kInt8)};
}

Tensor DequantizeBlocks(const Tensor& values, const Tensor& scale,
                        const Tensor& zero, const Tensor& numbers, int axis) {
  const Tensor block = ops::Cast(numbers, DType::kInt32);
  const Tensor scales = ops::Take(scale, block, axis);
  const Tensor zeros = ops::Cast(ops::Take(zero, block, axis), scales.dtype());
  return ops::Subtract(values, zeros) * scales;
}

}  // namespace quantizers

namespace {

class Int4 : public IntegerMode {
 public:
  Int4(QuantizationSettings settings, WeightUse use)
      : IntegerMode(std::move(settings), use, use.quantizes_inputs[1]) {}

  void Build(const Adder& add) override {
    const std::string& name = use_.spec.name;
    Shape packed = use_.matrix;
    packed[use_.packed_axis] = Dim((Size(use_.packed_axis) + 1) / 2);
    const Dim others = use_.matrix[1 - use_.block_axis];
    const int64_t rows = Size(use_.block_axis);
    Shape scales = {others};
    if (blocks()) {
      const Dim count =
          (rows + settings_.block_size - 1) / settings_.block_size;
      scales =
          use_.block_axis == 0 ? Shape{count, others} : Shape{others, count};
    }
    variables_ = {add({.name = name,
                       .shape = packed,
                       .dtype = DType::kInt8,
                       .trainable = false,
                       .initializer = "zeros"}),
                  add({.name = absl::StrCat(name, "_scale"),
                       .shape = scales,
                       .trainable = false,
                       .initializer = "ones"})};
    if (!blocks()) return;
    variables_.push_back(add({.name = absl::StrCat(name, "_zero"),
                              .shape = scales,
                              .dtype = use_.zero_dtype,
                              .trainable = false,
                              .initializer = "zeros"}));
    if (!use_.keeps_block_numbers) return;
    variables_.push_back(add({.name = "g_idx",
                              .shape = {Dim(rows)},
                              .dtype = DType::kFloat32,
                              .trainable = false,
                              .initializer = "zeros"}));
    std::vector<float> numbers(rows);
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t block = row / settings_.block_size;
      numbers[row] = static_cast<float>(block);
    }
    // Of the right type and shape, so it cannot fail.
    variables_.back()
        ->Assign(Array::FromVector<float>({rows}, numbers))
        .IgnoreError();
  }

  std::vector<Tensor> Quantized(const Tensor& weight) const override {
    const Tensor matrix = ops::Reshape(weight, use_.matrix);
    std::vector<Tensor> quantized;
    if (blocks()) {
      const bool turned = use_.block_axis == 1;
      quantizers::Blocks cut = quantizers::QuantizeBlocks(
          turned ? ops::Transpose(matrix) : matrix, settings_.block_size);
      if (turned) {
        cut = {ops::Transpose(cut.values), ops::Transpose(cut.scale),
               ops::Transpose(cut.zero)};
      }
      quantized = {cut.values, cut.scale, cut.zero};
    } else {
      struct Quantized whole;
      if (settings_.weight_quantizer.is_none() || use_.multiplies_floats) {
        whole = quantizers::AbsMaxQuantize(matrix, {use_.block_axis},
                                           quantizers::kLow, quantizers::kHigh);
      } else {
        auto quantizer = settings_.weight_quantizer.Get();
        if (!quantizer.ok())
          return {Trace::Current()->Error(quantizer.status())};
        whole = (**quantizer)(matrix);
      }
      quantized = {whole.values, ops::Squeeze(whole.scale, use_.block_axis)};
    }
    quantized[0] = quantizers::PackInt4(quantized[0], use_.packed_axis);
    if (quantized.size() > 2 && use_.keeps_block_numbers)
      quantized.push_back(variables_.size() > 3 ? Tensor(variables_[3])
                                                : BlockNumbers());
    return quantized;
  }

  Tensor Dequantized(DType dtype) const override {
    const Tensor values = ops::Cast(Matrix(), dtype);
    Tensor floats;
    if (blocks()) {
      floats = quantizers::DequantizeBlocks(values, scale(), variables_[2],
                                            BlockNumbers(), use_.block_axis);
    } else {
      floats = values / (use_.block_axis == 0 ? Tensor(scale())
                                              : ops::ExpandDims(scale(), 1));
    }
    return ops::Reshape(ops::Cast(floats, dtype), use_.spec.shape);
  }

  Tensor Rows(const Tensor& numbers, DType dtype) const override {
    const Tensor rows = ops::Cast(ops::Take(Matrix(), numbers, 0), dtype);
    const Tensor scales = ops::Take(scale(), numbers, 0);
    if (!blocks()) return rows / ops::ExpandDims(scales, -1);
    return quantizers::DequantizeBlocks(
        rows, scales, ops::Take(variables_[2], numbers, 0), BlockNumbers(), -1);
  }

 protected:
  Tensor Values() const override {
    return ops::Reshape(Matrix(), use_.spec.shape);
  }
  bool multiplies_floats() const override {
    return blocks() || use_.multiplies_floats;
  }

 private:
  bool blocks() const { return settings_.block_size > 0; }
  int64_t Size(int axis) const {
    return use_.matrix[axis].AsConstant().value_or(0);
  }
  Tensor Matrix() const {
    return quantizers::UnpackInt4(variables_[0], use_.matrix[use_.packed_axis],
                                  use_.packed_axis);
  }
  // The block of each row.
  Tensor BlockNumbers() const {
    if (variables_.size() > 3) return variables_[3];
    return ops::FloorDivide(
        ops::ArangeSize(use_.matrix[use_.block_axis], DType::kFloat32),
        settings_.block_size);
  }
};

}  // namespace

std::unique_ptr<WeightMode> MakeInt4(QuantizationSettings settings,
                                     WeightUse use) {
  return std::make_unique<Int4>(std::move(settings), std::move(use));
}

}  // namespace keratin

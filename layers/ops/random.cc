#include "layers/ops/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/indexing.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"
#include "layers/ops/sorting.h"

namespace keratin::ops::random {
namespace {

// The number as that type holds it.
double Rounded(double value, DType dtype) {
  double result = value;
  DispatchDType(dtype, [&](auto tag) {
    result = static_cast<double>(static_cast<decltype(tag)>(value));
  });
  return result;
}

// How a float type is filled with random bits.
struct Format {
  DType bits;    // the unsigned type of its width
  int drawn;     // random bits drawn for one element
  int mantissa;  // bits of its mantissa
  int64_t one;   // the bits of 1.0
};

std::optional<Format> FormatOf(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return Format{DType::kUInt32, 32, 23, 0x3f800000};
    case DType::kFloat16:
      return Format{DType::kUInt16, 16, 10, 0x3c00};
    case DType::kBFloat16:
      return Format{DType::kUInt16, 8, 7, 0x3f80};
    case DType::kFloat64:
      return Format{DType::kUInt64, 64, 52, 0x3ff0000000000000};
    default:
      return std::nullopt;
  }
}

Tensor Integer(const Shape& shape, int64_t value, DType dtype) {
  return trace::FullInteger(shape, value, dtype);
}

// Random bits in the unsigned type of the format; of several keys, one element
// of each.
Tensor Bits(const Tensor& key, const Shape& shape, const Format& format) {
  const bool of_each = key.rank() > 1;
  Tensor bits, high, low;
  if (of_each || format.drawn > 32) {
    // Both words of a block.
    std::optional<int64_t> count = of_each ? 1 : shape.Elements().AsConstant();
    if (!count.has_value())
      return Fail("random", "float64 numbers need a known shape");
    const Tensor words = trace::ThreefrySplit(key, *count);
    high = Reshape(SliceAxis(words, words.rank() - 1, 0, 1), shape);
    low = Reshape(SliceAxis(words, words.rank() - 1, 1, 2), shape);
    bits = trace::Xor(high, low);
  } else {
    bits = trace::RandomBits(key, shape);
  }
  if (format.drawn == 32) return bits;
  if (format.drawn < 32) {
    // The lowest bits of the 32.
    bits = trace::And(
        bits, Integer(shape, (int64_t{1} << format.drawn) - 1, DType::kUInt32));
    return trace::Convert(bits, format.bits);
  }
  return trace::Or(trace::ShiftLeft(trace::Convert(high, DType::kUInt64),
                                    Integer(shape, 32, DType::kUInt64)),
                   trace::Convert(low, DType::kUInt64));
}

// Uniform from [0, 1).
Tensor Unit(const Tensor& key, const Shape& shape, DType dtype) {
  std::optional<Format> format = FormatOf(dtype);
  if (!format.has_value())
    return Fail("random", absl::StrCat(DTypeName(dtype),
                                       " is no float type to draw from"));
  if (!key.ok()) return Tensor();
  Tensor bits = Bits(key, shape, *format);
  if (!bits.ok()) return Tensor();
  bits = trace::ShiftRightLogical(
      bits, Integer(shape, format->drawn - format->mantissa, format->bits));
  bits = trace::Or(bits, Integer(shape, format->one, format->bits));
  return Subtract(trace::BitcastConvert(bits, dtype), 1);
}

// The greatest number below 1.
double BelowOne(DType dtype) {
  return 1 - std::ldexp(1.0, -FormatOf(dtype).value_or(Format{}).mantissa - 1);
}

}  // namespace

Tensor KeyOf(int64_t seed) {
  Tensor word = trace::FullInteger(
      {1}, static_cast<int64_t>(static_cast<uint32_t>(seed)), DType::kUInt32);
  return trace::Concatenate(
      std::vector<Tensor>{word, trace::FullInteger({1}, 0, DType::kUInt32)}, 0);
}

std::vector<Tensor> SplitKey(const Tensor& key, int64_t count) {
  std::vector<Tensor> keys(count);
  Tensor all = trace::ThreefrySplit(key, count);
  if (!all.ok()) return keys;
  const int axis = all.rank() - 2;
  for (int64_t i = 0; i < count; ++i)
    keys[i] = Reshape(SliceAxis(all, axis, i, i + 1), key.shape());
  return keys;
}

Tensor Uniform(const Tensor& key, const Shape& shape, double minval,
               double maxval, DType dtype) {
  Tensor unit = Unit(key, shape, dtype);
  double least = Rounded(minval, dtype);
  double range = Rounded(Rounded(maxval, dtype) - least, dtype);
  return Maximum(least, trace::MultiplyAdd(unit, Full(shape, range, dtype),
                                           Full(shape, least, dtype)));
}

Tensor Normal(const Tensor& key, const Shape& shape, double mean, double stddev,
              DType dtype) {
  Tensor unit = Uniform(key, shape, -BelowOne(dtype), 1, dtype);
  Tensor sample = Multiply(Erfinv(unit), Rounded(std::sqrt(2.0), dtype));
  return Add(Multiply(sample, stddev), mean);
}

Tensor TruncatedNormal(const Tensor& key, const Shape& shape, double mean,
                       double stddev, DType dtype) {
  constexpr double kBound = 2;
  double quantile =
      std::erf(Rounded(kBound / Rounded(std::sqrt(2.0), dtype), dtype));
  Tensor unit = Uniform(key, shape, -quantile, quantile, dtype);
  Tensor sample = Multiply(Erfinv(unit), Rounded(std::sqrt(2.0), dtype));
  double most = kBound * BelowOne(dtype);
  return Add(Multiply(Clip(sample, -most, most), stddev), mean);
}

Tensor Bernoulli(const Tensor& key, const Operand& p, const Shape& shape) {
  if (!p.ok()) return Tensor();
  DType dtype = IsFloating(p.type().dtype) ? p.type().dtype : DType::kFloat32;
  return Less(Unit(key, shape, dtype), p);
}

Tensor RandInt(const Tensor& key, const Shape& shape, int64_t minval,
               int64_t maxval, DType dtype) {
  dtype = CanonicalDType(dtype);
  if (!IsInteger(dtype))
    return Fail("randint",
                absl::StrCat(DTypeName(dtype), " is no integer type"));
  DType sampled = dtype == DType::kUInt32 ? DType::kUInt32 : DType::kInt32;
  int64_t least = static_cast<int64_t>(LeastOf(sampled));
  int64_t most = static_cast<int64_t>(GreatestOf(sampled));
  if (sampled != dtype) {
    least = static_cast<int64_t>(LeastOf(dtype));
    most = static_cast<int64_t>(GreatestOf(dtype)) + 1;
  }
  minval = std::clamp(minval, least, most);
  maxval = std::clamp(maxval, least, most);
  uint64_t span = maxval <= minval ? 1 : static_cast<uint64_t>(maxval - minval);
  uint64_t multiplier = (uint64_t{1} << 16) % span;
  multiplier = static_cast<uint32_t>(multiplier * multiplier) % span;
  std::vector<Tensor> keys = SplitKey(key);
  Tensor spans = Integer(shape, static_cast<int64_t>(span), DType::kUInt32);
  Tensor high = trace::Remainder(trace::RandomBits(keys[0], shape), spans);
  Tensor low = trace::Remainder(trace::RandomBits(keys[1], shape), spans);
  high = trace::Multiply(
      high, Integer(shape, static_cast<int64_t>(multiplier), DType::kUInt32));
  Tensor offset = trace::Remainder(trace::Add(high, low), spans);
  // Modulo 2^32, as two's complement adds.
  offset = trace::BitcastConvert(offset, sampled);
  return Cast(trace::Add(Integer(shape, minval, sampled), offset), dtype);
}

Tensor Gumbel(const Tensor& key, const Shape& shape, DType dtype) {
  return Negative(
      Log(Negative(Log(Uniform(key, shape, TinyOf(dtype), 1, dtype)))));
}

Tensor Categorical(const Tensor& key, const Operand& logits,
                   int64_t num_samples, DType dtype) {
  if (!logits.ok()) return Tensor();
  if (logits.shape().rank() != 2)
    return Fail("categorical", "logits must have two axes");
  Tensor tensor = logits.As(
      IsFloating(logits.type().dtype) ? logits.type().dtype : DType::kFloat32);
  Shape shape = {tensor.shape()[0], tensor.shape()[1], num_samples};
  Tensor noise = Gumbel(key, shape, tensor.dtype());
  return Cast(trace::ArgMax(Add(noise, ExpandDims(tensor, -1)), 1), dtype);
}

Tensor Shuffle(const Tensor& key, const Operand& x, int axis) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  std::optional<int64_t> size = tensor.shape().Elements().AsConstant();
  if (!size.has_value())
    return Fail("shuffle", "a tensor of known shape is needed");
  constexpr double kExponent = 3;
  double rounds = std::ceil(
      kExponent * std::log(static_cast<double>(std::max<int64_t>(1, *size))) /
      std::log(static_cast<double>(std::numeric_limits<uint32_t>::max())));
  Tensor rest = key;
  for (int i = 0; i < static_cast<int>(rounds); ++i) {
    std::vector<Tensor> keys = SplitKey(rest);
    rest = keys[0];
    Tensor order = ArgSort(trace::RandomBits(keys[1], tensor.shape()), axis);
    tensor = TakeAlongAxis(tensor, order, axis);
  }
  return tensor;
}

Tensor Dropout(
    const Tensor& key, const Operand& x, double rate,
    const std::optional<std::vector<std::optional<Dim>>>& noise_shape) {
  if (!x.ok()) return Tensor();
  Tensor tensor = x.AsTensor();
  if (rate == 0) return tensor;
  if (rate == 1) return ZerosLike(tensor);
  Shape shape = tensor.shape();
  if (noise_shape.has_value()) {
    if (noise_shape->size() != shape.size()) {
      return Fail("dropout",
                  absl::StrCat("noise_shape has ", noise_shape->size(),
                               " axes, the input ", shape.rank()));
    }
    for (size_t i = 0; i < shape.size(); ++i)
      shape[i] = (*noise_shape)[i].value_or(shape[i]);
  }
  Tensor kept = Bernoulli(key, 1 - rate, shape);
  return Where(kept, Divide(tensor, 1 - rate), Full({}, 0, tensor.dtype()));
}

}  // namespace keratin::ops::random

// Random numbers of keras.random, exactly as Keras draws them on JAX.
//
// Invariant: a function of the key alone: a uint32 tensor [2], what
// SeedGenerator.Next gives ([seed, counter]) or KeyOf(seed), which is what
// Keras makes of an integer seed. Of keys [.., 2] and the shape [..] one number
// is drawn of each. Bits are threefry2x32 ("partitionable"). Shapes may be
// unknown, except where said.
//
// Example:
//   Tensor mask = Bernoulli(key, 0.9, x.shape());
//   Tensor noise = Normal(KeyOf(42), x.shape());
#ifndef KERATIN_LAYERS_OPS_RANDOM_H_
#define KERATIN_LAYERS_OPS_RANDOM_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "ir/trace/tensor.h"
#include "layers/ops/operand.h"

namespace keratin::ops::random {

// The key of an integer seed: [seed, 0].
Tensor KeyOf(int64_t seed);
// jax.random.split, of each key.
std::vector<Tensor> SplitKey(const Tensor& key, int64_t count = 2);

// keras.random.uniform: from [minval, maxval). float64 needs a known shape.
Tensor Uniform(const Tensor& key, const Shape& shape, double minval = 0,
               double maxval = 1, DType dtype = DType::kFloat32);
// keras.random.normal.
Tensor Normal(const Tensor& key, const Shape& shape, double mean = 0,
              double stddev = 1, DType dtype = DType::kFloat32);
// keras.random.truncated_normal: redrawn beyond two standard deviations.
Tensor TruncatedNormal(const Tensor& key, const Shape& shape, double mean = 0,
                       double stddev = 1, DType dtype = DType::kFloat32);
// jax.random.bernoulli: true with probability p.
Tensor Bernoulli(const Tensor& key, const Operand& p, const Shape& shape);
// keras.random.randint: from [minval, maxval).
Tensor RandInt(const Tensor& key, const Shape& shape, int64_t minval,
               int64_t maxval, DType dtype = DType::kInt32);
// keras.random.categorical: num_samples indices for each row of logits
// [batch, classes].
Tensor Categorical(const Tensor& key, const Operand& logits,
                   int64_t num_samples, DType dtype = DType::kInt32);
// jax.random.gumbel.
Tensor Gumbel(const Tensor& key, const Shape& shape,
              DType dtype = DType::kFloat32);
// keras.random.shuffle: along the axis, each of the others on its own. Needs a
// known shape.
Tensor Shuffle(const Tensor& key, const Operand& x, int axis = 0);

// keras.random.gamma of rate 1: `alpha` broadcasts to the shape, which must be
// known; so for the two below. A draw is rejected until it fits, as JAX does.
Tensor Gamma(const Tensor& key, const Shape& shape, const Operand& alpha,
             DType dtype = DType::kFloat32);
// keras.random.beta.
Tensor Beta(const Tensor& key, const Shape& shape, const Operand& alpha,
            const Operand& beta, DType dtype = DType::kFloat32);
// keras.random.binomial: how many of `counts` trials succeed; NaN where counts
// or probabilities are negative or NaN.
Tensor Binomial(const Tensor& key, const Shape& shape, const Operand& counts,
                const Operand& probabilities, DType dtype = DType::kFloat32);

// keras.random.dropout: zeros with probability `rate`, the rest divided by
// 1 - rate. One decision for each element of `noise_shape` (an entry that is
// nothing: x's size), which broadcasts. A rate of 0 or 1 draws nothing.
Tensor Dropout(const Tensor& key, const Operand& x, double rate,
               const std::optional<std::vector<std::optional<Dim>>>&
                   noise_shape = std::nullopt);

}  // namespace keratin::ops::random

#endif  // KERATIN_LAYERS_OPS_RANDOM_H_

#include "layers/regularization/dropout.h"

#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/random.h"

namespace keratin {
namespace {

// A layer that draws from a seed generator while training, unless its rate or
// deviation is 0.
template <typename O>
class Disturbance : public LayerWith<O> {
 public:
  bool supports_masking() const override { return true; }

 protected:
  absl::Status Configured() override {
    constexpr bool kHasRate = requires(O o) { o.rate; };
    double amount;
    if constexpr (kHasRate) {
      amount = this->options_.rate;
    } else {
      amount = this->options_.stddev;
    }
    if (!(amount >= 0 && amount <= 1)) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", kHasRate ? "rate" : "stddev",
                       "' must be from 0 to 1, not ", amount));
    }
    if (amount > 0)
      seed_ = this->AddSeed("seed_generator", this->options_.seed);
    return absl::OkStatus();
  }
  bool keeps_build_shapes() const override { return false; }
  std::optional<bool> training_default() const override { return false; }
  // x, disturbed by what is drawn with the key.
  virtual Tensor Disturb(const Tensor& x, const Tensor& key) = 0;
  Tensor CallIn(const CallContext& context, const Tensor& x) override {
    if (!context.training || seed_ == nullptr) return x;
    return Disturb(x, NextSeed(*seed_));
  }

 private:
  Variable* seed_ = nullptr;
};

class DropoutLayer : public Disturbance<DropoutOptions> {
  Tensor Disturb(const Tensor& x, const Tensor& key) override {
    std::optional<std::vector<std::optional<Dim>>> shape;
    if (options_.noise_shape.has_value())
      shape.emplace(options_.noise_shape->begin(), options_.noise_shape->end());
    return ops::random::Dropout(key, x, options_.rate, shape);
  }
};

class AlphaDropoutLayer : public Disturbance<AlphaDropoutOptions> {
  Tensor Disturb(const Tensor& x, const Tensor& key) override {
    Shape shape = x.shape();
    if (options_.noise_shape.has_value()) {
      if (options_.noise_shape->size() != shape.size()) {
        return Fail(absl::StrCat("'noise_shape' has ",
                                 options_.noise_shape->size(),
                                 " axes, the input ", shape.size()));
      }
      for (int axis = 0; axis < shape.rank(); ++axis) {
        if (auto size = (*options_.noise_shape)[axis]) shape[axis] = *size;
      }
    }
    // What selu approaches on the left.
    constexpr double kAlpha = 1.6732632423543772848170429916717,
                     kScale = 1.0507009873554804934193349852946;
    const double low = -kAlpha * kScale, rate = options_.rate;
    const Tensor kept = ops::Cast(
        ops::GreaterEqual(ops::random::Uniform(key, shape), rate), x.dtype());
    const double a = 1 / std::sqrt((1 - rate) * (1 + rate * low * low));
    return (x * kept + (1.0 - kept) * low) * a + -a * low * rate;
  }
};

// Drops channels of sequences, images and volumes.
template <typename O, int kRank>
class SpatialDropoutLayer : public Disturbance<O> {
 public:
  // Without `trainable`, and with the dtype policy by name: as Keras, which
  // writes the name of the variables' dtype, and so loses a mixed policy.
  Value GetConfig() override {
    Value config = Layer::GetConfig();
    config.Remove("trainable");
    config.Set("dtype", this->own_policy().name());
    return config;
  }

 private:
  absl::Status Configured() override {
    this->set_input_spec({{.ndim = kRank + 2}});
    return Disturbance<O>::Configured();
  }
  Tensor Disturb(const Tensor& x, const Tensor& key) override {
    int channels = kRank + 1;
    if constexpr (kRank > 1)
      channels = this->options_.data_format.channel_axis(kRank);
    std::vector<std::optional<Dim>> shape(kRank + 2, Dim(1));
    shape[0] = x.dim(0);
    shape[channels] = x.dim(channels);
    return ops::random::Dropout(key, x, this->options_.rate, shape);
  }
};

using SpatialDropout1DLayer = SpatialDropoutLayer<SpatialDropout1DOptions, 1>;
using SpatialDropout2DLayer = SpatialDropoutLayer<SpatialDropoutOptions, 2>;
using SpatialDropout3DLayer = SpatialDropoutLayer<SpatialDropoutOptions, 3>;

class GaussianDropoutLayer : public Disturbance<GaussianDropoutOptions> {
  Tensor Disturb(const Tensor& x, const Tensor& key) override {
    const double deviation = std::sqrt(options_.rate / (1 - options_.rate));
    return x *
           ops::random::Normal(key, x.shape(), 1, deviation, compute_dtype());
  }
};

class GaussianNoiseLayer : public Disturbance<GaussianNoiseOptions> {
  Tensor Disturb(const Tensor& x, const Tensor& key) override {
    return x + ops::random::Normal(key, x.shape(), 0, options_.stddev,
                                   compute_dtype());
  }
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", Dropout, DropoutLayer);
KERATIN_DEFINE_LAYER("keras", AlphaDropout, AlphaDropoutLayer);
KERATIN_DEFINE_LAYER("keras", SpatialDropout1D, SpatialDropout1DLayer);
KERATIN_DEFINE_LAYER("keras", SpatialDropout2D, SpatialDropout2DLayer);
KERATIN_DEFINE_LAYER("keras", SpatialDropout3D, SpatialDropout3DLayer);
KERATIN_DEFINE_LAYER("keras", GaussianDropout, GaussianDropoutLayer);
KERATIN_DEFINE_LAYER("keras", GaussianNoise, GaussianNoiseLayer);

}  // namespace keratin

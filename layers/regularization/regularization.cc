// Layers that act while training only: the dropout family, noise, activity
// regularization. Random bits are those of Keras on JAX for the same seed.
// Keras: keras.layers.Dropout, SpatialDropout, GaussianDropout, GaussianNoise,
// AlphaDropout, ActivityRegularization.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/base/layer.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/random.h"
#include "layers/ops/reduction.h"

namespace keratin {
namespace {

// A layer that draws from a seed generator while training.
class Stochastic : public Layer {
 public:
  bool supports_masking() const override { return true; }

 protected:
  void Describe(Fields& f) override { f(key_, rate_)("seed", seed_); }
  explicit Stochastic(const char* key = "rate") : key_(key) {}
  absl::Status Configured() override {
    if (rate_ < 0 || (key_ == std::string("rate") && rate_ > 1)) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", key_, "' must be from 0 to 1, not ", rate_));
    }
    if (rate_ > 0) state_ = AddSeed("seed_generator", seed_);
    return absl::OkStatus();
  }
  virtual Tensor Draw(const Tensor& key, const Tensor& x) = 0;
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override {
    if (arguments.positional.empty() || !arguments.positional[0].is_tensor())
      return Value(Fail("takes one tensor"));
    const Tensor& x = arguments.positional[0].as_tensor();
    if (!context.training || state_ == nullptr) return arguments.positional[0];
    return Value(Draw(NextSeed(*state_), x));
  }

  const char* key_;
  double rate_ = 0;
  std::optional<int64_t> seed_;
  Variable* state_ = nullptr;
};

class Dropout : public Stochastic {
  void Describe(Fields& f) override {
    Stochastic::Describe(f);
    f("noise_shape", noise_shape_);
  }
  Tensor Draw(const Tensor& key, const Tensor& x) override {
    std::optional<std::vector<std::optional<Dim>>> shape;
    if (noise_shape_.is_sequence()) {
      shape.emplace();
      for (const Value& size : noise_shape_.items())
        shape->push_back(size.is_int() ? std::optional<Dim>(Dim(size.as_int()))
                                       : std::nullopt);
    }
    return ops::random::Dropout(key, x, rate_, shape);
  }
  Value noise_shape_;
};
KERATIN_REGISTER_LAYER("keras", Dropout);

// Drops whole channels.
class SpatialDropout : public Stochastic {
 protected:
  explicit SpatialDropout(int rank) : rank_(rank) {}
  void Describe(Fields& f) override {
    Stochastic::Describe(f);
    f("data_format", data_format_);
  }
  Tensor Draw(const Tensor& key, const Tensor& x) override {
    const bool first =
        data_format_.value_or("channels_last") == "channels_first";
    std::vector<std::optional<Dim>> shape(x.rank(), Dim(1));
    shape[0] = x.dim(0);
    const int channels = first ? 1 : rank_ + 1;
    shape[channels] = x.dim(channels);
    return ops::random::Dropout(key, x, rate_, shape);
  }

 private:
  int rank_;
  std::optional<std::string> data_format_;
};
#define KERATIN_SPATIAL_DROPOUT(Class, rank) \
  struct Class : SpatialDropout {            \
    Class() : SpatialDropout(rank) {}        \
  };                                         \
  KERATIN_REGISTER_LAYER("keras", Class)
KERATIN_SPATIAL_DROPOUT(SpatialDropout1D, 1);
KERATIN_SPATIAL_DROPOUT(SpatialDropout2D, 2);
KERATIN_SPATIAL_DROPOUT(SpatialDropout3D, 3);

class GaussianDropout : public Stochastic {
  Tensor Draw(const Tensor& key, const Tensor& x) override {
    return x * ops::random::Normal(key, x.shape(), 1.0,
                                   std::sqrt(rate_ / (1 - rate_)),
                                   compute_dtype());
  }
};
KERATIN_REGISTER_LAYER("keras", GaussianDropout);

class GaussianNoise : public Stochastic {
 public:
  GaussianNoise() : Stochastic("stddev") {}

 private:
  Tensor Draw(const Tensor& key, const Tensor& x) override {
    return x + ops::random::Normal(key, x.shape(), 0, rate_, compute_dtype());
  }
};
KERATIN_REGISTER_LAYER("keras", GaussianNoise);

// Keeps mean and variance of what selu gives.
class AlphaDropout : public Stochastic {
  void Describe(Fields& f) override {
    Stochastic::Describe(f);
    f("noise_shape", noise_shape_);
  }
  Tensor Draw(const Tensor& key, const Tensor& x) override {
    Shape shape = x.shape();
    if (noise_shape_.is_sequence()) {
      for (size_t axis = 0;
           axis < noise_shape_.items().size() && axis < shape.size(); ++axis) {
        if (noise_shape_.items()[axis].is_int())
          shape[axis] = noise_shape_.items()[axis].as_int();
      }
    }
    constexpr double kAlpha = 1.6732632423543772848170429916717,
                     kScale = 1.0507009873554804934193349852946;
    const double low = -kAlpha * kScale;
    Tensor kept =
        ops::Cast(ops::GreaterEqual(ops::random::Uniform(key, shape), rate_),
                  compute_dtype());
    const double a = 1 / std::sqrt((1 - rate_) * (1 + rate_ * low * low));
    const double b = -a * low * rate_;
    Tensor mixed = x * kept + (1.0 - kept) * low;
    return mixed * a + b;
  }
  Value noise_shape_;
};
KERATIN_REGISTER_LAYER("keras", AlphaDropout);

class ActivityRegularization : public Layer {
 public:
  bool supports_masking() const override { return true; }

 private:
  void Describe(Fields& f) override { f("l1", l1_)("l2", l2_); }
  absl::Status Configured() override {
    set_activity_regularizer(
        Value::Dict({{"class_name", "L1L2"},
                     {"config", Value::Dict({{"l1", l1_}, {"l2", l2_}})}}));
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override { return x; }
  double l1_ = 0, l2_ = 0;
};
KERATIN_REGISTER_LAYER("keras", ActivityRegularization);

}  // namespace
}  // namespace keratin

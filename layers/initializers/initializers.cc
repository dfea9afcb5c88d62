// The constant initializers, and those that draw independent numbers.
#include "layers/initializers/initializers.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/initializers/seed.h"
#include "layers/ops/creation.h"
#include "layers/ops/random.h"

namespace keratin::initializers {
namespace {

class ZerosClass : public InitializerObject {
  Tensor operator()(const Shape& shape, DType dtype) const override {
    return ops::Zeros(shape, dtype);
  }
};

class OnesClass : public InitializerObject {
  Tensor operator()(const Shape& shape, DType dtype) const override {
    return ops::Ones(shape, dtype);
  }
};

class ConstantClass : public InitializerObject {
  void Describe(Fields& f) override { f("value", value); }
  absl::Status Configured() override {
    if (value.is_number() || value.is_bool()) return absl::OkStatus();
    return absl::UnimplementedError(
        absl::StrCat("'value' must be a number, not ", value.ToString()));
  }
  Tensor operator()(const Shape& shape, DType dtype) const override {
    if (value.is_bool()) return ops::Full(shape, value.as_bool(), dtype);
    return value.is_int() ? trace::FullInteger(shape, value.as_int(), dtype)
                          : ops::Full(shape, value.as_double(), dtype);
  }
  Value value = 0.0;
};

class IdentityClass : public InitializerObject {
  Tensor operator()(const Shape& shape, DType dtype) const override {
    if (shape.rank() != 2) {
      return ops::Fail("Identity",
                       absl::StrCat("initializes matrices, not a weight of "
                                    "shape ",
                                    shape.ToString()));
    }
    return ops::Eye(shape[0], shape[1], 0, dtype);
  }
};

class RandomNormalClass : public InitializerObject {
 protected:
  void Describe(Fields& f) override {
    f("seed", seed)("mean", mean)("stddev", stddev);
  }
  Tensor operator()(const Shape& shape, DType dtype) const override {
    return ops::random::Normal(seed.Key(), shape, mean, stddev, dtype);
  }
  Seed seed;
  double mean = 0, stddev = 0.05;
};

class TruncatedNormalClass : public RandomNormalClass {
  Tensor operator()(const Shape& shape, DType dtype) const override {
    return ops::random::TruncatedNormal(seed.Key(), shape, mean, stddev, dtype);
  }
};

class RandomUniformClass : public InitializerObject {
  void Describe(Fields& f) override {
    f("seed", seed)("minval", minval)("maxval", maxval);
  }
  Tensor operator()(const Shape& shape, DType dtype) const override {
    return ops::random::Uniform(seed.Key(), shape, minval, maxval, dtype);
  }
  Seed seed;
  double minval = -0.05, maxval = 0.05;
};

// Keras's compute_fans: the units on both sides of a weight.
std::pair<double, double> Fans(const std::vector<int64_t>& sizes) {
  const size_t rank = sizes.size();
  if (rank == 0) return {1, 1};
  if (rank == 1) return {sizes[0], sizes[0]};
  double receptive = 1;
  for (size_t axis = 0; axis + 2 < rank; ++axis) receptive *= sizes[axis];
  return {sizes[rank - 2] * receptive, sizes[rank - 1] * receptive};
}

class VarianceScalingClass : public InitializerObject {
 public:
  VarianceScalingClass() = default;

 protected:
  // One of the classes that fix scale, mode and distribution.
  VarianceScalingClass(double scale, const char* mode, const char* distribution)
      : scale_(scale), mode_(mode), distribution_(distribution), fixed_(true) {}

 private:
  void Describe(Fields& f) override {
    f("seed", seed_);
    if (!fixed_)
      f("scale", scale_)("mode", mode_)("distribution", distribution_);
    f("input_axes", input_axes_)("output_axes", output_axes_);
  }
  absl::Status Configured() override {
    distribution_ = absl::AsciiStrToLower(distribution_);
    if (distribution_ == "normal") distribution_ = "truncated_normal";
    if (scale_ <= 0)
      return absl::InvalidArgumentError("'scale' must be positive");
    if (mode_ != "fan_in" && mode_ != "fan_out" && mode_ != "fan_avg") {
      return absl::InvalidArgumentError(absl::StrCat(
          "'mode' must be fan_in, fan_out or fan_avg, not '", mode_, "'"));
    }
    if (distribution_ != "uniform" && distribution_ != "truncated_normal" &&
        distribution_ != "untruncated_normal") {
      return absl::InvalidArgumentError(
          absl::StrCat("'distribution' must be uniform, truncated_normal or "
                       "untruncated_normal, not '",
                       distribution_, "'"));
    }
    return absl::OkStatus();
  }
  Tensor operator()(const Shape& shape, DType dtype) const override {
    const auto sizes = shape.AsSizes();
    if (!sizes.has_value())
      return ops::Fail("VarianceScaling", "a weight must have known sizes");
    auto [fan_in, fan_out] = Fans(*sizes);
    if (input_axes_.has_value() && output_axes_.has_value()) {
      const auto product = [&](const std::vector<int64_t>& axes) {
        double units = 1;
        for (int64_t axis : axes) {
          const int64_t place = axis < 0 ? axis + shape.rank() : axis;
          if (place < 0 || place >= shape.rank()) return std::nan("");
          units *= static_cast<double>((*sizes)[place]);
        }
        return units;
      };
      fan_in = product(*input_axes_);
      fan_out = product(*output_axes_);
      if (std::isnan(fan_in + fan_out))
        return ops::Fail("VarianceScaling", "an axis is outside of the weight");
    }
    const double fan = mode_ == "fan_in"    ? fan_in
                       : mode_ == "fan_out" ? fan_out
                                            : (fan_in + fan_out) / 2;
    const double variance = scale_ / std::max(1.0, fan);
    if (distribution_ == "uniform") {
      const double limit = std::sqrt(3 * variance);
      return ops::random::Uniform(seed_.Key(), shape, -limit, limit, dtype);
    }
    if (distribution_ == "untruncated_normal") {
      return ops::random::Normal(seed_.Key(), shape, 0, std::sqrt(variance),
                                 dtype);
    }
    // The deviation of a normal distribution cut off at two deviations.
    constexpr double kTruncated = 0.87962566103423978;
    return ops::random::TruncatedNormal(
        seed_.Key(), shape, 0, std::sqrt(variance) / kTruncated, dtype);
  }

  Seed seed_;
  double scale_ = 1;
  std::string mode_ = "fan_in", distribution_ = "truncated_normal";
  bool fixed_ = false;
  std::optional<std::vector<int64_t>> input_axes_, output_axes_;
};

struct GlorotUniformClass : VarianceScalingClass {
  GlorotUniformClass() : VarianceScalingClass(1, "fan_avg", "uniform") {}
};
struct GlorotNormalClass : VarianceScalingClass {
  GlorotNormalClass()
      : VarianceScalingClass(1, "fan_avg", "truncated_normal") {}
};
struct HeUniformClass : VarianceScalingClass {
  HeUniformClass() : VarianceScalingClass(2, "fan_in", "uniform") {}
};
struct HeNormalClass : VarianceScalingClass {
  HeNormalClass() : VarianceScalingClass(2, "fan_in", "truncated_normal") {}
};
struct LecunUniformClass : VarianceScalingClass {
  LecunUniformClass() : VarianceScalingClass(1, "fan_in", "uniform") {}
};
struct LecunNormalClass : VarianceScalingClass {
  LecunNormalClass() : VarianceScalingClass(1, "fan_in", "truncated_normal") {}
};

[[maybe_unused]] const bool kRegistered =
    RegisterObject<ZerosClass>("Zeros", {"zero"}) &&
    RegisterObject<OnesClass>("Ones", {"one"}) &&
    RegisterObject<ConstantClass>("Constant") &&
    RegisterObject<IdentityClass>("Identity", {"IdentityInitializer"}) &&
    RegisterObject<RandomNormalClass>("RandomNormal", {"normal"}) &&
    RegisterObject<TruncatedNormalClass>("TruncatedNormal") &&
    RegisterObject<RandomUniformClass>("RandomUniform", {"uniform"}) &&
    RegisterObject<VarianceScalingClass>("VarianceScaling") &&
    RegisterObject<GlorotUniformClass>("GlorotUniform") &&
    RegisterObject<GlorotNormalClass>("GlorotNormal") &&
    RegisterObject<HeUniformClass>("HeUniform") &&
    RegisterObject<HeNormalClass>("HeNormal") &&
    RegisterObject<LecunUniformClass>("LecunUniform") &&
    RegisterObject<LecunNormalClass>("LecunNormal");

Initializer Of(const char* class_name, Value::Entries config) {
  return MakeObject<InitializerObject>(class_name, std::move(config));
}

}  // namespace

Initializer Zeros() { return Of("Zeros", {}); }
Initializer Ones() { return Of("Ones", {}); }
Initializer Constant(const Value& value) {
  return Of("Constant", {{"value", value}});
}
Initializer Identity() { return Of("Identity", {}); }
Initializer RandomNormal(const RandomNormalOptions& options) {
  return Of("RandomNormal", {{"mean", options.mean},
                             {"stddev", options.stddev},
                             {"seed", options.seed}});
}
Initializer TruncatedNormal(const RandomNormalOptions& options) {
  return Of("TruncatedNormal", {{"mean", options.mean},
                                {"stddev", options.stddev},
                                {"seed", options.seed}});
}
Initializer RandomUniform(const RandomUniformOptions& options) {
  return Of("RandomUniform", {{"minval", options.minval},
                              {"maxval", options.maxval},
                              {"seed", options.seed}});
}
Initializer VarianceScaling(const VarianceScalingOptions& options) {
  return Of("VarianceScaling", {{"scale", options.scale},
                                {"mode", options.mode},
                                {"distribution", options.distribution},
                                {"seed", options.seed},
                                {"input_axes", options.input_axes},
                                {"output_axes", options.output_axes}});
}
Initializer GlorotUniform(const Value& seed) {
  return Of("GlorotUniform", {{"seed", seed}});
}
Initializer GlorotNormal(const Value& seed) {
  return Of("GlorotNormal", {{"seed", seed}});
}
Initializer HeUniform(const Value& seed) {
  return Of("HeUniform", {{"seed", seed}});
}
Initializer HeNormal(const Value& seed) {
  return Of("HeNormal", {{"seed", seed}});
}
Initializer LecunUniform(const Value& seed) {
  return Of("LecunUniform", {{"seed", seed}});
}
Initializer LecunNormal(const Value& seed) {
  return Of("LecunNormal", {{"seed", seed}});
}

}  // namespace keratin::initializers

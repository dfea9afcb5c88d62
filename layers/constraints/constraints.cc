#include "layers/constraints/constraints.h"

#include "layers/base/config.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"

namespace keratin::constraints {
namespace {

// A constraint on norms over axes.
class OfNorm : public ConstraintObject {
 public:
  absl::Status Configured() override {
    std::vector<int64_t> axes;
    absl::Status status = Read(axis, axes);
    axes_.assign(axes.begin(), axes.end());
    return status.ok()
               ? status
               : absl::Status(status.code(),
                              "'axis' " + std::string(status.message()));
  }

 protected:
  Tensor Norms(const Tensor& w) const {
    return ops::Sqrt(ops::Sum(ops::Square(w), axes_, /*keepdims=*/true));
  }
  static Tensor Divisor(const Tensor& norms) {
    return norms + config::epsilon();
  }
  Value axis = 0;

 private:
  std::vector<int> axes_ = {0};
};

class MaxNormClass : public OfNorm {
 public:
  void Describe(Fields& f) override { f("max_value", max_value)("axis", axis); }
  Tensor operator()(const Tensor& w) const override {
    Tensor norms = Norms(w);
    return w * (ops::Clip(norms, 0, max_value) / Divisor(norms));
  }
  double max_value = 2;
};

class NonNegClass : public ConstraintObject {
 public:
  Tensor operator()(const Tensor& w) const override {
    return ops::Maximum(w, 0);
  }
};

class UnitNormClass : public OfNorm {
 public:
  void Describe(Fields& f) override { f("axis", axis); }
  Tensor operator()(const Tensor& w) const override {
    return w / Divisor(Norms(w));
  }
};

class MinMaxNormClass : public OfNorm {
 public:
  void Describe(Fields& f) override {
    f("min_value", min_value)("max_value", max_value)("rate", rate)("axis",
                                                                    axis);
  }
  Tensor operator()(const Tensor& w) const override {
    Tensor norms = Norms(w);
    Tensor desired =
        ops::Clip(norms, min_value, max_value) * rate + norms * (1 - rate);
    return w * (desired / Divisor(norms));
  }
  double min_value = 0, max_value = 1, rate = 1;
};

[[maybe_unused]] const bool kRegistered =
    RegisterObject<MaxNormClass>("MaxNorm") &&
    RegisterObject<NonNegClass>("NonNeg") &&
    RegisterObject<UnitNormClass>("UnitNorm") &&
    RegisterObject<MinMaxNormClass>("MinMaxNorm");

Constraint Of(const char* class_name, Value::Entries config) {
  return MakeObject<ConstraintObject>(class_name, std::move(config));
}

}  // namespace

Constraint MaxNorm(const MaxNormOptions& options) {
  return Of("MaxNorm",
            {{"max_value", options.max_value}, {"axis", options.axis}});
}
Constraint NonNeg() { return Of("NonNeg", {}); }
Constraint UnitNorm(const Value& axis) {
  return Of("UnitNorm", {{"axis", axis}});
}
Constraint MinMaxNorm(const MinMaxNormOptions& options) {
  return Of("MinMaxNorm", {{"min_value", options.min_value},
                           {"max_value", options.max_value},
                           {"rate", options.rate},
                           {"axis", options.axis}});
}

}  // namespace keratin::constraints
